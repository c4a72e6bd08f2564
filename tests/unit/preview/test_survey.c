#include "test.h"

#include "preview/survey.h"

static void survey(Survey *survey, const char *html, const char *text)
{
    g_autoptr(GString) html_part = g_string_new(html);
    g_autoptr(GString) text_part = g_string_new(text);
    survey_make(survey, html_part, text_part);
}

static const SurveyLink *link_at(const Survey *survey, guint index)
{
    assert_true(index < survey->links->len);
    return g_ptr_array_index(survey->links, index);
}

static void links_have_their_words_and_the_number_of_the_text_part(void **state)
{
    (void)state;
    g_auto(Survey) found = {0};
    survey(&found,
           "<head><title><a href=\"https://no.example/\">x</a></title></head>"
           "<body><p><a style=\"a>b\" href=\"https://a.example/?x=1&amp;y=2\">"
           "Tea &amp;\n <b>cake</b></a>, <A HREF='https://b.example/'></A>"
           "<a href=\"https://b.example/\"><img alt=\"A boat\" "
           "src=\"https://b.example/boat.png\"></a>"
           "<a href=\"mailto:us@example.org?subject=Hi\">us</a>"
           "<!-- <a href=\"https://c.example/\">c</a> --></p></body>",
           "Tea & cake [12], write to us@example.org.\n\nLinks\n-----\n\n"
           "[12] https://a.example/?x=1&y=2\n"
           " [3] https://other.example/\n");
    assert_int_equal(found.links->len, 3);
    assert_string_equal(link_at(&found, 0)->address,
                        "https://a.example/?x=1&y=2");
    assert_string_equal(link_at(&found, 0)->words, "Tea & cake");
    assert_int_equal(link_at(&found, 0)->number, 12);
    assert_true(link_at(&found, 0)->in_text);
    assert_string_equal(link_at(&found, 1)->words, "A boat");
    assert_int_equal(link_at(&found, 1)->number, 0);
    assert_false(link_at(&found, 1)->in_text);
    assert_true(link_at(&found, 2)->in_text);
    assert_int_equal(g_hash_table_size(found.hosts), 2);
}

static void images_are_counted_with_what_they_say(void **state)
{
    (void)state;
    g_auto(Survey) found = {0};
    survey(&found,
           "<body><img src=\"cid:1@x\" alt=\"\"><img src='https://a.example/b'>"
           "<img alt=x src=HTTP://a.example/c></body>",
           "");
    assert_int_equal(found.images, 3);
    assert_int_equal(found.images_silent, 1);
    assert_int_equal(found.remote->len, 2);
}

static void the_opening_is_what_an_inbox_shows(void **state)
{
    (void)state;
    static const struct {
        const char *html;
        const char *opening;
    } cases[] = {
        {"<title>T</title><body><div style=\"display:none\">Come early!"
         "&#847;&#8204;&nbsp;&#847;&#8204;&nbsp;</div><h1>Festival</h1></body>",
         "Come early! Festival"},
        {"<body><style>p{color:red}</style>Tea\n\n &amp; cake</body>",
         "Tea & cake"},
        {"before<body>&unknown; &#x1F600; &#0; &#xD800;", "&unknown; 😀 &#0; "
                                                          "&#xD800;"},
        {"<body><", "<"},
        {"<body><!-- never closed", ""},
        {"<body><p title=\"never closed", ""},
        {"", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Survey) found = {0};
        survey(&found, cases[i].html, "");
        assert_string_equal(found.opening, cases[i].opening);
    }
}

static void a_long_mail_is_cut(void **state)
{
    (void)state;
    g_autoptr(GString) html = g_string_new("<body>");
    for (int i = 0; i < 1000; i++)
        g_string_append(html, "Wörter <b>und</b> mehr ");
    g_auto(Survey) found = {0};
    survey(&found, html->str, "");
    assert_true(strlen(found.opening) <= SURVEY_OPENING_MAX + 4);
    assert_true(g_utf8_validate(found.opening, -1, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            links_have_their_words_and_the_number_of_the_text_part),
        cmocka_unit_test(images_are_counted_with_what_they_say),
        cmocka_unit_test(the_opening_is_what_an_inbox_shows),
        cmocka_unit_test(a_long_mail_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
