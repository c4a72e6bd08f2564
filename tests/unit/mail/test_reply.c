#include "test.h"

#include "mail/reply.h"

static void a_reply_is_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int code;
        int enhanced[3];
        const char *text;
        const char *line;
    } cases[] = {
        {"250 2.0.0 Ok: queued\r\n",
         250,
         {2, 0, 0},
         "Ok: queued",
         "250 2.0.0 Ok: queued"},
        {"250-one\r\n250 two\r\n", 250, {0, 0, 0}, "one two", "250 one two"},
        {"550-5.1.1 no such\r\n550 5.1.1 user\r\n",
         550,
         {5, 1, 1},
         "no such user",
         "550 5.1.1 no such user"},
        {"550 5.7.515 Access denied",
         550,
         {5, 7, 515},
         "Access denied",
         "550 5.7.515 Access denied"},
        {"250", 250, {0, 0, 0}, NULL, "250"},
        {"250\r\n", 250, {0, 0, 0}, NULL, "250"},
        {"250 2.1.5\r\n", 250, {2, 1, 5}, NULL, "250 2.1.5"},
        {"421 4.3.2\tbusy", 421, {4, 3, 2}, "busy", "421 4.3.2 busy"},
        {"550 1.2.3.4 is blocked",
         550,
         {0, 0, 0},
         "1.2.3.4 is blocked",
         "550 1.2.3.4 is blocked"},
        {"550 5.1.1x", 550, {0, 0, 0}, "5.1.1x", "550 5.1.1x"},
        {"550 5.1.1000 x", 550, {0, 0, 0}, "5.1.1000 x", "550 5.1.1000 x"},
        {"550 a\x1b[2Jb\tc\x7f", 550, {0, 0, 0}, "a [2Jb c", "550 a [2Jb c"},
        {"550 caf\xc3\xa9 \xff",
         550,
         {0, 0, 0},
         "caf\xc3\xa9 \xef\xbf\xbd",
         "550 caf\xc3\xa9 \xef\xbf\xbd"},
        {"", 0, {0, 0, 0}, NULL, "no answer"},
        {"hello", 0, {0, 0, 0}, "hello", "hello"},
        {"999 x", 0, {0, 0, 0}, "999 x", "999 x"},
        {"2500 x", 0, {0, 0, 0}, "2500 x", "2500 x"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Reply reply;
        reply_parse(cases[i].bytes, strlen(cases[i].bytes), &reply);
        assert_int_equal(reply.code, cases[i].code);
        assert_memory_equal(reply.enhanced, cases[i].enhanced,
                            sizeof reply.enhanced);
        if (cases[i].text == NULL)
            assert_null(reply.text);
        else
            assert_string_equal(reply.text, cases[i].text);
        Reply copy;
        reply_copy(&copy, &reply);
        reply_clear(&reply);
        assert_int_equal(reply.code, 0);
        g_autofree char *line = reply_to_line(&copy);
        assert_string_equal(line, cases[i].line);
        reply_clear(&copy);
    }
}

static void a_long_reply_is_cut_between_characters(void **state)
{
    (void)state;
    g_autoptr(GString) bytes = g_string_new("550 x");
    for (int i = 0; i < 100000; i++)
        g_string_append(bytes, "é");
    Reply reply;
    reply_parse(bytes->str, bytes->len, &reply);
    assert_int_equal(strlen(reply.text), 499);
    assert_true(g_utf8_validate(reply.text, -1, NULL));
    reply_clear(&reply);

    g_string_truncate(bytes, 0);
    for (int i = 0; i < 100000; i++)
        g_string_append(bytes, "250-line\r\n");
    reply_parse(bytes->str, bytes->len, &reply);
    assert_int_equal(reply.code, 250);
    assert_true(strlen(reply.text) <= REPLY_TEXT_MAX);
    reply_clear(&reply);
}

#define SESSION REPLY_STEP_SESSION
#define MAIL REPLY_STEP_MAIL
#define RCPT REPLY_STEP_RECIPIENT
#define DATA REPLY_STEP_MESSAGE

typedef struct MeaningCase {
    ReplyStep step;
    const char *bytes;
    ReplyMeaning meaning;
} MeaningCase;

