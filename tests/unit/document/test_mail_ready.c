#include "test.h"

#include "document/document.h"
#include "document/html_write.h"
#include "document/mail_ready.h"

typedef struct Case {
    const char *html;
    const char *expected;
} Case;

static char *ready_as(DocumentFormat format, const char *body)
{
    const DocumentSource source = {.text = body,
                                   .length = strlen(body),
                                   .format = format,
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

static char *ready(const char *html)
{
    return ready_as(DOCUMENT_HTML, html);
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
         "alt=\"image\" style=\"display:block\"></a></p>\n"},
        {"<p><a href='https://e.org'><img src='https://e.org/a.png'> b</a>",
         "<p><a href=\"https://e.org\"><img src=\"https://e.org/a.png\" "
         "alt=\"\"> b</a></p>\n"},
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
         "<div class=\"scroll\">\n<table class=\"data\" width=\"100%\" "
         "cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n<tbody>\n<tr>\n"
         "<th scope=\"col\" valign=\"bottom\" class=\"col start\">a</th>\n"
         "</tr>\n<tr>\n<td align=\"right\" valign=\"top\">b</td>\n</tr>\n"
         "</tbody>\n</table>\n</div>\n"},
        {"<table><tr><th align='right'>a</th><td>b</td></tr></table>",
         "<div class=\"scroll\">\n<table class=\"data\" width=\"100%\" "
         "cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n<tbody>\n<tr>\n"
         "<th align=\"right\" scope=\"row\" valign=\"top\">a</th>\n"
         "<td valign=\"top\">b</td>\n</tr>\n</tbody>\n</table>\n</div>\n"},
    };
    CHECK(cases);
}

static void a_table_without_headers_only_arranges_its_cells(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<table><tr><td>a</td></tr></table>",
         "<table role=\"presentation\" class=\"cells\" cellpadding=\"0\" "
         "cellspacing=\"0\" border=\"0\">\n<tbody>\n<tr>\n"
         "<td valign=\"top\">a</td>\n</tr>\n</tbody>\n</table>\n"},
    };
    CHECK(cases);
}

static bool is_reached_by_keyboard(const char *cells)
{
    g_autofree char *html = g_strconcat("<table><tr><th>a</th>", cells,
                                        "</tr></table>", NULL);
    g_autofree char *out = ready(html);

    return strstr(out, "<div class=\"scroll\" tabindex=\"0\">") != NULL;
}

static void a_table_that_may_scroll_is_reached_by_keyboard(void **state)
{
    (void)state;
    assert_false(is_reached_by_keyboard("<td>many short words in one cell, "
                                        "which wrap wherever they have to"));
    assert_true(is_reached_by_keyboard("<td>relationship<td>organisation"
                                       "<td>registration"));
    assert_false(
        is_reached_by_keyboard("<td colspan='3'>"
                               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    /* letters that may be parted anywhere */
    assert_false(is_reached_by_keyboard("<td>"
                                        "日本語のテキストは単語の間に空白がない"
                                        "のでどこでも折り返すことができます"));
}

static void long_names_in_a_table_break_where_their_parts_meet(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"relay.connections_at_once",
         "relay.<wbr>connections_<wbr>at_once</td>"},
        {"a short.name and relay.connections_at",
         "<td valign=\"top\">a short.name and relay.<wbr>connections_at</td>"},
        {"https://e.org/archive/2026", "https:/<wbr>/e.org/<wbr>archive/"
                                       "<wbr>2026</td>"},
        {"..................", "...<wbr>"},
        {"sixteen.letters.", "<td valign=\"top\">sixteen.letters.</td>"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *html = g_strconcat("<table><tr><th>a</th><td>",
                                            cases[i].text, "</table>", NULL);
        g_autofree char *out = ready(html);
        if (!strstr(out, cases[i].expected))
            fail_msg("no %s in %s", cases[i].expected, out);
    }
}

static void a_task_says_where_its_box_is(void **state)
{
    (void)state;
    g_autofree char *tight = ready_as(DOCUMENT_MARKDOWN,
                                      "- [ ] find a house by the sea\n");
    g_autofree char *loose = ready_as(
        DOCUMENT_MARKDOWN, "- [x] find a house by the sea\n\n- [ ] b\n");

    assert_string_equal(
        tight,
        "<ul>\n<li class=\"task box\">&#9744; find a house by the sea</li>\n"
        "</ul>\n");
    assert_non_null(
        strstr(loose, "<p class=\"box\">&#9745;&#65038; find a house by the "
                      "sea</p>"));
}

static void an_alert_says_what_its_title_is(void **state)
{
    (void)state;
    g_autofree char *out = ready_as(DOCUMENT_MARKDOWN, "> [!TIP]\n> a\n");

    assert_non_null(strstr(out, "<p class=\"kind\"><strong>Tip</strong></p>"));
}

static void the_theme_can_see_the_authors_colours_and_direction(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p style='color:red'>a <b style='margin:0'>b</b></p>",
         "<p style=\"color: red\" class=\"own\">a <b style=\"margin: 0\">b</b>"
         "</p>\n"},
        {"<ul dir='rtl'><li>a</ul>",
         "<ul dir=\"rtl\" class=\"rtl\">\n<li>a</li>\n</ul>\n"},
        {"<p dir='LTR'>a</p><p dir='rtl' align='center'>b</p>",
         "<p dir=\"ltr\" class=\"ltr\">a</p>\n"
         "<p dir=\"rtl\" align=\"center\">b</p>\n"},
    };
    CHECK(cases);
}

