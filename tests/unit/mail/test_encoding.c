#include "test.h"

#include "mail/encoding.h"

#define TEN "abcdefghij"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static void simple_ascii_is_7bit_and_the_rest_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        Encoding encoding;
    } cases[] = {
        {"", ENCODING_7BIT},
        {"hello\n", ENCODING_7BIT},
        {"hello", ENCODING_7BIT},
        {"a\tb = c\n\n..\n> From x\n-- \nfooter\n", ENCODING_7BIT},
        {SEVENTY "12345678\n", ENCODING_7BIT},
        {SEVENTY "123456789\n", ENCODING_QUOTED},
        {"From x\n", ENCODING_QUOTED},
        {"a\nFrom x\n", ENCODING_QUOTED},
        {"From\n", ENCODING_7BIT},
        {"a\n.\nb\n", ENCODING_QUOTED},
        {"trailing \n", ENCODING_QUOTED},
        {"trailing\t\n", ENCODING_QUOTED},
        {"--  \n", ENCODING_QUOTED},
        {"a-- \n", ENCODING_QUOTED},
        {"caf\xc3\xa9, and enough ASCII around it\n", ENCODING_QUOTED},
        {"bell \x07 and enough ASCII around it\n", ENCODING_QUOTED},
        {"del \x7f and enough ASCII around it\n", ENCODING_QUOTED},
        {"cr\r\nand enough ASCII around it\n", ENCODING_QUOTED},
        {"日本語のメール\n", ENCODING_BASE64},
        {"Привет, мир\n", ENCODING_BASE64},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Encoding encoding = encoding_choose(cases[i].text,
                                            strlen(cases[i].text));
        if (encoding != cases[i].encoding)
            fail_msg("%s is %s", cases[i].text, encoding_name(encoding));
    }
}

/* "é\n": quoted =C3=A9 CRLF 8, base64 w6kNCg== CRLF 10.
 * "éé\n": quoted 14, base64 of 6 bytes 8 + 2 = 10. */
static void the_shorter_of_the_two_encodings_is_chosen(void **state)
{
    (void)state;
    assert_int_equal(encoding_choose("\xc3\xa9\n", 3), ENCODING_QUOTED);
    assert_int_equal(encoding_choose("\xc3\xa9\xc3\xa9\n", 5), ENCODING_BASE64);
    /* "aaaé": quoted 3 + 6 + 2 = 11, base64 of 7 bytes 12 + 2 = 14;
     * "aéé": quoted 1 + 12 + 2 = 15, base64 of 7 bytes 14;
     * "aaéé": quoted 16, base64 of 8 bytes 14;
     * "aaaaéé": quoted 18, base64 of 10 bytes 16 + 2 = 18: a tie. */
    assert_int_equal(encoding_choose("aaa\xc3\xa9\n", 6), ENCODING_QUOTED);
    assert_int_equal(encoding_choose("a\xc3\xa9\xc3\xa9\n", 6),
                     ENCODING_BASE64);
    assert_int_equal(encoding_choose("aaaa\xc3\xa9\xc3\xa9\n", 9),
                     ENCODING_QUOTED);
}

static void assert_encoded(Encoding encoding, const char *text,
                           const char *expected)
{
    GString *out = g_string_new("before|");
    encoding_append(out, encoding, text, strlen(text));
    assert_memory_equal(out->str, "before|", 7);
    assert_string_equal(out->str + 7, expected);
    assert_int_equal(out->len, strlen(expected) + 7);
    g_string_free(out, TRUE);
}

static void quoted_printable_hides_what_would_not_survive(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "\r\n"},
        {"\n", "\r\n"},
        {"\n\n", "\r\n\r\n"},
        {"a=b\n", "a=3Db\r\n"},
        {"no line end", "no line end\r\n"},
        {"caf\xc3\xa9\n", "caf=C3=A9\r\n"},
        {"a \nb\t\n", "a=20\r\nb=09\r\n"},
        {"a  \n", "a =20\r\n"},
        {" \n", "=20\r\n"},
        {"a\tb\n", "a\tb\r\n"},
        {"-- \n", "--=20\r\n"},
        {"From x\n", "=46rom x\r\n"},
        {"From\n", "From\r\n"},
        {" From x\n", " From x\r\n"},
        {".\n", "=2E\r\n"},
        {"..a\n", "=2E.a\r\n"},
        {"a.\n", "a.\r\n"},
        {"a\rb\n", "a=0Db\r\n"},
        {"\x01\x7f\xff\xc3\n", "=01=7F=FF=C3\r\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_encoded(ENCODING_QUOTED, cases[i][0], cases[i][1]);
}