static const MeaningCase meanings[] = {
    {RCPT, "250 2.1.5 Ok", REPLY_ACCEPTED},
    {DATA, "250 2.0.0 Ok: queued as 4F", REPLY_ACCEPTED},
    {SESSION, "235 2.7.0 Authentication successful", REPLY_ACCEPTED},
    {DATA, "", REPLY_RETRY},
    {DATA, "354 go on", REPLY_RETRY},

    /* The same code at different steps. */
    {SESSION, "550 go away", REPLY_STOP},
    {MAIL, "550 sender rejected", REPLY_STOP},
    {RCPT, "550 mailbox unavailable", REPLY_FAILED},
    {DATA, "550 rejected", REPLY_REFUSED},
    {SESSION, "451 local error", REPLY_THROTTLED},
    {MAIL, "451 4.1.8 sender's domain not found now", REPLY_THROTTLED},
    {RCPT, "451 local error", REPLY_RETRY},
    {DATA, "451 local error", REPLY_RETRY},

    /* The address or its mailbox. */
    {RCPT, "550 5.1.1 <a@daily-limit.example>: user unknown", REPLY_FAILED},
    {RCPT, "550 5.1.1 <quota@example.org>: Recipient address rejected",
     REPLY_FAILED},
    {RCPT, "550 5.1.2 bad domain", REPLY_FAILED},
    {RCPT, "501 5.1.3 bad address syntax", REPLY_FAILED},
    {RCPT, "550 5.1.6 moved", REPLY_FAILED},
    {RCPT, "556 5.1.10 null MX", REPLY_FAILED},
    {RCPT, "550 5.2.1 mailbox disabled", REPLY_FAILED},
    {RCPT, "552 5.2.2 mailbox full", REPLY_FAILED},
    {RCPT, "552 5.2.2 The user is over quota", REPLY_FAILED},
    {RCPT, "552 user over quota", REPLY_FAILED},
    {RCPT, "550 Mailbox quota exceeded", REPLY_FAILED},
    {RCPT, "551 user not local", REPLY_FAILED},
    {RCPT, "553 no such mailbox", REPLY_FAILED},
    {RCPT, "550 5.4.4 host not found", REPLY_FAILED},
    {DATA, "550 5.1.1 user unknown", REPLY_FAILED},
    {RCPT, "452 4.2.2 mailbox full", REPLY_RETRY},
    {RCPT, "450 4.2.2 over quota", REPLY_RETRY},

    /* Policy and content. */
    {RCPT, "554 5.7.1 Service unavailable; client blocked", REPLY_REFUSED},
    {RCPT, "554 no", REPLY_REFUSED},
    {DATA, "550 5.7.26 unauthenticated mail", REPLY_REFUSED},
    {DATA, "550 5.7.515 Access denied", REPLY_REFUSED},
    {DATA, "554 5.7.9 Message not accepted for policy reasons", REPLY_REFUSED},
    {DATA, "552 5.3.4 message too big", REPLY_REFUSED},
    {MAIL, "552 5.3.4 message too big", REPLY_REFUSED},
    {MAIL, "552 message size exceeds limit", REPLY_REFUSED},
    {DATA, "554 5.6.0 bad content", REPLY_REFUSED},
    {DATA, "554 spam", REPLY_REFUSED},

    /* Later, for this recipient. */
    {RCPT, "450 4.2.0 Greylisted, try again in 300 s", REPLY_RETRY},
    {RCPT, "451 4.7.1 Greylisting in action", REPLY_RETRY},
    {RCPT, "450 4.1.1 user unknown now", REPLY_RETRY},
    {RCPT, "450 4.2.1 mailbox busy", REPLY_RETRY},
    {RCPT,
     "450 4.2.1 The user you are trying to contact is receiving mail too "
     "quickly",
     REPLY_RETRY},
    {RCPT, "552 too many recipients", REPLY_RETRY},
    {RCPT, "503 5.5.1 bad sequence", REPLY_RETRY},
    {DATA, "503 5.5.1 bad sequence", REPLY_RETRY},
    {MAIL, "503 nested MAIL", REPLY_RETRY},
    {RCPT, "500 what?", REPLY_RETRY},
    {RCPT, "504 no", REPLY_RETRY},

    /* Slower. */
    {SESSION, "421 4.7.0 too many connections", REPLY_THROTTLED},
    {MAIL, "421 closing", REPLY_THROTTLED},
    {RCPT, "421 4.3.2 shutting down", REPLY_THROTTLED},
    {DATA, "421 4.4.2 timeout", REPLY_THROTTLED},
    {RCPT, "450 4.7.0 try later", REPLY_THROTTLED},
    {RCPT, "450 4.7.28 unusual rate", REPLY_THROTTLED},
    {MAIL, "450 4.3.2 busy", REPLY_THROTTLED},
    {DATA, "450 4.4.5 congested", REPLY_THROTTLED},
    {RCPT, "452 4.5.3 too many recipients", REPLY_THROTTLED},
    {RCPT, "450 4.2.1 Peak SMTP relay limit exceeded", REPLY_THROTTLED},
    {RCPT, "451 4.7.500 Server busy", REPLY_THROTTLED},
    {MAIL, "452 4.3.1 insufficient storage", REPLY_THROTTLED},
    {MAIL, "432 4.3.2 STOREDRV; concurrent connections", REPLY_THROTTLED},
    {DATA, "454 Throttling failure: Maximum sending rate exceeded",
     REPLY_THROTTLED},
    {MAIL, "450 Mail send limit exceeded", REPLY_THROTTLED},
    {RCPT, "550 5.7.1 rate limit exceeded", REPLY_THROTTLED},

    /* Our share is used up. */
    {DATA, "454 Throttling failure: Daily message quota exceeded", REPLY_QUOTA},
    {RCPT, "550 5.4.5 Daily user sending limit exceeded", REPLY_QUOTA},
    {DATA, "550 5.4.5 no more", REPLY_QUOTA},
    {MAIL, "550 5.7.1 Daily SMTP relay limit exceeded for customer",
     REPLY_QUOTA},
    {RCPT, "550 5.7.1 Daily SMTP relay limit exceeded for customer",
     REPLY_QUOTA},
    {DATA, "554 5.2.0 STOREDRV.Submission.Exception:x", REPLY_QUOTA},
    {MAIL, "450 you may send 100 in 24 hours", REPLY_QUOTA},
    {MAIL, "550 sending quota used up", REPLY_QUOTA},

    /* Login, sender, relay. */
    {SESSION, "535 5.7.8 authentication failed", REPLY_STOP},
    {SESSION, "534 5.7.9 use an application password", REPLY_STOP},
    {MAIL, "530 5.7.0 Must issue a STARTTLS command first", REPLY_STOP},
    {RCPT, "530 authentication required", REPLY_STOP},
    {DATA, "530 5.7.57 Client not authenticated", REPLY_STOP},
    {DATA, "550 5.7.60 no permission to send as this sender", REPLY_STOP},
    {DATA, "554 5.2.252 SendAsDenied; not allowed", REPLY_STOP},
    {MAIL, "553 5.7.1 sender not owned by user", REPLY_STOP},
    {MAIL, "501 5.1.7 bad sender", REPLY_STOP},
    {RCPT, "550 5.1.8 sender's domain not found", REPLY_STOP},
    {RCPT, "554 5.7.1 <a@b>: Relay access denied", REPLY_STOP},
    {RCPT, "550 relaying denied", REPLY_STOP},
    {RCPT, "555 parameter not recognized", REPLY_STOP},
    {SESSION, "554 no SMTP service here", REPLY_STOP},
    {SESSION, "502 EHLO not implemented", REPLY_STOP},
};

static void what_a_reply_means_depends_on_the_step(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
        Reply reply;
        reply_parse(meanings[i].bytes, strlen(meanings[i].bytes), &reply);
        ReplyMeaning meaning = reply_meaning(&reply, meanings[i].step);
        if (meaning != meanings[i].meaning)
            fail_msg("step %d, %s: %d instead of %d", (int)meanings[i].step,
                     meanings[i].bytes, (int)meaning, (int)meanings[i].meaning);
        reply_clear(&reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_taken_apart),
        cmocka_unit_test(a_long_reply_is_cut_between_characters),
        cmocka_unit_test(what_a_reply_means_depends_on_the_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
