#include "test.h"

#include "post/sniff.h"

typedef struct Case {
    const char *body;
    PostFormat format;
} Case;

static void check(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sniff_format(cases[i].body, strlen(cases[i].body)) !=
            cases[i].format)
            fail_msg("taken for the other: %s", cases[i].body);
}

static void a_body_of_elements_only_is_html(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p>One.</p>\n<p>Two.</p>\n", POST_HTML},
        {"\n\n        <p>Indented\nas in a feed.</p>\n\n   <h2>x</h2>",
         POST_HTML},
        {"<!DOCTYPE html>\n<html><head><title>a\n\nb</title></head>"
         "<body><p>x</p></body></html>",
         POST_HTML},
        {"<html>\n<body>\nBare text.\n\nMore.\n</body></html>", POST_HTML},
        {"\n<!doctype html>Bare text.\n\n- x\n", POST_HTML},
        {"<header-box>\n\ntext", POST_MARKDOWN},
        {"<!-- made by a tool --><div><p>x</p></div>", POST_HTML},
        {"<div>\n\n  <p>x</p>\n\n</div>", POST_HTML},
        {"<ul><li>one<li>two<ul><li>three</ul></ul>", POST_HTML},
        {"<p>no end\n<p>two\n<h2>three</h2>\n<p>four", POST_HTML},
        {"<table><tr><td>a<td>b<tr><td>c</table>", POST_HTML},
        {"<dl><dt>a<dd>b<dt>c<dd>d</dl>", POST_HTML},
        {"<p>a<br>b</p>\n<hr>\n<img src=x>\n<p>c</p>", POST_HTML},
        {"<P CLASS=\"a>b\">upper</P>", POST_HTML},
        {"<p>a</p><script>if (a < b) x\n\n</script><style>y</style>",
         POST_HTML},
        {"<h1>x</h1><div><span><svg><use href='#a'></use></svg></span></div>",
         POST_HTML},
        {"<custom-box><p>x</p></custom-box>", POST_MARKDOWN},
        {"<p>5 < 6 and a <b>c</b></p>", POST_HTML},
        {"<pre><code># no heading\n\n- no list\n</code></pre>", POST_HTML},
        {"<p>text</p></div></p>\n", POST_HTML},
    };
    check(cases, G_N_ELEMENTS(cases));
}

static void text_outside_of_elements_is_markdown(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"", POST_MARKDOWN},
        {"Just a sentence.\n", POST_MARKDOWN},
        {"# A heading\n\nText with <b>bold</b>.\n", POST_MARKDOWN},
        {"<p>intro</p>\n\n- one\n- two\n", POST_MARKDOWN},
        {"<img src=\"a.png\">\n\nSome text.\n", POST_MARKDOWN},
        {"<!-- a comment -->\nSome text.\n", POST_MARKDOWN},
        {"<style>p { x: y }</style>\n\n## Heading\n\ntext\n", POST_MARKDOWN},
        {"<https://example.org> is our page.\n", POST_MARKDOWN},
        {"<a@example.org>\n", POST_MARKDOWN},
        {"<AlertBox>\n  text\n</AlertBox>\n", POST_MARKDOWN},
        {"Text.\n\n<iframe src=x></iframe>\n\nMore text.\n", POST_MARKDOWN},
        {"Text, then\n\n<table><tr><td>x</td></tr></table>\n\nmore text.\n\n"
         "And more.\n",
         POST_MARKDOWN},
        {"```html\n<p>x</p>\n```\n", POST_MARKDOWN},
        {"[a link](https://example.org) and <br> a break.\n", POST_MARKDOWN},
        {"1. one<br>\n2. two\n", POST_MARKDOWN},
        {"Some `code` and <div>x</div>\n", POST_MARKDOWN},
        {"<p", POST_MARKDOWN},
        {"a < b and c > d\n", POST_MARKDOWN},
    };
    check(cases, G_N_ELEMENTS(cases));
}

static void markdown_in_a_box_is_markdown(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<div>\n\n# Hello\n\n</div>\n", POST_MARKDOWN},
        {"<details>\n<summary>More</summary>\n\nText **bold**.\n\n</details>\n",
         POST_MARKDOWN},
        {"<section>\n\ntext\n</section>\n", POST_MARKDOWN},
        {"<center>one\n\ntwo</center>\n", POST_MARKDOWN},
        {"<div>\nno empty line\n</div>\n", POST_HTML},
        {"<div><blockquote>one\n\ntwo</blockquote></div>\n", POST_HTML},
    };
    check(cases, G_N_ELEMENTS(cases));
}

static void a_feeds_first_paragraph_may_stand_bare(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"\n\nA first paragraph\nover two lines.\n\n  <p>And the rest.</p>\n",
         POST_HTML},
        {"One &quot;sentence&quot;.<br/><br/><a href=\"x\">A link</a>",
         POST_HTML},
        {"One <b>sentence</b> and no block.", POST_MARKDOWN},
        {"One.\n\nTwo.\n<p>Three.</p>", POST_MARKDOWN},
        {"<p>One.</p>\n\nTwo.\n", POST_MARKDOWN},
        {"One *word*.\n<p>Two.</p>", POST_MARKDOWN},
        {"One _word_.\n<p>Two.</p>", POST_MARKDOWN},
        {"One snake_case word.\n<p>Two.</p>", POST_HTML},
    };
    check(cases, G_N_ELEMENTS(cases));
}

static void hostile_bodies_end_soon(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "<div>", "<p>",     "<b",         "<!--", "<x>", "</div>",
        "<a \"", "<style>", "<li><p><b>", "<",    "&",   "<table><tr><td>"};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        GString *body = g_string_new(NULL);
        while (body->len < 300000)
            g_string_append(body, parts[i]);
        PostFormat format = sniff_format(body->str, body->len);
        assert_true(format == POST_HTML || format == POST_MARKDOWN);
        g_string_free(body, TRUE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_of_elements_only_is_html),
        cmocka_unit_test(text_outside_of_elements_is_markdown),
        cmocka_unit_test(markdown_in_a_box_is_markdown),
        cmocka_unit_test(a_feeds_first_paragraph_may_stand_bare),
        cmocka_unit_test(hostile_bodies_end_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
