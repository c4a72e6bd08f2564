#include "test.h"

#include "feedback/bounce_class.h"

static void codes_and_status_are_found_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int code;
        int status[3];
    } cases[] = {
        {"550 5.1.1 no such user", 550, {5, 1, 1}},
        {"550-5.7.26 a\n550 5.7.26 b", 550, {5, 7, 26}},
        {"said: 450 4.2.0 <a@b.example>: greylisted", 450, {4, 2, 0}},
        {"Sorry, no mailbox here by that name. (#5.1.1)", 0, {5, 1, 1}},
        {"550 5.0.0 failed: 5.1.2 unknown host", 550, {5, 1, 2}},
        {"5.1.1 <x@y.example>... User Unknown", 0, {5, 1, 1}},
        {"550: 5.1.8 Sender address rejected", 550, {5, 1, 8}},
        {"SMTP error code:554", 554, {0, 0, 0}},
        /* no codes */
        {"host 5.1.1.25 did not answer", 0, {0, 0, 0}},
        {"[192.0.2.5] 10.5.1.1", 0, {0, 0, 0}},
        {"Exim 4.86, sendmail 8.12.11/8.12.11", 0, {0, 0, 0}},
        {"after 500 attempts5", 500, {0, 0, 0}},
        {"5500 messages, 990 bytes, 199 lines", 0, {0, 0, 0}},
        {"250 2.1.5 fine", 0, {0, 0, 0}},
        {"id 550abc a550 4xx", 0, {0, 0, 0}},
        {"5.1.1000 5.1", 0, {0, 0, 0}},
        {"", 0, {0, 0, 0}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Reply reply = {0};
        bounce_find_status(cases[i].text, &reply);
        if (reply.code != cases[i].code ||
            memcmp(reply.enhanced, cases[i].status, sizeof reply.enhanced) != 0)
            fail_msg("%s: %d %d.%d.%d", cases[i].text, reply.code,
                     reply.enhanced[0], reply.enhanced[1], reply.enhanced[2]);
    }
}

static void each_failure_has_its_class(void **state)
{
    (void)state;
    static const struct {
        int code;
        int status[3];
        const char *words;
        BounceClass class;
    } cases[] = {
        {550, {5, 1, 1}, "user unknown", BOUNCE_HARD},
        {550, {5, 1, 2}, "", BOUNCE_HARD},
        {501, {5, 1, 3}, "", BOUNCE_HARD},
        {551, {5, 1, 6}, "", BOUNCE_HARD},
        {556, {5, 1, 10}, "null MX", BOUNCE_HARD},
        {550, {5, 2, 1}, "mailbox disabled", BOUNCE_HARD},
        {550, {0, 0, 0}, "User unknown in virtual alias table", BOUNCE_HARD},
        {550, {5, 0, 0}, "No Such User", BOUNCE_HARD},
        {0, {0, 0, 0}, "Host unknown", BOUNCE_HARD},
        {0, {5, 1, 0}, "Domain x does not accept mail (nullMX)", BOUNCE_HARD},
        /* soft */
        {552, {5, 2, 2}, "over quota", BOUNCE_SOFT},
        {452, {4, 2, 2}, "over quota", BOUNCE_SOFT},
        {0, {4, 4, 1}, "connection timed out", BOUNCE_SOFT},
        {0, {5, 4, 4}, "unable to route", BOUNCE_SOFT},
        {0, {4, 4, 7}, "delivery time expired", BOUNCE_SOFT},
        {550, {0, 0, 0}, "", BOUNCE_SOFT},
        {554, {5, 0, 0}, "transaction failed", BOUNCE_SOFT},
        {450, {4, 1, 1}, "user unknown", BOUNCE_SOFT},
        {450, {0, 0, 0}, "user unknown", BOUNCE_SOFT},
        {0, {2, 1, 1}, "user unknown", BOUNCE_SOFT},
        {550, {5, 2, 1}, "is receiving mail at a rate that", BOUNCE_SOFT},
        {550, {5, 1, 1}, "mailbox is full", BOUNCE_SOFT},
        {550, {5, 1, 5}, "", BOUNCE_SOFT},
        /* content */
        {552, {5, 3, 4}, "", BOUNCE_CONTENT},
        {552, {5, 2, 3}, "", BOUNCE_CONTENT},
        {554, {5, 6, 0}, "", BOUNCE_CONTENT},
        {552, {0, 0, 0}, "message size exceeds fixed limit", BOUNCE_CONTENT},
        /* policy */
        {550, {5, 7, 1}, "user unknown", BOUNCE_POLICY},
        {550, {5, 7, 26}, "", BOUNCE_POLICY},
        {550, {5, 3, 0}, "no such user", BOUNCE_POLICY},
        {503, {5, 5, 1}, "", BOUNCE_POLICY},
        {550, {5, 4, 5}, "daily limit", BOUNCE_POLICY},
        {553, {5, 1, 8}, "", BOUNCE_POLICY},
        {550, {5, 1, 1}, "your message looks like spam", BOUNCE_POLICY},
        {550, {5, 1, 1}, "blocked using zen", BOUNCE_POLICY},
        {550, {0, 0, 0}, "DMARC policy of example.org", BOUNCE_POLICY},
        {553, {5, 1, 1}, "after MAIL FROM: unknown user", BOUNCE_POLICY},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Reply reply = {.code = cases[i].code};
        memcpy(reply.enhanced, cases[i].status, sizeof reply.enhanced);
        BounceClass class = bounce_classify(&reply, cases[i].words);
        if (class != cases[i].class)
            fail_msg("%d %d.%d.%d %s: %s", cases[i].code, cases[i].status[0],
                     cases[i].status[1], cases[i].status[2], cases[i].words,
                     bounce_class_name(class));
    }
}

