/* test_gfm.c - document/gfm.h, tables.h, notes.h, autolink.h */
#include "test.h"

#include "document/autolink.h"
#include "document/tables.h"
#include "tree.h"

#define HEAD "<table><thead><tr>"
#define BODY "</tr></thead><tbody>"
#define END "</tbody></table>"

static void assert_trees(const char *const (*cases)[2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_tree(DOCUMENT_MARKDOWN, cases[i][0], cases[i][1]);
}

static void pipe_tables_become_tables(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"| a | b |\n|---|---|\n| 1 | 2 |",
         HEAD "<th>a</th><th>b</th>" BODY "<tr><td>1</td><td>2</td></tr>" END},
        {"a | b | c\n:- | :-: | -:\n1 | 2 | 3",
         HEAD "<th align=\"left\">a</th><th align=\"center\">b</th>"
              "<th align=\"right\">c</th>" BODY
              "<tr><td align=\"left\">1</td><td align=\"center\">2</td>"
              "<td align=\"right\">3</td></tr>" END},
        {"| a |\n|---|\n| b \\| `c\\|d` |",
         HEAD "<th>a</th>" BODY "<tr><td>b | <code>c|d</code></td></tr>" END},
        {"| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |",
         HEAD "<th>a</th><th>b</th>" BODY "<tr><td>1</td><td></td></tr>"
              "<tr><td>1</td><td>2</td></tr>" END},
        {"| a |\n|---|", "<table><thead><tr><th>a</th></tr></thead></table>"},
        {"| *a | b* |\n|---|---|\n| [r] | **c** |\n\n[r]: /x",
         HEAD "<th>*a</th><th>b*</th>" BODY
              "<tr><td><a href=\"https://e.org/x\">r</a></td>"
              "<td><strong>c</strong></td></tr>" END},
        {"text\n| a |\n|---|\n| 1 |\n> q",
         "<p>text</p>" HEAD "<th>a</th>" BODY "<tr><td>1</td></tr>" END
         "<blockquote><p>q</p></blockquote>"},
        {"| a |\n|---|\n| 1 |\n---",
         HEAD "<th>a</th>" BODY "<tr><td>1</td></tr>" END "<hr>"},
        {"- x\n\n  | a |\n  |---|\n  | 1 |",
         "<ul><li><p>x</p>" HEAD "<th>a</th>" BODY "<tr><td>1</td></tr>" END
         "</li></ul>"},
        {"- | a |\n  |---|\n  | 1 |", "<ul><li>" HEAD "<th>a</th>" BODY
                                      "<tr><td>1</td></tr>" END "</li></ul>"},
        {"> | a |\n> |---|\n> | 1 |",
         "<blockquote>" HEAD "<th>a</th>" BODY "<tr><td>1</td></tr>" END
         "</blockquote>"},
        {"| a | b |\n|---|\n| 1 | 2 |", "<p>| a | b |\n|---|\n| 1 | 2 |</p>"},
        {"`| a |\n|---|`", "<p><code>| a | |---|</code></p>"},
        {"```\n| a |\n|---|\n```", "<pre><code>| a |\n|---|\n</code></pre>"},
        {"<pre>\n| a |\n|---|\n</pre>", "<pre>| a |\n|---|\n</pre>"},
    };
    assert_trees(cases, G_N_ELEMENTS(cases));
}

static void a_table_beyond_the_limits_stays_text(void **state)
{
    (void)state;
    g_autoptr(GString) wide = g_string_new("x\n\n|");
    for (int i = 0; i <= TABLES_COLUMNS_MAX; i++)
        g_string_append(wide, "a|");
    g_string_append(wide, "\n|");
    for (int i = 0; i <= TABLES_COLUMNS_MAX; i++)
        g_string_append(wide, "-|");
    g_auto(Read) read = read_source(DOCUMENT_MARKDOWN, wide->str, NULL);
    assert_no_error(read.error);
    assert_finding(read.findings, "table",
                   "post.md:3: warning: the table stays text");
    g_autoptr(GString) tall = g_string_new("|a|b|\n|-|-|\n");
    for (int i = 0; i < TABLES_CELLS_MAX / 2; i++)
        g_string_append(tall, "x\n");
    g_auto(Read) second = read_source(DOCUMENT_MARKDOWN, tall->str, NULL);
    assert_no_error(second.error);
    assert_finding(second.findings, "table", "more than 50000 cells");
}

