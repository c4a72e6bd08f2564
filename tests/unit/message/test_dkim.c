#include "test.h"

#include <unistd.h>

#include <glib/gstdio.h>

#include "mail/dkim_key.h"
#include "message/dkim.h"
#include "message/dkim_relax.h"

/* The canonical forms. Whether signatures hold is for tests/e2e/test_dkim.py:
 * three verifiers judge them there. */

static void header_fields_are_relaxed_as_in_the_rfc(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        const char *expected;
    } cases[] = {
        /* RFC 6376 3.4.5 */
        {"A: X", "a:X\r\n"},          {"B : Y\t\r\n\tZ  ", "b:Y Z\r\n"},
        {"Subject:", "subject:\r\n"}, {"Subject: \t ", "subject:\r\n"},
        {"X-a:b:c", "x-a:b:c\r\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        dkim_relax_field(cases[i].field, strlen(cases[i].field), out);
        assert_string_equal(out->str, cases[i].expected);
    }
}

static void bodies_are_relaxed_as_in_the_rfc(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *expected;
    } cases[] = {
        /* RFC 6376 3.4.5 */
        {" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"},
        {"", ""},
        {"\r\n\r\n", ""},
        {" \t\r\n", ""},
        {"\r\na\r\n", "\r\na\r\n"},
        {"a", "a\r\n"},
        {"a\t\tb \r\n\r\n \r\nc\r\n", "a b\r\n\r\n\r\nc\r\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        dkim_relax_body(cases[i].body, strlen(cases[i].body), out);
        assert_string_equal(out->str, cases[i].expected);
    }
}

/* By work that grows with their square this would not end. */
static void a_million_empty_lines_are_no_more_work_than_others(void **state)
{
    (void)state;
    static const int lines = 1000000;
    g_autoptr(GString) body = g_string_new(NULL);
    for (int i = 0; i < lines; i++)
        g_string_append(body, "\r\n");
    g_string_append(body, "x\r\n");
    g_autoptr(GString) out = g_string_new(NULL);
    dkim_relax_body(body->str, body->len, out);
    assert_true(g_string_equal(out, body));
}

/* A signer whose key lies in a file of its own until it is read. */
static DkimSigner *load(mode_t mode, GError **error)
{
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("mirmail-XXXXXX", &path, NULL);
    assert_true(file >= 0);
    close(file);
    g_autoptr(DkimKey) key = dkim_key_generate(DKIM_ED25519_SHA256, error);
    g_autofree char *pem = dkim_key_pem(key, error);
    assert_true(g_file_set_contents(path, pem, -1, NULL));
    assert_int_equal(g_chmod(path, mode), 0);
    char domain[] = "example.org";
    char selector[] = "s";
    DkimList list = {.items = {{domain, selector, path}}, .count = 1};
    g_autoptr(Findings) findings = findings_new();
    DkimSigner *signer = dkim_signer_load(&list, findings, error);
    if (signer != NULL)
        assert_int_equal(findings_count(findings, SEVERITY_WARNING), 1);
    g_unlink(path);
    return signer;
}

static const char mail[] = "Date: Sat, 01 Aug 2026 10:00:00 +0000\r\n"
                           "From: a@example.org\r\n"
                           "To: b@example.net\r\n"
                           "\r\n"
                           "Hello\r\n";

static void a_check_counts_what_a_send_will_sign(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(DkimSigner) signer = load(0600, &error);
    assert_no_error(error);
    g_autoptr(GString) bytes = g_string_new(mail);
    DkimScratch scratch;
    dkim_scratch_init(&scratch);
    size_t counted = dkim_length(signer, &scratch, bytes);
    assert_true(dkim_sign(signer, 1785578400, &scratch, bytes, &error));
    assert_int_equal(bytes->len, strlen(mail) + counted);
    assert_string_equal(bytes->str + counted, mail);
    dkim_scratch_clear(&scratch);
}

static void a_field_that_the_relay_writes_anew_is_left_out(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(DkimSigner) signer = load(0600, &error);
    g_autoptr(GString) bytes = g_string_new(mail);
    DkimScratch scratch;
    dkim_scratch_init(&scratch);
    dkim_signer_leave(signer, "date");
    dkim_signer_leave(signer, "message-id");
    assert_true(dkim_sign(signer, 1785578400, &scratch, bytes, &error));
    const char *end = strstr(bytes->str, "\r\nDate:");
    g_autofree char *top = g_strndup(bytes->str, (gsize)(end - bytes->str));
    assert_null(strstr(top, "Date"));
    assert_null(strstr(top, "Message-ID"));
    assert_non_null(strstr(top, ":From:"));
    dkim_scratch_clear(&scratch);
}

static void a_key_that_the_group_may_read_is_refused(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(load(0640, &error));
    assert_error(&error, ERROR_PERMISSION, "chmod 600");
}

static void without_keys_there_is_no_signer_and_no_error(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(Findings) findings = findings_new();
    DkimList none = {.count = 0};
    assert_null(dkim_signer_load(&none, findings, &error));
    assert_no_error(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_fields_are_relaxed_as_in_the_rfc),
        cmocka_unit_test(bodies_are_relaxed_as_in_the_rfc),
        cmocka_unit_test(a_million_empty_lines_are_no_more_work_than_others),
        cmocka_unit_test(a_check_counts_what_a_send_will_sign),
        cmocka_unit_test(a_field_that_the_relay_writes_anew_is_left_out),
        cmocka_unit_test(a_key_that_the_group_may_read_is_refused),
        cmocka_unit_test(without_keys_there_is_no_signer_and_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
