/* test_lint.c - the rules over the tree of a post: each with a post that
 * breaks it and a twin that does not. */
#include "test.h"

#include "document/lint.h"
#include "tree.h"

typedef struct LintCase {
    DocumentFormat format;
    const char *rule;
    const char *body;
    const char *found; /* the start of its line */
    const char *twin;
} LintCase;

#define NINETY                                                                 \
    "a sentence that is far too long to be a heading of any kind, as it goes " \
    "on and on from here"
#define CODE_80                                                                \
    "    12345678901234567890123456789012345678901234567890123456789012345678" \
    "901234567890"

static const LintCase cases[] = {
    /* L1 and L2: links.h */
    {DOCUMENT_HTML, "scheme", "<p>\n<a href='javascript:x'>go</a>",
     "post.md:2:10: error: `javascript:x` cannot stand in a mail",
     "<p>\n<a href='https://e.org/x'>go</a>"},
    {DOCUMENT_HTML, "scheme", "<a href='irc://h/c'>chat</a>",
     "post.md:1:10: warning: the link `irc://h/c` is removed",
     "<a href='tel:+49123'>chat</a>"},
    /* L3 */
    {DOCUMENT_HTML, "removed", "<p>a</p>\n <script>x()</script>",
     "post.md:2:2: warning: <script> is removed with its content", "<p>a</p>"},
    {DOCUMENT_MARKDOWN, "removed",
     "a\n\n<iframe src=\"https://e.org/v\"></iframe>\n",
     "post.md:3:1: warning: <iframe> becomes a link",
     "a\n\n[v](https://e.org/v)\n"},
    /* L4 */
    {DOCUMENT_MARKDOWN, "heading", "x\n\n" NINETY "\n---\n",
     "post.md:3:1: warning: a heading of 91 characters", "# A heading\n"},
    {DOCUMENT_HTML, "heading", "<p>x\n  <h2>" NINETY "</h2>",
     "post.md:2:3: warning: a heading of 91 characters", "<h2>short</h2>"},
    /* L5 */
    {DOCUMENT_MARKDOWN, "syntax", "see\n[a](https://e.org/ x y) there\n",
     "post.md:2:3: warning: `](` stands in the text",
     "see [a](https://e.org/x) there\n"},
    {DOCUMENT_MARKDOWN, "syntax", "see [a] (https://e.org/x)\n",
     "post.md:1:7: warning: `] (http` stands in the text",
     "the code `[a] (http`\n"},
    /* L6 */
    {DOCUMENT_MARKDOWN, "alt",
     "one ![a](https://e.org/a.png)\n"
     "two ![b](https://e.org/b.png) ![](https://e.org/c.png)\n",
     "post.md:2:31: warning: an image without a description",
     "two <img src=\"https://e.org/b.png\" alt=\"\">\n"},
    {DOCUMENT_HTML, "alt",
     "<p>a <img src=https://e.org/a.png alt=a> "
     "<img src=https://e.org/b.png>",
     "post.md:1:42: warning: an image without a description",
     "<p><img src=https://e.org/b.png alt=''>"},
    /* L7 */
    {DOCUMENT_MARKDOWN, "code", "a\n\n    <p>b</p>\n",
     "post.md:3: warning: an indented line that begins with a tag",
     "a\n\n```\n<p>b</p>\n```\n"},
    /* L8 */
    {DOCUMENT_HTML, "unclosed", "<p>a</p>\n<p>b <b>c</p><p>d</p>",
     "post.md:2:6: warning: <b> is not closed before the block",
     "<p>b <b>c</b></p><p>d</p>"},
    {DOCUMENT_HTML, "unclosed", "<p><a href=https://e.org/>x <p>y",
     "post.md:1:4: warning: <a> is not closed",
     "<p><a href=https://e.org/>x</a><p>y"},
    {DOCUMENT_MARKDOWN, "unclosed", "a <em>b\n\nc\n",
     "post.md:1:3: warning: <em> is not closed", "a <em>b</em>\n\nc\n"},
    {DOCUMENT_HTML, "unclosed", "<ul><li><i>x</li><li>y</li></ul>",
     "post.md:1:9: warning: <i> is not closed", "<b><p>x</b>y</p>"},
    /* L9 */
    {DOCUMENT_MARKDOWN, "http", "a [b](http://e.org/)\n",
     "post.md:1:4: warning: an address begins with http://",
     "a [b](https://e.org/)\n"},
    {DOCUMENT_MARKDOWN, "http",
     "[a](http://e.org/)\n[b](http://e.org/b)\n"
     "[c](http://e.org/c)\n\n![d](http://e.org/d)\n",
     "post.md:1:2: warning: 4 addresses begin with http:// (lines 1, 2, 3 "
     "and "
     "1 more)",
     "`http://e.org/`\n"},
    /* L12 */
    {DOCUMENT_MARKDOWN, "ambiguous",
     "[the notes](https://e.org/1)\n\nand [The  notes](https://e.org/2)\n",
     "post.md:1:2: note: `the notes` leads to different addresses (lines 1 "
     "and 3)",
     "[the notes](https://e.org/1), [the notes](http://e.org/1/)\n"},
    {DOCUMENT_MARKDOWN, "vague", "[here](https://e.org/1)\n",
     "post.md:1:2: note: the words of a link do not say",
     "[here is all](https://e.org/1)\n"},
    /* L13 */
    {DOCUMENT_HTML, "style",
     "<p>\n<img src=https://e.org/ alt='' "
     "style='float: right'>",
     "post.md:2:39: warning: `float` is removed from a style attribute",
     "<p style='color: #555555; background-color: #ffffff'>x"},
    {DOCUMENT_HTML, "style", "<p style='cursor:pointer'>x",
     "post.md:1:11: note: `cursor` is removed", "<p style='margin: 0'>x"},
    /* L15 */
    {DOCUMENT_MARKDOWN, "text", "![all of it](https://e.org/a.png)\n",
     "post.md:1: warning: the post has images only",
     "![a](https://e.org/a.png)\n\nwords\n"},
    /* L16 */
    {DOCUMENT_HTML, "contrast", "<p>\n<span style='color: #cccccc'>pale</span>",
     "post.md:2:1: warning: #cccccc on #ffffff, as this style gives on the "
     "light page, has a contrast of 1.6:1",
     "<p><span style='color: #707070; background-color: #fff'>grey</span>"},
    {DOCUMENT_HTML, "contrast", "<p>\n<span style='color: #333'>dark</span>",
     "post.md:2:1: warning: #333333 on #15181b, as this style gives on the "
     "dark page, has a contrast of 1.4:1",
     "<p><span style='color: #333; background-color: white'>dark</span>"},
    {DOCUMENT_HTML, "contrast",
     "<p style='background-color: yellow'>x <a href=https://e.org/>y</a>",
     "post.md:1:1: warning: #e6e9eb on #ffff00, as this style gives on the "
     "dark page",
     "<p style='background-color: yellow; color: black'>x"},
    /* R-HTML-11, R-MSG-15 */
    {DOCUMENT_MARKDOWN, "wide", CODE_80 "1\n",
     "post.md:1: note: a line of code with 81 characters", CODE_80 "\n"},
    {DOCUMENT_MARKDOWN, "image", "x ![a](https://e.org/a.svg?raw=1)\n",
     "post.md:1:3: warning: Gmail and Outlook show no SVG",
     "x ![a](https://e.org/a.png)\n"},
    {DOCUMENT_MARKDOWN, "image", "x ![a](https://e.org/a.WebP)\n",
     "post.md:1:3: note: Outlook on Windows shows no WebP",
     "x ![a](https://e.org/a.jpeg)\n"},
};

