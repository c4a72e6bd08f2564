#include "test.h"

#include "mail/address.h"

#define LETTERS_10 "abcdefghij"
#define LETTERS_60                                                             \
    LETTERS_10 LETTERS_10 LETTERS_10 LETTERS_10 LETTERS_10 LETTERS_10
#define LETTERS_63 LETTERS_60 "abc"
/* 63 + 1 + 63 + 1 + 61 = 189: with a local part of 64 and the @ it is 254. */
#define DOMAIN_189 LETTERS_63 "." LETTERS_63 "." LETTERS_60 "a"

static AddressVerdict parse(const char *text, Address *address, GError **error)
{
    return address_parse(text, strlen(text), address, error);
}

static void
what_can_be_delivered_is_taken_and_brought_into_one_form(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *address;
    } cases[] = {
        {"ada@example.org", "ada@example.org"},
        {"Ada@Example.ORG", "Ada@example.org"},
        {"  ada@example.org\t", "ada@example.org"},
        {"ada.lovelace+news@mail.example.org",
         "ada.lovelace+news@mail.example.org"},
        {"o'neil@example.org", "o'neil@example.org"},
        {"!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"},
        {"a@b.co", "a@b.co"},
        {"1@2.example", "1@2.example"},
        {"ada@localhost", "ada@localhost"},
        {"ada@3com.com", "ada@3com.com"},
        {"ada@ab--cd.org", "ada@ab--cd.org"},
        {"ada@123.456.museum", "ada@123.456.museum"},
        {"ada@bücher.example", "ada@xn--bcher-kva.example"},
        {"ada@BÜCHER.example", "ada@xn--bcher-kva.example"},
        {"ada@bu\xcc\x88"
         "cher.example",
         "ada@xn--bcher-kva.example"},
        {"ada@faß.de", "ada@xn--fa-hia.de"},
        {"ada@日本語.jp", "ada@xn--wgv71a119e.jp"},
        {"ada@日本語。jp", "ada@xn--wgv71a119e.jp"},
        {"ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"},
        {"ada@xn--i-7iq.ws", "ada@xn--i-7iq.ws"},
        {"ada@Ｅxample.org", "ada@example.org"},
        {"\"ada\"@example.org", "ada@example.org"},
        {"\"ada.lovelace\"@example.org", "ada.lovelace@example.org"},
        {"\"a\\da\"@example.org", "ada@example.org"},
        {"\"ada..l\"@example.org", "\"ada..l\"@example.org"},
        {"\"a@b\"@example.org", "\"a@b\"@example.org"},
        {"\"a\\\"b\"@example.org", "\"a\\\"b\"@example.org"},
        {"\"a\\\\b\"@example.org", "\"a\\\\b\"@example.org"},
        {LETTERS_60 "abcd@example.org", LETTERS_60 "abcd@example.org"},
        {"a@" LETTERS_63 ".org", "a@" LETTERS_63 ".org"},
        {LETTERS_60 "abcd@" DOMAIN_189, LETTERS_60 "abcd@" DOMAIN_189},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Address address = {0};
        GError *error = NULL;
        AddressVerdict verdict = parse(cases[i].text, &address, &error);
        assert_no_error(error);
        assert_int_equal(verdict, ADDRESS_OK);
        assert_string_equal(address.text, cases[i].address);
        assert_int_equal(address.domain[-1], '@');
        address_clear(&address);
    }
}