static void two_tildes_strike_and_one_does_not(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"~~a~~ b", "<p><del>a</del> b</p>"},
        {"~a~ ~/.profile ~~~b~~~", "<p>~a~ ~/.profile ~~~b~~~</p>"},
        {"~~a *b* `c~~` d~~",
         "<p><del>a <em>b</em> <code>c~~</code> d</del></p>"},
        {"*~~a~~*", "<p><em><del>a</del></em></p>"},
        {"\\~~a~~ ~~ b ~~", "<p>~~a~~ ~~ b ~~</p>"},
        {"a~~b~~c", "<p>a<del>b</del>c</p>"},
        {"~~a ~~b~~ c~~ d~~", "<p><del>a <del>b</del> c</del> d~~</p>"},
        {"~~a\n\nb~~", "<p>~~a</p><p>b~~</p>"},
        {"<code>~~a~~</code>", "<p><code>~~a~~</code></p>"},
        {"`\\~` ~~x~~ \\~", "<p><code>\\~</code> <del>x</del> ~</p>"},
    };
    assert_trees(cases, G_N_ELEMENTS(cases));
}

static void items_with_a_box_are_tasks(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"- [ ] a\n- [X] *b*", "<ul><li class=\"task\">[ ] a</li>"
                               "<li class=\"task\">[x] <em>b</em></li></ul>"},
        {"1. [x] a\n\n2. b",
         "<ol><li class=\"task\"><p>[x] a</p></li><li><p>b</p></li></ol>"},
        {"- \\[ ] a\n- [y] b\n- [ ]c",
         "<ul><li>[ ] a</li><li>[y] b</li><li>[ ]c</li></ul>"},
    };
    assert_trees(cases, G_N_ELEMENTS(cases));
}

static void alerts_are_quotes_with_a_name(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"> [!NOTE]\n> a",
         "<blockquote class=\"alert\"><p><strong>Note</strong></p>"
         "<p>a</p></blockquote>"},
        {"> [!warning]\n>\n> a",
         "<blockquote class=\"alert\"><p><strong>Warning</strong></p>"
         "<p>a</p></blockquote>"},
        {"> [!OTHER]\n> a", "<blockquote><p>[!OTHER]\na</p></blockquote>"},
        {"> \\[!NOTE]\n> a", "<blockquote><p>[!NOTE]\na</p></blockquote>"},
        {"> [!TIP] a", "<blockquote><p>[!TIP] a</p></blockquote>"},
    };
    assert_trees(cases, G_N_ELEMENTS(cases));
}

#define REF(n) "<sup class=\"note-ref\">" n "</sup>"
#define NOTES(items) "<section class=\"notes\"><ol>" items "</ol></section>"

static void notes_are_numbered_and_stand_at_the_end(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a[^x]\n\n[^x]: Some words.",
         "<p>a" REF("1") "</p>" NOTES("<li value=\"1\">Some words.</li>")},
        {"a[^x]\n\n[^x]: word",
         "<p>a" REF("1") "</p>" NOTES("<li value=\"1\">word</li>")},
        {"a[^2] b[^1] c[^2]\n\n[^1]: one\n[^2]: two",
         "<p>a" REF("1") " b" REF("2") " c" REF("1") "</p>" NOTES(
             "<li value=\"1\">two</li><li value=\"2\">one</li>")},
        {"a[^x]\n\n[^x]: p\n\n    q\n\n        c [^x]\n\nend",
         "<p>a" REF("1") "</p><p>end</p>" NOTES(
             "<li value=\"1\"><p>p</p><p>q</p>"
             "<pre><code>c [^x]\n</code></pre></li>")},
        {"a[^x]\n\n[^x]: b[^y]\n[^y]: c",
         "<p>a" REF("1") "</p>" NOTES(
             "<li value=\"1\">b" REF("2") "</li><li value=\"2\">c</li>")},
        {"**a.**[^x] `[^x]` \\[^x] [^none]\n\n[^x]: b",
         "<p><strong>a.</strong>" REF("1") " <code>[^x]</code> [^x] [^none]"
                                           "</p>" NOTES(
                                               "<li value=\"1\">b</li>")},
        {"a[^X]\n\n[^x]: https://e.org/y",
         "<p>a" REF("1") "</p>" NOTES(
             "<li value=\"1\"><a href=\"https://e.org/y\">"
             "https://e.org/y</a></li>")},
        {"```\n[^x]: a\n```\n[^x]", "<pre><code>[^x]: a\n</code></pre>"
                                    "<p>[^x]</p>"},
        {"[l](/u?[^x])[^x]\n\n[^x]: b\nlazy\n# h",
         "<p><a href=\"https://e.org/u?[%5Ex]\">l</a>" REF(
             "1") "</p><h1>h</h1>" NOTES("<li value=\"1\">b\nlazy</li>")},
    };
    assert_trees(cases, G_N_ELEMENTS(cases));
}

