/* test_line_offer.c - what the relay's EHLO answer says. */
#include "test.h"

#include "delivery/line_private.h"

static void read_text(Offer *offer, const char *text)
{
    offer_read(offer, text, strlen(text));
}

static void the_extensions_are_read(void **state)
{
    (void)state;
    Offer offer = {0};
    read_text(&offer, "250-mail.example.org at your service\r\n"
                      "250-pipelining\r\n250-SIZE 35882577\r\n"
                      "250-STARTTLS\r\n250-AUTH LOGIN plain XOAUTH2\r\n"
                      "250 8BITMIME\r\n");
    assert_true(offer.has_pipelining);
    assert_true(offer.has_starttls);
    assert_true(offer_has_auth(&offer, "PLAIN"));
    assert_true(offer_has_auth(&offer, "LOGIN"));
    assert_false(offer_has_auth(&offer, "AUTH"));
    assert_string_equal(offer.auth_names, "LOGIN plain XOAUTH2");
    assert_int_equal(offer.size_limit, 35882577);
    offer_clear(&offer);
}

static void libesmtp_sees_only_what_it_handles(void **state)
{
    (void)state;
    static const char *const hidden[] = {
        "STARTTLS",
        "AUTH PLAIN",
        "AUTH=PLAIN LOGIN",
        "CHUNKING",
        "BINARYMIME",
        "XUSR",
        "ENHANCEDSTATUSCODES",
        "DELIVERBY 240",
        "ETRN",
        "XEXCH50",
        "chunking",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(hidden); i++) {
        Offer offer = {0};
        g_autofree char *text = g_strdup_printf(
            "250-relay.test\r\n250-PIPELINING\r\n250-%s\r\n250 DSN\r\n",
            hidden[i]);
        read_text(&offer, text);
        assert_string_equal(offer.answer->str,
                            "250-relay\r\n250-PIPELINING\r\n250-DSN\r\n"
                            "250 HELP\r\n");
        offer_clear(&offer);
    }
}

static void the_relays_own_name_is_no_extension(void **state)
{
    (void)state;
    Offer offer = {0};
    read_text(&offer, "250 PIPELINING\r\n");
    assert_false(offer.has_pipelining);
    offer_clear(&offer);
}

static void mechanisms_of_both_forms_are_told_once(void **state)
{
    (void)state;
    Offer offer = {0};
    read_text(&offer, "250-relay\r\n250-AUTH PLAIN LOGIN\r\n"
                      "250 AUTH=LOGIN plain SCRAM-SHA-256\r\n");
    assert_string_equal(offer.auth_names, "PLAIN LOGIN SCRAM-SHA-256");
    assert_true(offer_has_auth(&offer, "scram-sha-256"));
    assert_false(offer_has_auth(&offer, "SCRAM-SHA-256-PLUS"));
    offer_clear(&offer);
}

static void odd_answers_offer_little(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "",
        "250",
        "250\r\n",
        "250-relay\r\n250\r\n",
        "250-relay\r\n250-SIZE\r\n250 AUTH\r\n",
        "250-relay\r\n250-SIZE -5\r\n250 SIZE x\r\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
        Offer offer = {0};
        read_text(&offer, answers[i]);
        assert_false(offer.has_pipelining);
        assert_false(offer_has_auth(&offer, "PLAIN"));
        assert_int_equal(offer.size_limit, 0);
        assert_true(g_str_has_suffix(offer.answer->str, "250 HELP\r\n"));
        offer_clear(&offer);
    }
}

static void a_second_answer_replaces_the_first(void **state)
{
    (void)state;
    Offer offer = {0};
    read_text(&offer, "250-relay\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n");
    read_text(&offer, "250-relay\r\n250 SIZE 100\r\n");
    assert_false(offer.has_starttls);
    assert_false(offer_has_auth(&offer, "PLAIN"));
    assert_null(offer.auth_names);
    assert_int_equal(offer.size_limit, 100);
    offer_clear(&offer);
}

static void the_lines_of_a_reply(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        ReplyLine kind;
        int code;
    } cases[] = {
        {"250 ok\r\n", REPLY_LINE_LAST, 250},
        {"250-ok\r\n", REPLY_LINE_MORE, 250},
        {"250\r\n", REPLY_LINE_LAST, 250},
        {"250\n", REPLY_LINE_LAST, 250},
        {"354 \n", REPLY_LINE_LAST, 354},
        {"599-\r\n", REPLY_LINE_MORE, 599},
        {"25\r\n", REPLY_LINE_BAD, 0},
        {"2a0 x\r\n", REPLY_LINE_BAD, 0},
        {"2500\r\n", REPLY_LINE_BAD, 0},
        {"150 x\r\n", REPLY_LINE_BAD, 0},
        {" 250 x\r\n", REPLY_LINE_BAD, 0},
        {"\r\n", REPLY_LINE_BAD, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int code = 0;
        ReplyLine kind = reply_line_read(cases[i].line, strlen(cases[i].line),
                                         &code);
        assert_int_equal(kind, cases[i].kind);
        if (kind != REPLY_LINE_BAD)
            assert_int_equal(code, cases[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_extensions_are_read),
        cmocka_unit_test(libesmtp_sees_only_what_it_handles),
        cmocka_unit_test(the_relays_own_name_is_no_extension),
        cmocka_unit_test(mechanisms_of_both_forms_are_told_once),
        cmocka_unit_test(odd_answers_offer_little),
        cmocka_unit_test(a_second_answer_replaces_the_first),
        cmocka_unit_test(the_lines_of_a_reply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
