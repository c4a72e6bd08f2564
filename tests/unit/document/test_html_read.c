/* test_html_read.c - document/html_read.h, html_scan.h */
#include "test.h"

#include "document/html_read.h"
#include "document/html_scan.h"
#include "tree.h"

static char *read_fragment(const char *html, GError **error)
{
    g_autoptr(Document) document = document_new(NULL);
    HtmlText source = {.text = html,
                       .length = strlen(html),
                       .file = "post.html",
                       .first_line = 1};
    if (!html_read_fragment(document, &source, error))
        return NULL;
    return tree_text(document);
}

/* Expected trees by the HTML standard, 13.2.6. */
static void mistakes_are_mended_as_the_standard_says(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"<b><i>x</b>y</i>", "<b><i>x</i></b><i>y</i>"},
        {"<p>a<p>b", "<p>a</p><p>b</p>"},
        {"<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"},
        {"<a href=1>x<a href=2>y</a>",
         "<a href=\"1\">x</a><a href=\"2\">y</a>"},
        {"<table>x<tr><td>y</table>",
         "x<table><tbody><tr><td>y</td></tr></tbody></table>"},
        {"<p/>x", "<p>x</p>"},
        {"</p>", "<p></p>"},
        {"<p a=1 a=2 B>x", "<p a=\"1\" b=\"\">x</p>"},
        {"&amp &copy=1 &#150;", "& \xc2\xa9=1 \xe2\x80\x93"},
        {"<a href='?a=1&copy=2'>", "<a href=\"?a=1&copy=2\"></a>"},
        {"<pre>\nx</pre>", "<pre>x</pre>"},
        {"<o:p>x</o:p>", "<o:p>x</o:p>"},
        {"<x\"y>z", "<unknown>z</unknown>"},
        {"a\fb&#8;c", "a bc"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autofree char *found = read_fragment(cases[i][0], &error);
        assert_no_error(error);
        assert_string_equal(found, cases[i][1]);
    }
}

static char *repeat(const char *text, int times)
{
    GString *out = g_string_new("one\n");
    for (int i = 0; i < times; i++)
        g_string_append(out, text);
    return g_string_free(out, FALSE);
}

static void what_the_parser_would_choke_on_is_refused_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        {"<div>", "post.html:2: elements are nested more than 256 deep"},
        {"<span>", "nested more than 256 deep"},
        {"<b>", "nested more than 256 deep"},
        {"<table><tr><td>", "nested more than 256 deep"},
        {"<div></span></b>", "nested more than 256 deep"},
        {"<div><table><td></div>", "nested more than 256 deep"},
        {"<b><div></b>", "nested more than 256 deep"},
        {"<svg><style><g>", "nested more than 256 deep"},
        {"<svg><p></svg-><g>", "nested more than 256 deep"},
        {"<div><select></div><input>", "nested more than 256 deep"},
        {"<dl><center><th>", "nested more than 256 deep"},
        {"<i><a>", "nested more than 256 deep"},
        {"<dd><li>", "nested more than 256 deep"},
        {"<li><ul></li>", "nested more than 256 deep"},
        {"<svg><h2></h1>", "nested more than 256 deep"},
        {"<template><col><iframe/>", "nested more than 256 deep"},
        {"<ruby><rt>", "nested more than 256 deep"},
        {"<!--x--><i>", "nested more than 256 deep"},
        {"<i title='>'>", "nested more than 256 deep"},
        {"<select><iframe><input><q>", "nested more than 256 deep"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autofree char *first = repeat(cases[i].text, 100000);
        g_autofree char *html = g_strdup_printf("\n%s", first + 4);
        g_autofree char *found = read_fragment(html, &error);
        assert_null(found);
        assert_error(&error, ERROR_INPUT, cases[i].part);
    }
}

