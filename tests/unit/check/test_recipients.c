/* test_recipients.c - check/recipients.h */
#include "desk.h"

#include "check/recipients.h"

static RecipientsSummary check(Desk *desk, bool allow_clipping, bool no_list)
{
    RecipientsSource source = {desk->list, desk->message, allow_clipping,
                               no_list};
    RecipientsSummary summary;
    g_autoptr(GError) error = NULL;
    assert_true(check_recipients(&source, desk->findings, &summary, &error));
    assert_no_error(error);
    return summary;
}

/* A post whose HTML part has about so many bytes. */
static char *long_post(size_t bytes)
{
    GString *post = g_string_new("---\ntitle: T\nurl: https://e.org/\n---\n");
    while (post->len < bytes)
        g_string_append(post, "words and words in one paragraph\n");
    return g_string_free(post, FALSE);
}

static void a_small_mail_for_all_has_no_findings(void **state)
{
    (void)state;
    g_auto(Desk) desk;
    desk_open(&desk);
    desk_compose(&desk,
                 "---\ntitle: T\nmerge: true\n---\nHi {{name}}, good news!\n",
                 "email,name\na@e.org,Ada\nb@e.org,Bob\n");
    RecipientsSummary summary = check(&desk, false, false);
    assert_int_equal(findings_stored(desk.findings), 0);
    assert_int_equal(summary.counts.given, 2);
    assert_true(summary.largest_html > 1000);
    assert_true(summary.largest_message > summary.largest_html);
}

static void the_list_is_rewound(void **state)
{
    (void)state;
    g_auto(Desk) desk;
    desk_open(&desk);
    desk_compose(&desk, "---\ntitle: T\n---\nNews!\n", "email\na@e.org\n");
    check(&desk, false, false);
    const Subscriber *first = list_next(desk.list, NULL);
    assert_non_null(first);
    assert_string_equal(subscriber_address(first)->text, "a@e.org");
}

/* L14 */
static void empty_values_are_told_once_with_places(void **state)
{
    (void)state;
    g_auto(Desk) desk;
    desk_open(&desk);
    desk_compose(&desk, "---\ntitle: T\nmerge: true\n---\nHi {{name}}!\n",
                 "email,name\na@e.org,\nb@e.org,Bob\nc@e.org,\nd@e.org,\n"
                 "e@e.org,\n");
    check(&desk, false, false);
    g_autofree char *places = g_strdup_printf("(%s:2, %s:4, %s:5, …)",
                                              desk.list_path, desk.list_path,
                                              desk.list_path);
    assert_line(&desk, "field",
                "post.md:5:4: error: `name` is empty for 4 of the recipients");
    assert_line(&desk, "field", places);
}

static void a_column_that_no_list_has_is_an_error(void **state)
{
    (void)state;
    g_auto(Desk) desk;
    desk_open(&desk);
    desk_compose(&desk, "---\ntitle: T\nmerge: true\n---\nHi {{nmae}}!\n",
                 "email,name\na@e.org,Ada\n");
    check(&desk, false, false);
    assert_line(&desk, "field",
                "post.md:5:4: error: no column `nmae` in the list; did you "
                "mean `name`?");
}

static void without_a_list_a_field_is_only_noted(void **state)
{
    (void)state;
    g_auto(Desk) desk;
    desk_open(&desk);
    desk_compose(&desk, "---\ntitle: T\nmerge: true\n---\nHi {{nmae}}!\n",
                 "email\na@e.org\n");
    check(&desk, false, true);
    assert_line(&desk, "field", "post.md:5:4: note: `nmae` was not looked up");
    assert_int_equal(findings_count(desk.findings, SEVERITY_ERROR), 0);
}

/* L10, at the recipient whose copy is the largest. */
static void html_over_80_kb_is_warned_of(void **state)
{
    (void)state;
    g_autofree char *post = long_post(82000);
    g_auto(Desk) desk;
    desk_open(&desk);
    desk_compose(&desk, post, "email\na@e.org\nlonger@e.org\nb@e.org\n");
    RecipientsSummary summary = check(&desk, false, false);
    assert_true(summary.largest_html > 80000 && summary.largest_html < 100000);
    g_autofree char *place = g_strdup_printf("%s:3: warning: the HTML part has",
                                             desk.list_path);
    assert_line(&desk, "clipping", place);
}

static void html_over_100_kb_is_an_error_unless_allowed(void **state)
{
    (void)state;
    g_autofree char *post = long_post(110000);
    for (int allowed = 0; allowed < 2; allowed++) {
        g_auto(Desk) desk;
        desk_open(&desk);
        desk_compose(&desk, post, "email\na@e.org\n");
        check(&desk, allowed != 0, false);
        assert_line(&desk, "clipping",
                    allowed ? ": warning: the HTML" : ": error: the HTML");
        assert_int_equal(findings_count(desk.findings, SEVERITY_ERROR),
                         !allowed);
    }
}

static void a_message_over_200_kb_is_warned_of(void **state)
{
    (void)state;
    g_autofree char *post = long_post(120000);
    g_auto(Desk) desk;
    desk_open(&desk);
    desk_compose(&desk, post, "email\na@e.org\n");
    check(&desk, true, false);
    assert_line(&desk, "size", "warning: a message of 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_mail_for_all_has_no_findings),
        cmocka_unit_test(the_list_is_rewound),
        cmocka_unit_test(empty_values_are_told_once_with_places),
        cmocka_unit_test(a_column_that_no_list_has_is_an_error),
        cmocka_unit_test(without_a_list_a_field_is_only_noted),
        cmocka_unit_test(html_over_80_kb_is_warned_of),
        cmocka_unit_test(html_over_100_kb_is_an_error_unless_allowed),
        cmocka_unit_test(a_message_over_200_kb_is_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
