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

/* Written from the rules once more, slowly. */
static bool is_lawful(const char *bytes, size_t length)
{
    bool body = false;
    size_t column = 0;

    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte == '\r' && i + 1 < length && bytes[i + 1] == '\n') {
            if (column > 998 || i == 0)
                return false;
            body = body || column == 0;
            column = 0;
            i++;
            continue;
        }
        if (byte != '\t' && (byte < 0x20 || byte > 0x7e))
            return false;
        column++;
    }
    return body && column == 0;
}

static char *make_message(size_t line_length, size_t length)
{
    GString *out = g_string_new("From: a\r\nTo: b\r\n\r\n");
    while (out->len < length) {
        for (size_t i = 0; i < line_length; i++)
            g_string_append_c(out, 'x');
        g_string_append(out, "\r\n");
    }
    return g_string_free(out, FALSE);
}

/* One byte changed, and two, anywhere in messages of many lengths. */
static void every_change_is_seen_wherever_it_is(void **state)
{
    (void)state;
    static const char bytes[] = "\r\n\t x~\x7f\x80\x1f\x0b\x0c\xff";
    GRand *random = g_rand_new_with_seed(20260601);

    for (size_t line = 0; line < 40; line++) {
        g_autofree char *message = make_message(line, 60 + line);
        size_t length = strlen(message);
        for (size_t at = 0; at < length; at++) {
            size_t other = (size_t)g_rand_int_range(random, 0, (int)length);
            for (size_t i = 0; i < sizeof bytes; i++) {
                char kept = message[at];
                message[at] = bytes[i];
                assert_int_equal(message_gate(message, length, NULL),
                                 is_lawful(message, length));
                char other_kept = message[other];
                message[other] = bytes[(i + at) % sizeof bytes];
                assert_int_equal(message_gate(message, length, NULL),
                                 is_lawful(message, length));
                message[other] = other_kept;
                message[at] = kept;
            }
        }
    }
    g_rand_free(random);
}

/* Long lines before and behind others of every length. */
static void long_lines_are_seen_wherever_they_are(void **state)
{
    (void)state;
    for (size_t before = 0; before < 1100; before += 7) {
        for (size_t line = 996; line <= 1001; line++) {
            g_autofree char *start = g_strnfill(before % 998, 'a');
            g_autofree char *long_line = g_strnfill(line, 'b');
            g_autofree char *message = g_strconcat("A: b\r\n\r\n", start,
                                                   "\r\n", long_line, "\r\n",
                                                   start, "\r\n", NULL);
            assert_int_equal(message_gate(message, strlen(message), NULL),
                             line <= 998);
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
        cmocka_unit_test(every_change_is_seen_wherever_it_is),
        cmocka_unit_test(long_lines_are_seen_wherever_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
