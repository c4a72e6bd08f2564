#include "test.h"

#include "base/finding.h"
#include "base/suggest.h"

static void a_place_stands_before_the_sentence(void **state)
{
    (void)state;
    GError *error = NULL;
    error_set_at(&error, ERROR_INPUT, (Place){"a.csv", 12, 3}, "no %s", "x");
    assert_string_equal(error->message, "a.csv:12:3: no x");
    assert_int_equal(error_exit_status(error), 65);
    g_clear_error(&error);
    error_set_at(&error, ERROR_INPUT, (Place){"a.csv", 12, 0}, "no");
    assert_string_equal(error->message, "a.csv:12: no");
    g_clear_error(&error);
    error_set_at(&error, ERROR_MISSING, (Place){"a.csv", 0, 0}, "no");
    assert_string_equal(error->message, "a.csv: no");
    g_clear_error(&error);
}

static void text_from_outside_cannot_drive_a_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *shown;
    } cases[] = {
        {"plain", "plain"},
        {"Zoë 日本", "Zoë 日本"},
        {"a\r\nb", "a\\x0D\\x0Ab"},
        {"\x1b[2J", "\\x1B[2J"},
        {"\xff\xfe", "\\xFF\\xFE"},
        {"a\xe2\x80\xae"
         "b",
         "a\\u{202E}b"},
        {"\xe2\x80", "\\xE2\\x80"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = error_printable(cases[i].text);
        assert_string_equal(shown, cases[i].shown);
    }
    GError *error = NULL;
    error_set(&error, ERROR_INPUT, "%s", "two\nlines");
    assert_string_equal(error->message, "two\\x0Alines");
    g_clear_error(&error);
}

static void findings_are_counted_by_severity_and_kept_in_order(void **state)
{
    (void)state;
    g_autoptr(Findings) findings = findings_new();
    findings_add(findings, SEVERITY_WARNING, "link", (Place){"p.md", 4, 2},
                 "http link");
    findings_add(findings, SEVERITY_ERROR, "link", (Place){0}, "no base");
    findings_add(NULL, SEVERITY_ERROR, "link", (Place){0}, "nobody listens");
    assert_int_equal(findings_stored(findings), 2);
    assert_int_equal(findings_count(findings, SEVERITY_ERROR), 1);
    assert_int_equal(findings_count(findings, SEVERITY_NOTE), 0);
    g_autofree char *first = finding_to_line(findings_at(findings, 0));
    g_autofree char *second = finding_to_line(findings_at(findings, 1));
    assert_string_equal(first, "p.md:4:2: warning: http link");
    assert_string_equal(second, "error: no base");
}

static void the_nearest_word_is_suggested_and_a_far_one_is_not(void **state)
{
    (void)state;
    static const char *const words[] = {"reply_to", "from", "organisation",
                                        NULL};
    assert_string_equal(suggest_nearest("replyto", words), "reply_to");
    assert_string_equal(suggest_nearest("form", words), "from");
    assert_string_equal(suggest_nearest("Organization", words), "organisation");
    assert_null(suggest_nearest("colour", words));
    g_autofree char *hint = suggest_hint("fromm", words);
    assert_string_equal(hint, "; did you mean `from`?");
    g_autofree char *none = suggest_hint("x", words);
    assert_string_equal(none, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_stands_before_the_sentence),
        cmocka_unit_test(text_from_outside_cannot_drive_a_terminal),
        cmocka_unit_test(findings_are_counted_by_severity_and_kept_in_order),
        cmocka_unit_test(the_nearest_word_is_suggested_and_a_far_one_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
