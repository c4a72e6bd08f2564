/* test_document.c - document/document.h, lint.h */
#include "test.h"

#include "tree.h"

static char *read_titled(DocumentFormat format, const char *text,
                         const char *title)
{
    DocumentSource source = {.text = text,
                             .length = strlen(text),
                             .format = format,
                             .file = "post.md",
                             .first_line = 1,
                             .title = title};
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(Document) document = document_read(&source, findings, NULL);
    return tree_text(document);
}

static void the_first_heading_is_dropped_when_it_is_the_title(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"# A  *b*\n\nx", "A b", "<p>x</p>"},
        {"A\nb\n===\n\nx", " A   b ", "<p>x</p>"},
        {"# A\n\nx", "B", "<h1>A</h1><p>x</p>"},
        {"x\n\n## A\n\n# B", "B", "<p>x</p><h2>A</h2><h1>B</h1>"},
        {"x", "", "<p>x</p>"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *found = read_titled(DOCUMENT_MARKDOWN, cases[i][0],
                                             cases[i][1]);
        assert_string_equal(found, cases[i][2]);
    }
}

static void html_bodies_are_never_taken_for_markdown(void **state)
{
    (void)state;
    assert_tree(DOCUMENT_HTML,
                "\n        <p>_a_ *b*</p>\n\n    <pre>\n# c\n\n    d</pre>",
                "<p>_a_ *b*</p><pre># c\n\n    d</pre>");
}

static void blanks_between_blocks_are_dropped_but_not_in_code(void **state)
{
    (void)state;
    assert_tree(DOCUMENT_HTML,
                "<ul>\n <li> a <b>b</b> <i>c</i> </li>\n</ul>\n<pre> \n</pre>",
                "<ul><li> a <b>b</b> <i>c</i></li></ul><pre> \n</pre>");
}

static void a_body_that_is_no_text_is_refused(void **state)
{
    (void)state;
    g_auto(Read) read = read_source(DOCUMENT_HTML, "a\nb\xff", NULL);
    assert_null(read.document);
    assert_error(&read.error, ERROR_INPUT,
                 "post.md:2: bytes that are not UTF-8");
    g_autofree char *large = g_strnfill(DOCUMENT_BYTES_MAX + 1, 'x');
    g_auto(Read) second = read_source(DOCUMENT_MARKDOWN, large, NULL);
    assert_error(&second.error, ERROR_INPUT, "is larger than 4194304 bytes");
}

static void lines_count_from_where_the_body_begins(void **state)
{
    (void)state;
    static const DocumentFormat formats[] = {DOCUMENT_MARKDOWN, DOCUMENT_HTML};
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        DocumentSource source = {.text = "\n<p>\n<b>x</b>\n",
                                 .length = 14,
                                 .format = formats[i],
                                 .file = "post.md",
                                 .first_line = 11};
        g_autoptr(Document) document = document_read(&source, NULL, NULL);
        const Node *p = document_root_const(document)->first_child;
        assert_int_equal(p->line, 12);
        assert_int_equal(p->first_child->line, 13);
    }
}

static void authors_are_told_what_looks_wrong(void **state)
{
    (void)state;
    g_auto(Read) read = read_source(
        DOCUMENT_MARKDOWN,
        "![](https://e.org/i)\n\n"                                 /* 1 */
        "This sentence is far too long to be a heading, which "    /* 3 */
        "nobody on earth would ever write in such a way.\n---\n\n" /* 3, 4 */
        "a [b](c\nd `[x](` and [e] (https://e.org)\n",             /* 6 */
        "https://e.org");
    assert_finding(read.findings, "alt", "post.md:1:1: warning: an image");
    assert_finding(read.findings, "heading",
                   "post.md:3:1: warning: a heading of 100 characters");
    assert_finding(read.findings, "syntax", "post.md:6:5: warning: `](`");
}

static void control_characters_do_not_reach_the_tree(void **state)
{
    (void)state;
    assert_tree(DOCUMENT_MARKDOWN, "a\bb\x02\x1b[1m\fc\x7f\xc2\x85\rd",
                "<p>ab[1m c\nd</p>");
    assert_tree(DOCUMENT_HTML, "<p>a\bb\x02", "<p>ab</p>");
}

static void grafting_copies_all_blocks_in_order(void **state)
{
    (void)state;
    static const char html[] = "<!DOCTYPE html><html><head></head><body>"
                               "<h1>t</h1><!--x--><p>f</p></body></html>";
    g_autoptr(Document) shell = document_read_shell(html, strlen(html),
                                                    "mail.html", NULL, NULL);
    Node *at = document_root(shell);
    while (at->kind != NODE_COMMENT)
        at = node_following(at, document_root(shell));
    {
        g_auto(Read) read = read_source(
            DOCUMENT_HTML,
            "<p align=left>a<b>b<i>c</i></b>d</p><hr><ul><li>e</ul>z", NULL);
        document_graft(shell, at, read.document);
    }
    g_autofree char *found = tree_text(shell);
    assert_string_equal(found,
                        "<!DOCTYPE html><html><head></head><body><h1>t</h1>"
                        "<p align=\"left\">a<b>b<i>c</i></b>d</p><hr>"
                        "<ul><li>e</li></ul>z<p>f</p></body></html>");
}

static void an_empty_document_can_be_grafted(void **state)
{
    (void)state;
    g_autoptr(Document) shell = document_new(NULL);
    g_autoptr(Document) empty = document_new(NULL);
    Node *at = node_new_comment(shell, "x", 1, 0);
    node_append(document_root(shell), at);
    document_graft(shell, at, empty);
    assert_null(document_root(shell)->first_child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_heading_is_dropped_when_it_is_the_title),
        cmocka_unit_test(html_bodies_are_never_taken_for_markdown),
        cmocka_unit_test(blanks_between_blocks_are_dropped_but_not_in_code),
        cmocka_unit_test(a_body_that_is_no_text_is_refused),
        cmocka_unit_test(lines_count_from_where_the_body_begins),
        cmocka_unit_test(authors_are_told_what_looks_wrong),
        cmocka_unit_test(control_characters_do_not_reach_the_tree),
        cmocka_unit_test(grafting_copies_all_blocks_in_order),
        cmocka_unit_test(an_empty_document_can_be_grafted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