static void each_rule_finds_what_breaks_it_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Read)
            read = read_source(cases[i].format, cases[i].body, "https://e.org");
        assert_no_error(read.error);
        assert_finding(read.findings, cases[i].rule, cases[i].found);
    }
}

static void each_rule_leaves_the_twin_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Read)
            read = read_source(cases[i].format, cases[i].twin, "https://e.org");
        assert_no_error(read.error);
        for (size_t j = 0; j < findings_stored(read.findings); j++) {
            const Finding *finding = findings_at(read.findings, j);
            if (strcmp(finding->rule, cases[i].rule) == 0)
                fail_msg("[%s] in `%s`: %s", finding->rule, cases[i].twin,
                         finding->text);
        }
    }
}

static void a_relative_address_without_a_base_has_its_column(void **state)
{
    (void)state;
    g_auto(Read) read = read_source(DOCUMENT_MARKDOWN,
                                    "a\nb [c](/d) and ä [e](/d)\n", NULL);
    assert_finding(read.findings, "relative", "post.md:2:7: error:");
    assert_finding(read.findings, "relative", "post.md:2:21: error:");
    assert_int_equal(findings_count(read.findings, SEVERITY_ERROR), 2);
    g_auto(Read)
        based = read_source(DOCUMENT_MARKDOWN, "b [c](/d)\n", "https://e.org/");
    assert_int_equal(findings_stored(based.findings), 0);
}

