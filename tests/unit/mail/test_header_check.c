#include "test.h"

#include "mail/header.h"

static void ordinary_text_may_stand_in_a_field(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "plain",
        "a\tb",
        "Zürich 日本 👨‍👩‍👧‍👦",
        "%0d%0aBcc: x",
        "a\xc2\xa0"
        "b",
        "\xe2\x80\xab"
        "abc\xe2\x80\xac",                                     /* RLE … PDF */
        "\xe2\x81\xa7 \xe2\x80\xaa x\xe2\x80\xac\xe2\x81\xa9", /* nested */
        "\xe2\x80\x8f", /* RLM is no embedding */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        bool good = header_check(cases[i], &error);
        assert_no_error(error);
        assert_true(good);
    }
}

static void what_breaks_or_disguises_a_field_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"X\r\nBcc: v@e", "U+000D"},
        {"X\nBcc: v@e", "U+000A"},
        {"\x01", "U+0001"},
        {"\x1b[2J", "U+001B"},
        {"\x7f", "U+007F"},
        {"a\xc2\x85"
         "b",
         "U+0085"},
        {"a\xc2\x80", "U+0080"},
        {"a\xc2\x9f", "U+009F"},
        {"a\xe2\x80\xa8", "U+2028"},
        {"a\xe2\x80\xa9", "U+2029"},
        {"a\xed\xa0\x80", "0xED is not UTF-8"}, /* a lone surrogate */
        {"a\xc0\x8a", "0xC0 is not UTF-8"},     /* an overlong LF */
        {"a\xff", "0xFF is not UTF-8"},
        {"a\xe2\x80\xae"
         "b",
         "U+202E is not closed"},
        {"\xe2\x81\xa6x", "U+2066 is not closed"},
        {"x\xe2\x80\xac", "U+202C has no partner"},
        {"x\xe2\x81\xa9", "U+2069 has no partner"},
        /* an embedding opened inside an isolate and closed outside */
        {"\xe2\x81\xa6\xe2\x80\xaa\xe2\x81\xa9\xe2\x80\xac",
         "U+2069 has no partner"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        assert_false(header_check(cases[i][0], &error));
        assert_error(&error, ERROR_INPUT, cases[i][1]);
    }
    GString *deep = g_string_new(NULL);
    for (int i = 0; i < 126; i++)
        g_string_append(deep, "\xe2\x80\xaa");
    assert_false(header_check(deep->str, NULL));
    g_string_free(deep, TRUE);
}

static void a_users_field_has_a_name_of_its_own(void **state)
{
    (void)state;
    static const char *const good[] = {"X-Campaign", "Organization", "Keywords",
                                       "x",          "Listing",      "Toy",
                                       "Fromage",    "Comments"};
    static const char *const bad[] = {
        "",
        "X Y",
        "X:",
        "1X",
        "-X",
        "X_Y",
        "Zürich",
        "X\r\nBcc",
        "Bcc",
        "bcc",
        "LIST-ID",
        "List-Whatever",
        "Content-",
        "Date",
        "dkim-signature",
        "MIME-Version",
        "Received",
        "Resent-To",
        "ARC-Seal",
        "Message-Id",
        "Sender",
        "Precedence",
        "Auto-Submitted",
        "Feedback-ID",
        "CFBL-Address",
        "Return-Path",
        "Authentication-Results",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
        assert_true(header_name_check(good[i], NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;
        if (header_name_check(bad[i], &error))
            fail_msg("taken: %s", bad[i]);
        assert_error(&error, ERROR_INPUT, "header");
    }
    g_autofree char *longest = g_strnfill(61, 'X');
    g_autofree char *too_long = g_strnfill(62, 'X');
    assert_true(header_name_check(longest, NULL));
    assert_false(header_name_check(too_long, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_text_may_stand_in_a_field),
        cmocka_unit_test(what_breaks_or_disguises_a_field_is_refused_by_name),
        cmocka_unit_test(a_users_field_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
