#include "test.h"

#include "document/document.h"
#include "document/html_write.h"

#define GAP "QZabcdef"

typedef struct Case {
    const char *html;
    const char *expected;
} Case;

static char *rewrite(const char *html)
{
    const DocumentSource source = {.text = html,
                                   .length = strlen(html),
                                   .format = DOCUMENT_HTML,
                                   .file = "test",
                                   .first_line = 1,
                                   .base_url = "https://example.org/"};
    GError *error = NULL;
    g_autoptr(Document) document = document_read(&source, NULL, &error);
    GString *out = g_string_new(NULL);

    assert_no_error(error);
    html_write(document, out);
    return g_string_free(out, FALSE);
}

static void check_all(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *once = rewrite(cases[i].html);
        assert_string_equal(once, cases[i].expected);
        g_autofree char *twice = rewrite(once);
        assert_string_equal(twice, once);
    }
}

#define CHECK(cases) check_all(cases, G_N_ELEMENTS(cases))

static void each_block_has_its_line(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"", ""},
        {"<p>a</p><p>b</p>", "<p>a</p>\n<p>b</p>\n"},
        {"   <p> a\n  b </p>\n\n\n<p>c", "<p>a b</p>\n<p>c</p>\n"},
        {"<ul><li>a<ul><li>b</ul></ul>",
         "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n"},
        {"<p>a <b> b </b> c<br> d</p>", "<p>a <b> b </b> c<br>d</p>\n"},
        {"<p>a</p> text <p>b</p>", "<p>a</p>\ntext\n<p>b</p>\n"},
        {"<p><b>a</b> <i>b</i></p>", "<p><b>a</b> <i>b</i></p>\n"},
    };
    CHECK(cases);
}

static void characters_that_mean_something_are_escaped(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p>&lt;b&gt; &amp;amp; \"q\"</p>",
         "<p>&lt;b&gt; &amp;amp; \"q\"</p>\n"},
        {"<p><img src='https://e.org/?a&amp;b' alt='\"&lt;x&gt;\"'></p>",
         "<p><img src=\"https://e.org/?a&amp;b\" "
         "alt=\"&quot;&lt;x&gt;&quot;\"></p>\n"},
        {"<p>a&nbsp;b&shy;c&zwnj;d and the rest of the words</p>",
         "<p>a&nbsp;b&#173;c&#8204;d and the rest of the words</p>\n"},
    };
    CHECK(cases);
}

static void few_characters_beyond_ascii_become_references(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p>caf\u00E9 and so on</p>", "<p>caf&#233; and so on</p>\n"},
        {"<p>12345678\U0001F600 0</p>", "<p>12345678&#128512; 0</p>\n"},
        {"<p>\u6F22\u5B57 a</p>", "<p>\u6F22\u5B57 a</p>\n"},
        {"<p>\u6F22\u5B57\u00A0\u200Ba</p>",
         "<p>\u6F22\u5B57&nbsp;&#8203;a</p>\n"},
    };
    CHECK(cases);
}

static void code_keeps_its_blanks(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<pre>a  b\n\n\tc\n</pre>", "<pre>a  b\n\n\tc\n</pre>\n"},
        {"<pre>\n\na</pre>", "<pre>\n\na</pre>\n"},
        {"<pre><code>  a\n</code></pre>", "<pre><code>  a\n</code></pre>\n"},
        {"<pre>a <b> b </b> c</pre>", "<pre>a <b> b </b> c</pre>\n"},
    };
    CHECK(cases);
}

static void tables_stay_tables(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<table><tr><th>a</th></tr></table>",
         "<table>\n<tbody>\n<tr>\n<th>a</th>\n</tr>\n</tbody>\n</table>\n"},
    };
    CHECK(cases);
}

static char *write_shell(const char *html, const char *gap_prefix)
{
    GError *error = NULL;
    g_autoptr(Document) document = document_read_shell(
        html, strlen(html), "test", gap_prefix, &error);
    GString *out = g_string_new(NULL);

    assert_no_error(error);
    html_write(document, out);
    return g_string_free(out, FALSE);
}

static void a_page_keeps_its_doctype_styles_and_conditions(void **state)
{
    (void)state;
    static const char page[] =
        "<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n"
        "<meta charset=\"utf-8\">\n<title>A &amp; b</title>\n"
        "<!--[if mso]>\n<xml></xml>\n<![endif]-->\n"
        "<style>\na > b{x:y}\n@media x{ .y{z:0} }\n</style>\n</head>\n"
        "<body>\n<table>\n<tbody>\n<tr>\n<td>\n"
        "<!--[if mso]><table><tr><td><![endif]-->\n<p>a</p>\n"
        "<!--[if mso]></td></tr></table><![endif]-->\n"
        "</td>\n</tr>\n</tbody>\n</table>\n</body>\n</html>\n";
    g_autofree char *out = write_shell(page, NULL);

    assert_string_equal(out, page);
}

static void gaps_know_that_they_stand_in_an_address(void **state)
{
    (void)state;
    g_autofree char *out = write_shell(
        "<!DOCTYPE html><html><head></head><body><p title='" GAP "m1zQ'>" GAP
        "m2zQ<a href='" GAP "m3zQ'>x</a><a href='https://e.org/" GAP "m4zQ/" GAP
        "m5zQ'>y</a><img src='" GAP "m6zQ'></p><!--" GAP "m7zQ--><!-- " GAP
        "m8zQ --></body></html>",
        GAP);

    assert_string_equal(
        out, "<!DOCTYPE html>\n<html>\n<head></head>\n<body>\n<p title=\"" GAP
             "m1zQ\">" GAP "m2zQ<a href=\"" GAP
             "w3zQ\">x</a><a href=\"https://e.org/" GAP "u4zQ/" GAP
             "u5zQ\">y</a><img src=\"" GAP "w6zQ\"></p>\n" GAP "m7zQ<!-- " GAP
             "m8zQ --></body>\n</html>\n");
}

static void the_same_tree_gives_the_same_bytes(void **state)
{
    (void)state;
    static const char html[] =
        "<p>a <b>b</b></p><ul><li>c</li></ul><pre>\n\nd</pre>";
    g_autofree char *first = rewrite(html);
    g_autofree char *second = rewrite(html);

    assert_string_equal(first, second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_block_has_its_line),
        cmocka_unit_test(characters_that_mean_something_are_escaped),
        cmocka_unit_test(few_characters_beyond_ascii_become_references),
        cmocka_unit_test(code_keeps_its_blanks),
        cmocka_unit_test(tables_stay_tables),
        cmocka_unit_test(a_page_keeps_its_doctype_styles_and_conditions),
        cmocka_unit_test(gaps_know_that_they_stand_in_an_address),
        cmocka_unit_test(the_same_tree_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