static void what_can_never_be_delivered_is_refused_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *reason;
    } cases[] = {
        {"", "empty"},
        {"   ", "empty"},
        {"ada", "no `@`"},
        {"ada.example.org", "no `@`"},
        {"@example.org", "nothing stands before"},
        {"\"\"@example.org", "nothing stands before"},
        {"ada@", "domain is empty"},
        {"<>", "`<` and `>`"},
        {"<ada@example.org>", "`<` and `>`"},
        {"ada@example.org>", "`<` and `>`"},
        {"ada@x>\r\nRCPT TO:<eve@example.org", "`<` and `>`"},
        {"ada@x\r\nRCPT TO:eve@example.org", "control"},
        {"ada@example.org\r\n", "control"},
        {"ada\n@example.org", "control"},
        {"ada\t@example.org", "control"},
        {"ada\x7f@example.org", "control"},
        {"ada@exam\x01ple.org", "control"},
        {"ada lovelace@example.org", "blank"},
        {"\"ada lovelace\"@example.org", "blank"},
        {"ada@ example.org", "blank"},
        {"ada@example.org, bob@example.org", "blank"},
        {"ada@example.org;bob@example.org", "more than one `@`"},
        {"ada@bob@example.org", "more than one `@`"},
        {"ada,bob@example.org", "sign that may not stand"},
        {"ada(comment)@example.org", "sign that may not stand"},
        {"ad\"a@example.org", "sign that may not stand"},
        {"mailto:ada@example.org", "sign that may not stand"},
        {".ada@example.org", "dot"},
        {"ada.@example.org", "dot"},
        {"ada..l@example.org", "dot"},
        {"\"ada@example.org", "quote is not closed"},
        {"\"ada\\", "quote is not closed"},
        {"\"ada\"", "no `@` follows"},
        {"\"ada\"l@example.org", "no `@` follows"},
        {"\"ada\".l@example.org", "no `@` follows"},
        {"@relay.example:ada@example.org", "nothing stands before"},
        {"ada@[192.0.2.1]", "brackets"},
        {"ada@[IPv6:2001:db8::1]", "brackets"},
        {"ada@192.0.2.1", "ends in a number"},
        {"ada@example.123", "ends in a number"},
        {"ada@ex_ample.org", "letters, digits, hyphens"},
        {"ada@ex＿ample.org", "letters, digits, hyphens"},
        {"ada@exam!ple.org", "letters, digits, hyphens"},
        {"ada@example..org", "dot"},
        {"ada@.org", "dot"},
        {"ada@example.org.", "dot"},
        {"ada@-bad.de", "hyphen"},
        {"ada@bad-.de", "hyphen"},
        {"ada@☺.example", "no domain may have"},
        {"ada@a\xe2\x80\x8b.org", "invisible"}, /* a zero-width space */
        {"\xef\xbb\xbf"
         "ada@example.org",
         "invisible"},
        {"ada\xc2\xa0@example.org", "invisible"},
        {"ada\xe2\x80\xae@example.org", "invisible"},
        {"ada\xff@example.org", "UTF-8"},
        {"ada@b\xfc"
         "cher.example",
         "UTF-8"},
        {LETTERS_60 "abcde@example.org", "64"},
        {"a@" LETTERS_63 "a.org", "63"},
        {LETTERS_60 "abcd@" DOMAIN_189 "b", "254"},
        {"j\xc3\xb6rg@ex_ample.org", "letters, digits, hyphens"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Address address = {0};
        GError *error = NULL;
        AddressVerdict verdict = parse(cases[i].text, &address, &error);
        if (verdict != ADDRESS_INVALID)
            fail_msg("taken: %s", cases[i].text);
        assert_error(&error, ERROR_INPUT, cases[i].reason);
        assert_null(address.text);
    }
}

static void a_nul_inside_is_refused(void **state)
{
    (void)state;
    Address address = {0};
    GError *error = NULL;
    assert_int_equal(address_parse("ada\0@example.org", 16, &address, &error),
                     ADDRESS_INVALID);
    assert_error(&error, ERROR_INPUT, "`ada\\x00@example.org`");
    assert_int_equal(address_parse("ada@exam\0ple.org", 16, &address, NULL),
                     ADDRESS_INVALID);
}

static void only_the_given_length_is_read(void **state)
{
    (void)state;
    Address address = {0};
    assert_int_equal(address_parse("ada@example.org,x", 15, &address, NULL),
                     ADDRESS_OK);
    assert_string_equal(address.text, "ada@example.org");
    address_clear(&address);
}

static void a_huge_text_is_refused_with_a_short_error(void **state)
{
    (void)state;
    g_autofree char *text = g_strnfill(1000000, 'a');
    Address address = {0};
    GError *error = NULL;
    assert_int_equal(parse(text, &address, &error), ADDRESS_INVALID);
    assert_true(strlen(error->message) < 300);
    assert_error(&error, ERROR_INPUT, "longer than 254");
}

static void a_local_part_beyond_ascii_is_told_apart(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "j\xc3\xb6rg@example.org",
        "\"j\xc3\xb6rg\"@example.org",
        "用户@例子.广告",
        "δοκιμή@παράδειγμα.δοκιμή",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Address address = {0};
        GError *error = NULL;
        assert_int_equal(parse(cases[i], &address, &error),
                         ADDRESS_UNSUPPORTED);
        assert_error(&error, ERROR_INPUT, "SMTPUTF8");
        assert_null(address.text);
    }
}