static void soft_breaks_divide_no_character_and_no_line_passes_76(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        /* 76 columns need no break, 77 do. */
        {SEVENTY "123456", SEVENTY "123456\r\n"},
        {SEVENTY "1234567", SEVENTY "12345=\r\n67\r\n"},
        {SEVENTY "123=", SEVENTY "123=3D\r\n"},
        {SEVENTY "1234=", SEVENTY "1234=\r\n=3D\r\n"},
        {SEVENTY "12=x", SEVENTY "12=3Dx\r\n"},
        {SEVENTY "123=x", SEVENTY "123=\r\n=3Dx\r\n"},
        {SEVENTY "\xc3\xa9", SEVENTY "=C3=A9\r\n"},
        {SEVENTY "\xc3\xa9"
                 "x",
         SEVENTY "=\r\n=C3=A9x\r\n"},
        {SEVENTY "\xe6\x97\xa5", SEVENTY "=\r\n=E6=97=A5\r\n"},
        {SEVENTY "\xf0\x9f\x91\x8d", SEVENTY "=\r\n=F0=9F=91=8D\r\n"},
        {SEVENTY "12345 ", SEVENTY "12345=\r\n=20\r\n"},
        {SEVENTY "123 ", SEVENTY "123=20\r\n"},
        /* The line after a soft break is a line on the wire, too. */
        {SEVENTY "12345.abcdef", SEVENTY "12345=\r\n=2Eabcdef\r\n"},
        {SEVENTY "12345From me", SEVENTY "12345=\r\n=46rom me\r\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_encoded(ENCODING_QUOTED, cases[i][0], cases[i][1]);
}

static void seven_bit_text_gets_crlf_and_nothing_else(void **state)
{
    (void)state;
    assert_encoded(ENCODING_7BIT, "a\n\nb", "a\r\n\r\nb\r\n");
    assert_encoded(ENCODING_7BIT, "-- \n", "-- \r\n");
    assert_encoded(ENCODING_7BIT, "", "\r\n");
}

/* RFC 2045 6.8: line ends are CRLF before they are encoded. The expected text
 * was made with base64(1). */
static void base64_has_lines_of_76_columns(void **state)
{
    (void)state;
    assert_encoded(ENCODING_BASE64, "a\nb\n", "YQ0KYg0K\r\n");
    assert_encoded(ENCODING_BASE64, "ab", "YWINCg==\r\n");
    assert_encoded(ENCODING_BASE64, "abc", "YWJjDQo=\r\n");
    assert_encoded(ENCODING_BASE64, "", "DQo=\r\n");
    assert_encoded(ENCODING_BASE64, SEVENTY,
                   "YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWJjZGVmZ2hpamFiY2R"
                   "lZmdoaWphYmNkZWZn\r\n"
                   "aGlqYWJjZGVmZ2hpag0K\r\n");
    GString *out = g_string_new(NULL);
    encoding_append_base64(out, "\0\xff\x10", 3);
    encoding_append_base64(out, "", 0);
    assert_string_equal(out->str, "AP8Q\r\n");
    g_string_free(out, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple_ascii_is_7bit_and_the_rest_is_not),
        cmocka_unit_test(the_shorter_of_the_two_encodings_is_chosen),
        cmocka_unit_test(quoted_printable_hides_what_would_not_survive),
        cmocka_unit_test(soft_breaks_divide_no_character_and_no_line_passes_76),
        cmocka_unit_test(seven_bit_text_gets_crlf_and_nothing_else),
        cmocka_unit_test(base64_has_lines_of_76_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
