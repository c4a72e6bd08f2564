/* test_footnotes.c - document/footnotes.h */
#include "test.h"

#include "tree.h"

typedef struct Case {
    const char *html;
    const char *tree;
} Case;

static void check(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_tree(DOCUMENT_HTML, cases[i].html, cases[i].tree);
}

#define OURS(notes)                                                            \
    "<p>a<sup class=\"note-ref\">1</sup></p>"                                  \
    "<section class=\"notes\"><ol>" notes "</ol></section>"

static void footnotes_of_other_programs_become_ours(void **state)
{
    (void)state;
    static const Case cases[] = {
        {/* cmark-gfm */
         "<p>a<sup class=footnote-ref><a href=#fn-1 id=fnref-1>1</a></sup></p>"
         "<section class=footnotes><ol><li id=fn-1><p>N <a href=#fnref-1 "
         "class=footnote-backref>\u21A9</a></p></li></ol></section>",
         OURS("<li value=\"1\">N</li>")},
        {/* Hugo */
         "<p>a<sup id=fnref:1><a href=#fn:1 class=footnote-ref>1</a></sup></p>"
         "<div class=footnotes role=doc-endnotes><hr><ol><li id=fn:1><p>N"
         "&#160;<a href=#fnref:1>\u21A9</a></p></li></ol></div>",
         OURS("<li value=\"1\">N</li>")},
        {/* kramdown */
         "<p>a<sup id=fnref:x><a href=#fn:x class=footnote>1</a></sup></p>"
         "<div class=footnotes><ol><li id=fn:x><p>N</p><p>M</p><p>"
         "<a href=#fnref:x>\u21A9</a></p></li></ol></div>",
         OURS("<li value=\"1\"><p>N</p><p>M</p></li>")},
        {/* pandoc */
         "<p>a<a href=#fn1 id=fnref1><sup>1</sup></a></p>"
         "<section class='footnotes footnotes-end'><ol><li id=fn1><p>N<a "
         "href=#fnref1>\u21A9</a></p></li></ol></section>",
         OURS("<li value=\"1\">N</li>")},
        {/* GitHub */
         "<p>a<sup><a href='#user-content-fn-1' id=r>1</a></sup></p>"
         "<section class=footnotes><h2>Footnotes</h2><ol>"
         "<li id=user-content-fn-1><p>N <a href=#r>\u21A9</a></p></li></ol>"
         "</section>",
         OURS("<li value=\"1\">N</li>")},
    };
    check(cases, G_N_ELEMENTS(cases));
}

static void notes_may_be_referred_to_twice_and_by_notes(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p>a<sup><a href=#f id=r>1</a>, <a href=#g>2</a></sup></p>"
         "<div class=footnotes><ol><li id=f>F<sup><a href=#g id=s>2</a></sup> "
         "<a href=#r>\u21A9</a> <a href=#s>\u21A9<sup>2</sup></a></li>"
         "<li id=g>G</li></ol></div>",
         "<p>a<sup><sup class=\"note-ref\">1</sup>, "
         "<sup class=\"note-ref\">2</sup></sup></p>"
         "<section class=\"notes\"><ol><li value=\"1\">F"
         "<sup class=\"note-ref\">2</sup></li><li value=\"2\">G</li></ol>"
         "</section>"},
        {/* a note that is the origin of a reference to itself */
         "<div class=footnotes><ol><li id=f><a href=#f id=f>x</a></li></ol>"
         "</div>",
         "<section class=\"notes\"><ol><li value=\"1\">"
         "<sup class=\"note-ref\">1</sup></li></ol></section>"},
    };
    check(cases, G_N_ELEMENTS(cases));
}

static void what_only_looks_like_footnotes_stays(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<div class=footnotes><ol><li id=f>F</li></ol></div>",
         "<div><ol><li>F</li></ol></div>"},
        {"<div class=footnotes><p>F</p></div>", "<div><p>F</p></div>"},
        {"<div class=notes><ol><li id=f>F</li></ol></div><sup "
         "class=note-ref>1</sup>",
         "<div><ol><li>F</li></ol></div><sup>1</sup>"},
    };
    check(cases, G_N_ELEMENTS(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(footnotes_of_other_programs_become_ours),
        cmocka_unit_test(notes_may_be_referred_to_twice_and_by_notes),
        cmocka_unit_test(what_only_looks_like_footnotes_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