static void long_but_flat_posts_pass(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "<p>x",
        "<ul><li>a<li>b</ul>",
        "<br>",
        "<b>x</b>",
        "<img src=x>",
        "<a name=x>y\n",
        "<div>x</div>",
        "<table><tr><td>x</table>",
        "<p><i>x</p></i>",
        "</div>",
        "<svg><path/></svg>",
        "<!-- <div> -->",
        "<script><div></script>",
        "<dl><dt>a<dd>b</dl>",
        "a < b ",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autofree char *html = repeat(cases[i], 5000);
        g_autofree char *found = read_fragment(html, &error);
        assert_no_error(error);
        assert_non_null(found);
    }
}

static void attributes_and_repeated_formatting_are_limited(void **state)
{
    (void)state;
    GError *error = NULL;
    g_autofree char *names = repeat(" a=1", HTML_SCAN_ATTRIBUTES_MAX + 1);
    g_autofree char *tag = g_strdup_printf("<p %s>", names);
    g_autofree char *first = read_fragment(tag, &error);
    assert_null(first);
    assert_error(&error, ERROR_INPUT, "a tag has more than 1000 attributes");
    g_autoptr(GString) fonts = g_string_new(NULL);
    for (int i = 0; i < 200; i++)
        g_string_append_printf(fonts, "<font size=%d>", i);
    for (int i = 0; i < 10000; i++)
        g_string_append(fonts, "<p>x");
    g_autofree char *second = read_fragment(fonts->str, &error);
    assert_null(second);
    assert_error(&error, ERROR_INPUT, "that are never closed");
}

static void the_scan_counts_what_is_open(void **state)
{
    (void)state;
    int line = 0;
    g_autofree char *fine = repeat("<i>", HTML_SCAN_DEPTH_MAX);
    g_autofree char *deep = repeat("<i>\n", HTML_SCAN_DEPTH_MAX + 1);
    assert_int_equal(html_scan(fine, strlen(fine), true, &line),
                     HTML_SCAN_FINE);
    assert_int_equal(html_scan(deep, strlen(deep), true, &line),
                     HTML_SCAN_TOO_DEEP);
    assert_int_equal(line, HTML_SCAN_DEPTH_MAX + 2);
}

static void lines_come_from_the_map(void **state)
{
    (void)state;
    static const int lines[] = {7, 9, 30};
    g_autoptr(Document) document = document_new(NULL);
    HtmlText source = {.text = "<p>a\n<b>b</b></p>\n<hr>",
                       .length = 22,
                       .file = "x",
                       .first_line = 1,
                       .lines = lines,
                       .line_count = 3};
    assert_true(html_read_fragment(document, &source, NULL));
    const Node *p = document_root_const(document)->first_child;
    assert_int_equal(p->line, 7);
    assert_int_equal(p->last_child->line, 9);
    assert_int_equal(document_root_const(document)->last_child->line, 30);
}

static void a_page_keeps_everything(void **state)
{
    (void)state;
    static const char html[] =
        "<!DOCTYPE html><html lang=\"en\"><head><title>t</title>"
        "<style>p > a{}</style></head><body class=\"x\">"
        "<!--[if mso]><table><![endif]--><table><tbody><tr><td>"
        "<!--QZqzQZqzm0zQ--></td></tr></tbody></table></body></html>";
    GError *error = NULL;
    g_autoptr(Document) page = document_read_shell(
        html, strlen(html), "mail.html", "QZqzQZqz", &error);
    assert_no_error(error);
    g_autofree char *found = tree_text(page);
    assert_string_equal(found, html);
    assert_string_equal(document_gap_prefix(page), "QZqzQZqz");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_mended_as_the_standard_says),
        cmocka_unit_test(what_the_parser_would_choke_on_is_refused_at_once),
        cmocka_unit_test(long_but_flat_posts_pass),
        cmocka_unit_test(attributes_and_repeated_formatting_are_limited),
        cmocka_unit_test(the_scan_counts_what_is_open),
        cmocka_unit_test(lines_come_from_the_map),
        cmocka_unit_test(a_page_keeps_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
