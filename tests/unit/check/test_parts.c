/* test_parts.c - check/parts.h */
#include "desk.h"

#include "check/parts.h"

#define POST                                                                   \
    "---\ntitle: T\n---\nA post with rather more words than the foot has: "    \
    "one "                                                                     \
    "two three four five six seven eight nine ten eleven twelve thirteen\n"
#define HTML                                                                   \
    "<!DOCTYPE html>\n<html lang=\"en\"><head><title>{{subject}}</title>"      \
    "<style>a b c d e f g h</style></head>\n<body>"                            \
    "<div style=\"display:none\">unseen unseen unseen unseen</div>%s</body>"   \
    "</html>\n"

/* What is found when the two templates are these. */
static void check(Desk *desk, const char *text, const char *html)
{
    g_autoptr(GError) error = NULL;
    desk_open(desk);
    desk->template_dir = g_strdup(desk->folder);
    desk_write(desk, "mail.txt", text);
    desk_write(desk, "mail.html", html);
    desk_write(desk, "theme.css", "p { margin: 0 }\n");
    desk_compose(desk, POST, "email\na@e.org\n");
    const Subscriber *subscriber = list_next(desk->list, &error);
    assert_non_null(subscriber);
    assert_true(check_parts(desk->letter, subscriber, desk->findings, &error));
    assert_no_error(error);
}

static void parts_of_one_tree_say_the_same(void **state)
{
    (void)state;
    g_autofree char *html = g_strdup_printf(HTML, "{{{content}}}");
    g_auto(Desk) desk;
    check(&desk, "{{{content}}}\n", html);
    assert_int_equal(findings_stored(desk.findings), 0);
}

static void the_built_in_template_says_the_same_in_both(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_auto(Desk) desk;
    desk_open(&desk);
    desk_compose(&desk, "---\ntitle: T\n---\nNo more.\n", "email\na@e.org\n");
    const Subscriber *subscriber = list_next(desk.list, &error);
    assert_true(check_parts(desk.letter, subscriber, desk.findings, &error));
    assert_int_equal(findings_stored(desk.findings), 0);
}

/* L15 */
static void a_text_part_without_the_post_is_warned_of(void **state)
{
    (void)state;
    g_autofree char *html = g_strdup_printf(HTML, "{{{content}}}");
    g_auto(Desk) desk;
    check(&desk, "See the web.\n", html);
    assert_line(&desk, "text",
                "warning: the text part (en) has 3 words, the HTML part 23");
}

static void an_html_part_without_the_post_is_warned_of(void **state)
{
    (void)state;
    g_autofree char *html = g_strdup_printf(HTML, "<p>See the web.</p>");
    g_auto(Desk) desk;
    check(&desk, "{{{content}}}\n", html);
    assert_line(&desk, "html",
                "warning: the HTML part (en) has 3 words, the text part 23");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_one_tree_say_the_same),
        cmocka_unit_test(the_built_in_template_says_the_same_in_both),
        cmocka_unit_test(a_text_part_without_the_post_is_warned_of),
        cmocka_unit_test(an_html_part_without_the_post_is_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
