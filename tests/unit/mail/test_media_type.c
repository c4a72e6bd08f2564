#include "test.h"

#include "mail/media_type.h"

#define GUESS(text) media_type_guess(text, sizeof(text) - 1, NULL)

static void assert_type(char *type, const char *expected)
{
    assert_non_null(type);
    assert_string_equal(type, expected);
    g_free(type);
}

static void a_file_is_known_by_its_content(void **state)
{
    (void)state;
    assert_type(GUESS("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"), "image/png");
    assert_type(GUESS("<svg xmlns='http://www.w3.org/2000/svg'/>"),
                "image/svg+xml");
    assert_type(GUESS("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), "application/pdf");
    assert_type(GUESS("Gr\xc3\xbc\xc3\x9f"
                      "e\nvom Hafen\n"),
                "text/plain");
    assert_type(GUESS("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"),
                "text/calendar");
    assert_type(GUESS("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
                "application/zip");
}

/* RFC 2046 5.2.1 lets no message be base64; a text in another charset must
 * not be called UTF-8. */
static void what_may_not_be_said_is_only_bytes(void **state)
{
    (void)state;
    assert_type(GUESS("Gr\xfc\xdf"
                      "e vom Hafen\n"),
                "application/octet-stream");
    assert_type(GUESS("\xff\xfeG\0r\0\xfc\0\xdf\0e\0\n\0"),
                "application/octet-stream");
    assert_type(GUESS("From: a@example.org\r\nTo: b@example.org\r\n"
                      "Subject: x\r\nDate: Mon, 01 Jun 2026 10:00:00 +0200\r\n"
                      "Message-ID: <a@b>\r\n\r\ny\r\n"),
                "application/octet-stream");
    assert_type(GUESS("\1\2\3\4\5\6\7"), "application/octet-stream");
}

static void programs_and_scripts_are_known(void **state)
{
    (void)state;
    assert_true(media_type_is_program("MZ\x90\0", 4));
    assert_true(media_type_is_program("\x7f"
                                      "ELF\2\1",
                                      6));
    assert_true(media_type_is_program("\xcf\xfa\xed\xfe", 4));
    assert_true(media_type_is_program("#!/bin/sh\n", 10));
    assert_false(media_type_is_program("# A heading", 11));
    assert_false(media_type_is_program("M", 1));
    assert_false(media_type_is_program("%PDF-1.7", 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_known_by_its_content),
        cmocka_unit_test(what_may_not_be_said_is_only_bytes),
        cmocka_unit_test(programs_and_scripts_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