static void the_key_joins_spellings_of_one_mailbox(void **state)
{
    (void)state;
    Address one = {0};
    Address two = {0};
    assert_int_equal(parse("Ada@BÜCHER.example", &one, NULL), ADDRESS_OK);
    assert_int_equal(parse("\"ada\"@xn--bcher-kva.EXAMPLE", &two, NULL),
                     ADDRESS_OK);
    assert_string_equal(one.key, two.key);
    assert_string_equal(one.text, "Ada@xn--bcher-kva.example");
    address_clear(&one);
    address_clear(&two);
}

static void a_copy_stands_alone(void **state)
{
    (void)state;
    Address one = {0};
    Address two = {0};
    assert_int_equal(parse("Ada@Example.org", &one, NULL), ADDRESS_OK);
    address_copy(&two, &one);
    address_clear(&one);
    assert_null(one.text);
    assert_string_equal(two.text, "Ada@example.org");
    assert_string_equal(two.domain, "example.org");
    assert_ptr_equal(two.domain, two.text + 4);
    address_clear(&two);
    address_copy(&two, &(Address){0});
    assert_null(two.text);
}

static void a_host_name_becomes_its_a_label_form(void **state)
{
    (void)state;
    g_autofree char *plain = domain_to_ascii("Mail.Example.ORG", 16, NULL);
    assert_string_equal(plain, "mail.example.org");
    g_autofree char *idn = domain_to_ascii("bücher.example", 15, NULL);
    assert_string_equal(idn, "xn--bcher-kva.example");
    GError *error = NULL;
    assert_null(domain_to_ascii("a_b.org", 7, &error));
    assert_error(&error, ERROR_INPUT, "`a_b.org` is not a domain name");
    assert_null(domain_to_ascii("", 0, &error));
    assert_error(&error, ERROR_INPUT, "empty");
}

static void an_address_is_found_in_a_text_as_a_whole_only(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int at; /* -1: nowhere */
    } cases[] = {
        {"ada@b.org", 0},
        {"<Ada@B.org>", 1},
        {"550 ADA@b.org.", 4},
        {"--to='ada@b.org'", 6},
        {"nada@b.org, ada@b.org", 12},
        {"nada@b.org", -1},
        {"x.ada@b.org", -1},
        {"ada@b.org.uk", -1},
        {"ada@b.organ", -1},
        {"ada@b.org-x", -1},
        {"ada@b.or", -1},
        {"„ada@b.org“", 3},
        {"\u00a0ada@b.org\u00a0", 2},
        {"\xff"
         "ada@b.org\xff",
         1},
        {"éada@b.org", -1},
        {"ada@b.orgé", -1},
        {"ada@", -1},
        {"", -1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *found = address_find(cases[i].text, "ada@b.org", NULL);
        assert_int_equal(found ? (int)(found - cases[i].text) : -1,
                         cases[i].at);
    }
}

static void a_domain_beyond_ascii_is_found_as_people_write_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int at; /* -1: nowhere */
        size_t length;
    } cases[] = {
        {"ada@xn--bcher-kva.example", 0, 25},
        {"to ada@bücher.example.", 3, 19},
        {"„Ada@BÜCHER.Example“", 3, 19},
        {"ada@bücher.example.org", -1, 0},
        {"nada@bücher.example", -1, 0},
        {"ada@bucher.example", -1, 0},
        {"ada@b\xfc"
         "cher.example",
         -1, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t length = 0;
        const char *found = address_find(cases[i].text,
                                         "ada@xn--bcher-kva.example", &length);
        assert_int_equal(found ? (int)(found - cases[i].text) : -1,
                         cases[i].at);
        assert_int_equal(length, cases[i].length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_found_in_a_text_as_a_whole_only),
        cmocka_unit_test(a_domain_beyond_ascii_is_found_as_people_write_it),
        cmocka_unit_test(
            what_can_be_delivered_is_taken_and_brought_into_one_form),
        cmocka_unit_test(
            what_can_never_be_delivered_is_refused_with_the_reason),
        cmocka_unit_test(a_nul_inside_is_refused),
        cmocka_unit_test(only_the_given_length_is_read),
        cmocka_unit_test(a_huge_text_is_refused_with_a_short_error),
        cmocka_unit_test(a_local_part_beyond_ascii_is_told_apart),
        cmocka_unit_test(the_key_joins_spellings_of_one_mailbox),
        cmocka_unit_test(a_copy_stands_alone),
        cmocka_unit_test(a_host_name_becomes_its_a_label_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
