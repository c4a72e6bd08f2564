#include "test.h"

#include "message/message.h"

static void what_may_be_sent_passes(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "A: b\r\n\r\n",
        "A: b\r\n\r\nbody\r\n",
        "A: b\r\n c\r\n\r\n.\r\n\r\n..\r\n",
        "A: b\r\n\r\n\ttab ~ !\r\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        bool good = message_gate(cases[i], strlen(cases[i]), &error);
        assert_no_error(error);
        assert_true(good);
    }
}

static void what_may_not_be_sent_is_named_with_its_offset(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *reason;
    } cases[] = {
        {"", 0, "no blank line"},
        {"A: b\r\n", 6, "no blank line"},
        {"A: b\r\nbody\r\n", 12, "no blank line"},
        {"\r\nbody\r\n", 8, "no header"},
        {"A: b\r\n\r\nbody", 12, "no CRLF at the end"},
        {"A: b\r\n\r\nbody\r", 13, "a CR without its LF at byte 12"},
        {"A: b\r\n\r\nbody\n", 13, "an LF without its CR at byte 12"},
        {"A: b\r\n\r\n\n.\r\n", 12, "an LF without its CR at byte 8"},
        {"A: b\r\n\r\na\rb\r\n", 13, "a CR without its LF at byte 9"},
        {"A: b\r\n\r\na\r\r\n", 12, "a CR without its LF at byte 9"},
        {"A: b\n\r\nx\r\n", 11, "an LF without its CR at byte 4"},
        {"A: b\r\n\r\na\0b\r\n", 13, "a NUL at byte 9"},
        {"A: b\r\n\r\nlong enough for a word\x01\r\n", 33,
         "a control character at byte 30"},
        {"A: b\r\n\r\nlong enough\x7f for a word\r\n", 33,
         "a control character at byte 19"},
        {"A: b\r\n\r\nlong\xc3\xa9 enough\r\n", 23, "not ASCII at byte 12"},
        {"A: b\r\n\r\n\x80\r\n", 11, "not ASCII at byte 8"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        if (message_gate(cases[i].bytes, cases[i].length, &error))
            fail_msg("case %zu passed", i);
        assert_error(&error, ERROR_SYSTEM, cases[i].reason);
    }
}

static void a_line_has_at_most_998_bytes(void **state)
{
    (void)state;
    g_autofree char *line = g_strnfill(998, 'x');
    g_autofree char *good = g_strconcat("A: b\r\n\r\n", line, "\r\n", NULL);
    g_autofree char *bad = g_strconcat("A: b\r\n\r\n", line, "x\r\n", NULL);
    assert_true(message_gate(good, strlen(good), NULL));
    GError *error = NULL;
    assert_false(message_gate(bad, strlen(bad), &error));
    assert_error(&error, ERROR_SYSTEM, "998");
}

/* Every byte at every place of a line: only printable ASCII and TAB pass. */
static void no_byte_slips_through_at_any_place(void **state)
{
    (void)state;
    for (int place = 0; place < 20; place++) {
        for (int byte = 0; byte < 256; byte++) {
            char bytes[] = "A: b\r\n\r\n01234567890123456789\r\n";
            bytes[8 + place] = (char)byte;
            bool expected = (byte >= 0x20 && byte <= 0x7e) || byte == '\t';
            if (message_gate(bytes, sizeof bytes - 1, NULL) != expected)
                fail_msg("byte %d at %d", byte, place);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_be_sent_passes),
        cmocka_unit_test(what_may_not_be_sent_is_named_with_its_offset),
        cmocka_unit_test(a_line_has_at_most_998_bytes),
        cmocka_unit_test(no_byte_slips_through_at_any_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