static void one_tag_that_is_never_closed_is_told_once(void **state)
{
    (void)state;
    g_auto(Read) read = read_source(
        DOCUMENT_HTML, "<p>a <b>b</p><p>c</p><p>d</p><p>e</p>", NULL);
    assert_int_equal(findings_stored(read.findings), 1);
}

static void the_theme_wins_over_the_author_in_dark_links(void **state)
{
    (void)state;
    /* On the dark page the link has the theme's colour. */
    g_auto(Read) read = read_source(
        DOCUMENT_HTML, "<p><a style='color: #0000c0' href=https://e.org/>x",
        NULL);
    for (size_t i = 0; i < findings_stored(read.findings); i++)
        assert_string_not_equal(findings_at(read.findings, i)->rule,
                                "contrast");
}

static void large_text_needs_less_contrast(void **state)
{
    (void)state;
    /* #888888 on white is 3.5:1, and on the dark page 4.9:1. */
    g_auto(Read)
        small = read_source(DOCUMENT_HTML, "<p style='color: #888888'>x", NULL);
    g_auto(Read) large = read_source(
        DOCUMENT_HTML, "<p style='color: #888888; font-size: 24px'>x", NULL);
    assert_finding(small.findings, "contrast", "a contrast of 3.5:1");
    assert_int_equal(findings_stored(small.findings), 1);
    assert_int_equal(findings_stored(large.findings), 0);
}

static void behind_a_field_there_is_no_column(void **state)
{
    (void)state;
    g_auto(Read) read = read_source(DOCUMENT_MARKDOWN,
                                    "QZqzQZqzm0zQ, see [c](/d)\n", NULL);
    assert_finding(read.findings, "relative", "post.md:1: error:");
}

static void lines_are_named_once_and_the_others_counted(void **state)
{
    (void)state;
    static const struct {
        int lines[6];
        guint count;
        const char *text;
    } texts[] = {
        {{4}, 1, "line 4"},
        {{4, 4}, 2, "line 4"},
        {{4, 9}, 2, "lines 4 and 9"},
        {{4, 4, 9, 12}, 4, "lines 4, 9 and 12"},
        {{4, 9, 12, 13, 14}, 5, "lines 4, 9, 12 and 2 more"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(int));
        g_array_append_vals(lines, texts[i].lines, texts[i].count);
        g_autofree char *text = lint_lines_text(lines);
        assert_string_equal(text, texts[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_finds_what_breaks_it_and_where),
        cmocka_unit_test(each_rule_leaves_the_twin_alone),
        cmocka_unit_test(a_relative_address_without_a_base_has_its_column),
        cmocka_unit_test(one_tag_that_is_never_closed_is_told_once),
        cmocka_unit_test(the_theme_wins_over_the_author_in_dark_links),
        cmocka_unit_test(large_text_needs_less_contrast),
        cmocka_unit_test(behind_a_field_there_is_no_column),
        cmocka_unit_test(lines_are_named_once_and_the_others_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
