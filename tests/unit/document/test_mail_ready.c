#include "test.h"

#include "document/document.h"
#include "document/html_write.h"
#include "document/mail_ready.h"

typedef struct Case {
    const char *html;
    const char *expected;
} Case;

static char *ready(const char *html)
{
    const DocumentSource source = {.text = html,
                                   .length = strlen(html),
                                   .format = DOCUMENT_HTML,
                                   .file = "test",
                                   .first_line = 1,
                                   .base_url = "https://e.org/"};
    GError *error = NULL;
    g_autoptr(Document) document = document_read(&source, NULL, &error);
    GString *out = g_string_new(NULL);

    assert_no_error(error);
    mail_ready(document);
    html_write(document, out);
    return g_string_free(out, FALSE);
}

static void check_all(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *out = ready(cases[i].html);
        assert_string_equal(out, cases[i].expected);
    }
}

#define CHECK(cases) check_all(cases, G_N_ELEMENTS(cases))

static void headings_begin_below_the_title_and_leave_no_rank_out(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<h1>a</h1><h2>b</h2><h1>c</h1>",
         "<h2>a</h2>\n<h3>b</h3>\n<h2>c</h2>\n"},
        {"<h3>a</h3><h6>b</h6>", "<h2>a</h2>\n<h3>b</h3>\n"},
        {"<h2>a</h2><h5>b</h5><h4>c</h4><h3>d</h3>",
         "<h2>a</h2>\n<h3>b</h3>\n<h4>c</h4>\n<h3>d</h3>\n"},
    };
    CHECK(cases);
}

static void code_stands_in_a_cell(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<pre><code>a\n b</code></pre>",
         "<table role=\"presentation\" class=\"codebox\" width=\"100%\" "
         "cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n<tbody>\n<tr>\n"
         "<td class=\"code\">\n<pre>a\n b</pre>\n</td>\n</tr>\n</tbody>\n"
         "</table>\n"},
    };
    CHECK(cases);
}

static void a_rule_is_three_stars(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p>a</p><hr><p>b</p>",
         "<p>a</p>\n<p class=\"sep\" role=\"separator\" aria-label=\"section "
         "break\">* * *</p>\n<p>b</p>\n"},
    };
    CHECK(cases);
}

static void bare_words_become_paragraphs(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"a <b>b</b><p>c</p>d", "<p>a <b>b</b></p>\n<p>c</p>\n<p>d</p>\n"},
        {"<blockquote>a</blockquote>",
         "<blockquote>\n<p>a</p>\n</blockquote>\n"},
        {"<div>a</div>", "<div>a</div>\n"},
        {"<ul><li>a<p>b</p></li></ul>",
         "<ul>\n<li class=\"apart\">a\n<p>b</p>\n</li>\n</ul>\n"},
    };
    CHECK(cases);
}

static void images_fit_the_page(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p><img src='https://e.org/a.png' alt='x' width='1104' "
         "height='600'></p>",
         "<p><img src=\"https://e.org/a.png\" alt=\"x\" width=\"552\" "
         "height=\"300\" style=\"display:block;width:100%;max-width:552px;"
         "height:auto\"></p>\n"},
        {"<p>a <img src='https://e.org/a.png' alt='x' width='20'></p>",
         "<p>a <img src=\"https://e.org/a.png\" alt=\"x\" width=\"20\" "
         "style=\"width:100%;max-width:20px;height:auto\"></p>\n"},
        {"<p><a href='https://e.org'><img src='https://e.org/a.png'></a></p>",
         "<p><a href=\"https://e.org\"><img src=\"https://e.org/a.png\" "
         "alt=\"\" style=\"display:block\"></a></p>\n"},
        {"<figure><img src='https://e.org/a.png' alt='x'><figcaption>C"
         "</figcaption></figure>",
         "<div class=\"figure\">\n<p><img src=\"https://e.org/a.png\" "
         "alt=\"x\" style=\"display:block\"></p>\n<p class=\"caption\">C</p>\n"
         "</div>\n"},
    };
    CHECK(cases);
}

static void tables_of_data_say_what_their_headers_head(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<table><tr><th>a</th></tr><tr><td align='right'>b</td></tr></table>",
         "<table class=\"data\" width=\"100%\" cellpadding=\"0\" "
         "cellspacing=\"0\" border=\"0\">\n<tbody>\n<tr>\n<th scope=\"col\" "
         "align=\"left\">a</th>\n</tr>\n<tr>\n<td align=\"right\" "
         "valign=\"top\">b</td>\n</tr>\n</tbody>\n</table>\n"},
        {"<table><tr><td>a</td></tr></table>",
         "<table>\n<tbody>\n<tr>\n<td>a</td>\n</tr>\n</tbody>\n</table>\n"},
    };
    CHECK(cases);
}

static void loose_items_stand_apart(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<ul><li>a<li>b</ul>", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
        {"<ul><li><p>a</p><li>b</ul>",
         "<ul>\n<li class=\"apart\">\n<p>a</p>\n</li>\n<li class=\"apart\">b"
         "</li>\n</ul>\n"},
    };
    CHECK(cases);
}

static void an_embedded_video_is_a_link_that_says_so(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<iframe src='https://www.youtube.com/embed/abc'></iframe><p>a</p>",
         "<p class=\"media\"><a href=\"https://www.youtube.com/watch?v=abc\">"
         "\u25B6\uFE0E Watch the video on youtube.com</a></p>\n<p>a</p>\n"},
        {"<iframe src='https://www.youtube.com/embed/abc' title='My talk'>"
         "</iframe>",
         "<p class=\"media\"><a href=\"https://www.youtube.com/watch?v=abc\">"
         "\u25B6\uFE0E My talk (youtube.com)</a></p>\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *out = ready(cases[i].html);
        g_autoptr(GString) plain = g_string_new(out);
        g_string_replace(plain, "&#9654;&#65038;", "\u25B6\uFE0E", 0);
        assert_string_equal(plain->str, cases[i].expected);
    }
}

static void a_long_word_may_break(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p><a href='https://e.org'>x</a> <a href='https://e.org'>"
         "https://e.org/aaaaaaaaaaaaaaaaaaaaaaaaa</a></p>",
         "<p><a href=\"https://e.org\">x</a> <a href=\"https://e.org\" "
         "style=\"word-break:break-word;overflow-wrap:anywhere\">"
         "https://e.org/aaaaaaaaaaaaaaaaaaaaaaaaa</a></p>\n"},
    };
    CHECK(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_begin_below_the_title_and_leave_no_rank_out),
        cmocka_unit_test(code_stands_in_a_cell),
        cmocka_unit_test(a_rule_is_three_stars),
        cmocka_unit_test(bare_words_become_paragraphs),
        cmocka_unit_test(images_fit_the_page),
        cmocka_unit_test(tables_of_data_say_what_their_headers_head),
        cmocka_unit_test(loose_items_stand_apart),
        cmocka_unit_test(an_embedded_video_is_a_link_that_says_so),
        cmocka_unit_test(a_long_word_may_break),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