/* The sender's domain, host or address is missing, not the recipient's. */
static void what_does_not_exist_on_our_side_takes_nobody_off(void **state)
{
    (void)state;
    static const char *const words[] = {
        "550 Domain of sender address a@x.example does not exist",
        "553 <a@x.example>: Sender domain does not exist",
        "550 Sender domain not found",
        "550 Unable to find a valid MX for sender domain: host not found",
        "550 Envelope sender address does not exist",
        "550 Non-existent return address",
        "550 From address does not exist",
        "550 header From is not a valid user",
        "554 refused mailfrom because your domain not exist in DNS",
        "550 Cannot find your domain",
        "550 Your host is unknown to us",
        "550 we no longer accept mail from your network",
        "550 <foo>: Helo command rejected: Host not found",
        "550 Invalid domain name in EHLO",
        "550 reverse lookup failure",
        "550 Client host rejected: host not found",
        "550 Access denied, not found in our whitelist",
        "550 not a member of this list: user not found",
        "550 spammers: user unknown",
        "after MAIL FROM:<a@x.example> SIZE=9: 550 unknown user",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        for (int detail = 0; detail < 2; detail++) {
            Reply reply = {.code = 550, .enhanced = {5, detail, detail}};
            if (bounce_classify(&reply, words[i]) != BOUNCE_POLICY)
                fail_msg("5.%d.%d %s", detail, detail, words[i]);
        }
    Reply told = {.code = 550};
    assert_int_equal(bounce_classify(&told, "550 user unknown; the sender "
                                            "was notified at the return "
                                            "address"),
                     BOUNCE_HARD);
    Reply reply = {.code = 550};
    assert_int_equal(
        bounce_classify(&reply, "550 .ics files are no longer accepted"),
        BOUNCE_SOFT);
    Reply gone = {.code = 550};
    assert_int_equal(
        bounce_classify(&gone, "550 the user no longer accepts mail"),
        BOUNCE_HARD);
}

static void addresses_and_links_say_nothing(void **state)
{
    (void)state;
    static const char *const words[] = {
        "550 <spam@example.org>: user unknown",
        "550 user unknown, see https://blocked.example/policy",
        "550 user unknown in spfilter2 relay.example",
        "after RCPT TO:<spam@x.example>: user unknown, mailto:dmarc@x.example",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        Reply reply = {.code = 550};
        assert_int_equal(bounce_classify(&reply, words[i]), BOUNCE_HARD);
        assert_int_equal(reply.enhanced[1], 1);
    }
}

static void a_status_is_made_from_words_only_where_there_is_none(void **state)
{
    (void)state;
    Reply none = {.code = 550};
    bounce_classify(&none, "mailbox is full");
    assert_int_equal(none.enhanced[0], 5);
    assert_int_equal(none.enhanced[1], 2);
    assert_int_equal(none.enhanced[2], 2);
    Reply general = {.code = 550, .enhanced = {5, 0, 0}};
    bounce_classify(&general, "mailbox is full");
    assert_int_equal(general.enhanced[1], 0);
}

static void a_delay_is_told_from_a_failure(void **state)
{
    (void)state;
    assert_true(bounce_is_delay("has not yet been delivered to all"));
    assert_true(bounce_is_delay("Delivery attempts will continue"));
    assert_true(bounce_is_delay("has been\n  postponed due to"));
    assert_false(bounce_is_delay("This is a permanent error; I've given up."));
    assert_false(bounce_is_delay("user unknown"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_and_status_are_found_in_words),
        cmocka_unit_test(each_failure_has_its_class),
        cmocka_unit_test(what_does_not_exist_on_our_side_takes_nobody_off),
        cmocka_unit_test(addresses_and_links_say_nothing),
        cmocka_unit_test(a_status_is_made_from_words_only_where_there_is_none),
        cmocka_unit_test(a_delay_is_told_from_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
