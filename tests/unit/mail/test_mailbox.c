#include "test.h"

#include "mail/address.h"

static void a_name_and_an_address_are_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *name;
        const char *address;
    } cases[] = {
        {"ada@example.org", "", "ada@example.org"},
        {" ada@example.org ", "", "ada@example.org"},
        {"<ada@example.org>", "", "ada@example.org"},
        {"Ada Lovelace <ada@example.org>", "Ada Lovelace", "ada@example.org"},
        {"Ada<ada@example.org>", "Ada", "ada@example.org"},
        {"  Ada \t  Lovelace  <ada@example.org> ", "Ada Lovelace",
         "ada@example.org"},
        {"\"Lovelace, Ada\" <ada@example.org>", "Lovelace, Ada",
         "ada@example.org"},
        {"\"Ada \\\"Countess\\\" L\\\\\" <ada@example.org>",
         "Ada \"Countess\" L\\", "ada@example.org"},
        {"Ada \"the < Countess\" L <ada@example.org>", "Ada the < Countess L",
         "ada@example.org"},
        {"\"two  blanks\" <ada@example.org>", "two  blanks", "ada@example.org"},
        {"Dr. O'Neil <oneil@example.org>", "Dr. O'Neil", "oneil@example.org"},
        {"Café Zürich <a@bücher.example>", "Café Zürich",
         "a@xn--bcher-kva.example"},
        {"Cafe\xcc\x81 <a@b.org>", "Caf\xc3\xa9", "a@b.org"},
        {"=?utf-8?q?Ada?= <a@b.org>", "=?utf-8?q?Ada?=", "a@b.org"},
        {"日本語 < ada@example.org >", "日本語", "ada@example.org"},
        {"\"\" <ada@example.org>", "", "ada@example.org"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Mailbox mailbox = {0};
        GError *error = NULL;
        AddressVerdict verdict = mailbox_parse(cases[i].text, &mailbox, &error);
        assert_no_error(error);
        assert_int_equal(verdict, ADDRESS_OK);
        assert_string_equal(mailbox.name, cases[i].name);
        assert_string_equal(mailbox.address.text, cases[i].address);
        mailbox_clear(&mailbox);
    }
}

static void a_name_is_what_its_encoded_words_say(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *name;
    } cases[] = {
        {"=?utf-8?q?Zo=C3=AB_M=C3=BCller?=", "Zoë Müller"},
        {"=?utf-8?b?5pel5pys6Kqe?=", "日本語"},
        {"=?UTF-8*de?Q?Zoe=CC=88?=", "Zoë"},
        {"=?iso-8859-1?q?Zo=EB?=", "Zoë"},
        {"=?utf-8?q?Zo?= \t =?utf-8?q?=C3=AB?=", "Zoë"},
        {"Dr. =?utf-8?q?Zo=C3=AB?= jr.", "Dr. Zoë jr."},
        {"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"},
        {"Ada", "Ada"},
        {"", ""},
        {"=?utf-8?q?=C3?=", "?"},
        {"=?utf-8?q?=0?=", ""},
        {"=?utf-8?x?a?=", "=?utf-8?x?a?="},
        {"=?nothing?q?a?=", "a"},
        {"=?utf-8?q?a=0D=0ABcc:_x?=", "=?utf-8?q?a=0D=0ABcc:_x?="},
        {"=?utf-8?q?a=00b?=", "a?b"},
        {"=?utf-8?q?=E2=80=AEa?=", "=?utf-8?q?=E2=80=AEa?="},
        {"=?", "=?"},
        {"=?utf-8?q", "=?utf-8?q"},
        {"=?utf-8?q?a", "=?utf-8?q?a"},
        {"Zoë =?utf-8?q?M?=", "Zoë M"},
        {"=?utf-8?", "=?utf-8?"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *written = g_strdup(cases[i].text);
        Mailbox mailbox = {.name = written};
        g_autofree char *name = mailbox_read_name(&mailbox);
        assert_string_equal(name, cases[i].name);
    }
}

static void what_is_not_one_mailbox_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *reason;
    } cases[] = {
        {"", "empty"},
        {"Ada Lovelace", "blank"},
        {"Ada <>", "empty"},
        {"Ada <ada@example.org", "`>` is missing"},
        {"Ada <ada@example.org> x", "`>` is missing"},
        {"Ada <ada@example.org>, Bob <bob@example.org>", "`<` and `>`"},
        {"Lovelace, Ada <ada@example.org>", "quotes"},
        {"Ada (Countess) <ada@example.org>", "quotes"},
        {"News: x <ada@example.org>", "quotes"},
        {"ada@example.org <ada@example.org>", "quotes"},
        {"Ada <ada@ex_ample.org>", "letters, digits"},
        {"Ada\r\nBcc: eve@example.org <ada@example.org>", "U+000D"},
        {"A\xe2\x80\xae"
         "da <ada@example.org>",
         "U+202E"},
        {"A\xff <ada@example.org>", "UTF-8"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Mailbox mailbox = {0};
        GError *error = NULL;
        if (mailbox_parse(cases[i].text, &mailbox, &error) != ADDRESS_INVALID)
            fail_msg("taken: %s", cases[i].text);
        assert_error(&error, ERROR_INPUT, cases[i].reason);
        assert_null(mailbox.name);
        assert_null(mailbox.address.text);
    }
    Mailbox mailbox = {0};
    assert_int_equal(
        mailbox_parse("J <j\xc3\xb6rg@example.org>", &mailbox, NULL),
        ADDRESS_UNSUPPORTED);
    g_autofree char *long_text = g_strnfill(5000, 'a');
    assert_int_equal(mailbox_parse(long_text, &mailbox, NULL), ADDRESS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_and_an_address_are_taken_apart),
        cmocka_unit_test(a_name_is_what_its_encoded_words_say),
        cmocka_unit_test(what_is_not_one_mailbox_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