static void paragraphs_and_links_without_anything_go(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<p><a href='https://e.org'><b> </b></a>a<a href='https://e.org'>"
         "</a></p>",
         "<p>a</p>\n"},
        {"<p></p><p> <!-- a --> </p><p>a</p><p><br></p>",
         "<p>a</p>\n<p><br></p>\n"},
        {"<p><center>a</center></p>", "<div align=\"center\">a</div>\n"},
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

static void what_a_list_holds_beside_items_goes_into_one(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<ul><li>a</li><ul><li>b</li></ul></ul>",
         "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n"},
        {"<ol><p>a</p><li>b</li></ol>",
         "<ol>\n<li class=\"apart\">\n<p>a</p>\n</li>\n"
         "<li class=\"apart\">b</li>\n</ol>\n"},
    };
    CHECK(cases);
}

static void an_empty_corner_heads_nothing(void **state)
{
    (void)state;
    g_autofree char *out = ready("<table><tr><th></th><th>a</th></tr>"
                                 "<tr><th>b</th><td>c</td></tr></table>");

    assert_non_null(strstr(out, "<td valign=\"bottom\" class=\"col start\">"
                                "</td>\n<th scope=\"col\""));
}

static void a_chosen_width_is_not_more_than_there_is(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"<div style='width:900px'><p>a</p></div>",
         "<div style=\"width: 900px;max-width:100%\">\n<p>a</p>\n</div>\n"},
        {"<table width='900'><tr><td>a</td></tr></table>",
         "<table width=\"100%\" role=\"presentation\" class=\"cells\" "
         "cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n<tbody>\n"
         "<tr>\n<td valign=\"top\">a</td>\n</tr>\n</tbody>\n</table>\n"},
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
        cmocka_unit_test(what_a_list_holds_beside_items_goes_into_one),
        cmocka_unit_test(an_empty_corner_heads_nothing),
        cmocka_unit_test(a_chosen_width_is_not_more_than_there_is),
        cmocka_unit_test(a_table_without_headers_only_arranges_its_cells),
        cmocka_unit_test(a_table_that_may_scroll_is_reached_by_keyboard),
        cmocka_unit_test(long_names_in_a_table_break_where_their_parts_meet),
        cmocka_unit_test(a_task_says_where_its_box_is),
        cmocka_unit_test(an_alert_says_what_its_title_is),
        cmocka_unit_test(the_theme_can_see_the_authors_colours_and_direction),
        cmocka_unit_test(paragraphs_and_links_without_anything_go),
        cmocka_unit_test(loose_items_stand_apart),
        cmocka_unit_test(an_embedded_video_is_a_link_that_says_so),
        cmocka_unit_test(a_long_word_may_break),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