static void a_note_that_nothing_refers_to_is_reported(void **state)
{
    (void)state;
    g_auto(Read) read = read_source(DOCUMENT_MARKDOWN, "a\n\n[^x]: b", NULL);
    assert_finding(read.findings, "note",
                   "post.md:3: warning: nothing refers to the note `x`");
}

static void bare_addresses_become_links(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"http://a.b", "http://a.b", ""},
        {"see https://a.b/c. Then", "https://a.b/c", ""},
        {"(www.a.b/c_(d))", "www.a.b/c_(d)", "http://"},
        {"(https://a.b/c)", "https://a.b/c", ""},
        {"https://a.b/?x=1&y=2&copy;", "https://a.b/?x=1&y=2", ""},
        {"me@a.org!", "me@a.org", "mailto:"},
        {"a.b-c_d@e.f.", "a.b-c_d@e.f", "mailto:"},
        {"http://localhost:80/", "http://localhost:80/", ""},
        {"HTTP://A.B", "HTTP://A.B", ""},
        {"https://a.b/\xe6\x97\xa5\xe3\x80\x82x", "https://a.b/\xe6\x97\xa5",
         ""},
        {"http://a.b)\xe3\x81\xa7", "http://a.b", ""},
        {"http://", NULL, NULL},
        {"xhttp://a.b", NULL, NULL},
        {"xwww.a.b", NULL, NULL},
        {"www.", NULL, NULL},
        {"@a.org", NULL, NULL},
        {"a@b", NULL, NULL},
        {"a@b.c-", NULL, NULL},
        {"http://a.b_c", NULL, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Autolink link;
        bool found = autolink_find(cases[i][0], 0, &link);
        if (found != (cases[i][1] != NULL))
            fail_msg("%s: %s", cases[i][0], found ? "a link" : "no link");
        if (found) {
            g_autofree char *text = g_strndup(cases[i][0] + link.start,
                                              link.end - link.start);
            assert_string_equal(text, cases[i][1]);
            assert_string_equal(link.prefix, cases[i][2]);
        }
    }
}

static void links_code_and_html_keep_their_addresses_as_text(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"https://a.b/_c_/*d* *https://e.f*",
         "<p><a href=\"https://a.b/_c_/*d\">https://a.b/_c_/*d</a>* "
         "<em><a href=\"https://e.f\">https://e.f</a></em></p>"},
        {"`http://a.b/_c_`", "<p><code>http://a.b/_c_</code></p>"},
        {"[http://a.b](/x)",
         "<p><a href=\"https://e.org/x\">http://a.b</a></p>"},
        {"<a href='http://a.b/_c_'>http://d.e</a>",
         "<p><a href=\"http://a.b/_c_\">http://d.e</a></p>"},
        {"[x](http://a.b/_c_) <http://a.b/_c_>",
         "<p><a href=\"http://a.b/_c_\">x</a> "
         "<a href=\"http://a.b/_c_\">http://a.b/_c_</a></p>"},
        {"<div>http://a.b</div>", "<div>http://a.b</div>"},
        {"![http://a.b/_c_](/x)",
         "<p><img src=\"https://e.org/x\" alt=\"http://a.b/_c_\"></p>"},
    };
    assert_trees(cases, G_N_ELEMENTS(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pipe_tables_become_tables),
        cmocka_unit_test(a_table_beyond_the_limits_stays_text),
        cmocka_unit_test(two_tildes_strike_and_one_does_not),
        cmocka_unit_test(items_with_a_box_are_tasks),
        cmocka_unit_test(alerts_are_quotes_with_a_name),
        cmocka_unit_test(notes_are_numbered_and_stand_at_the_end),
        cmocka_unit_test(a_note_that_nothing_refers_to_is_reported),
        cmocka_unit_test(bare_addresses_become_links),
        cmocka_unit_test(links_code_and_html_keep_their_addresses_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
