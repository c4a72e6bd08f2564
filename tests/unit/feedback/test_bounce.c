#include "test.h"

#include "feedback/bounce.h"

/* Kind, then every recipient as "address status class", by semicolons. */
static char *summary(const char *text)
{
    g_autoptr(Mail) mail = mail_parse(text, strlen(text));
    g_autoptr(Bounce) bounce = bounce_read(mail);
    GString *out = g_string_new(bounce_kind_name(bounce->kind));
    for (guint i = 0; i < bounce->recipients->len; i++) {
        const BounceRecipient *recipient = bounce->recipients->pdata[i];
        const int *status = recipient->reply.enhanced;
        g_string_append_printf(out, "; %s %d.%d.%d %s",
                               recipient->address != NULL ? recipient->address
                                                          : "nobody",
                               status[0], status[1], status[2],
                               bounce_class_name(recipient->class));
    }
    return g_string_free(out, FALSE);
}

static void check(const char *text, const char *expected)
{
    g_autofree char *found = summary(text);
    assert_string_equal(found, expected);
}

#define REPORT(type, part)                                                     \
    "From: MAILER-DAEMON@mx.example\n"                                         \
    "Content-Type: multipart/report; report-type=" type "; boundary=b\n\n"     \
    "--b\nContent-Type: text/plain\n\nIt failed.\n" part "--b--\n"
#define STATUS(groups)                                                         \
    "--b\nContent-Type: message/delivery-status\n\n"                           \
    "Reporting-MTA: dns; mx.example\n"                                         \
    "Original-Envelope-Id: sum+2Bmer\n\n" groups

static void a_report_says_who_and_what(void **state)
{
    (void)state;
    check(REPORT("delivery-status",
                 STATUS("Original-Recipient: rfc822;a+2Bb@x.example\n"
                        "Final-Recipient: rfc822; <c@y.example>\n"
                        "Action: failed\nStatus: 5.1.1 (no such user)\n"
                        "Diagnostic-Code: smtp; 550 no\n\n")),
          "report; a+b@x.example 5.1.1 hard");
    check(REPORT("delivery-status",
                 STATUS("Final-Recipient: RFC822;a@x.example\n"
                        "Action: failed\nStatus: 5.0.0\n"
                        "Diagnostic-Code: smtp;550 5.2.2 over quota\n\n"
                        "Final-Recipient: rfc822;b@x.example\n"
                        "Action: delivered\nStatus: 2.0.0\n\n"
                        "Final-Recipient: rfc822;c@x.example\n"
                        "Action: delayed\nStatus: 4.4.1\n\n")),
          "report; a@x.example 5.2.2 soft; c@x.example 4.4.1 delayed");
    check(
        REPORT("delivery-status", STATUS("Final-Recipient: rfc822;a@x.example\n"
                                         "Action: relayed\nStatus: 2.1.5\n\n")),
        "report");
    check(REPORT("delivery-status",
                 "--b\nContent-Type: message/global-delivery-status\n\n"
                 "Reporting-MTA: dns; mx.example\n\n"
                 "Final-Recipient: utf-8; j\xc3\xb6rg@x.example\n"
                 "Action: failed\nStatus: 5.1.1\n\n"),
          "report; j\xc3\xb6rg@x.example 5.1.1 hard");
}

static void what_identifies_the_mail_is_kept(void **state)
{
    (void)state;
    static const char text[] = REPORT(
        "delivery-status",
        STATUS("Final-Recipient: rfc822;a@x.example\nStatus: "
               "5.1.1\n\n") "--b\nContent-Type: "
                            "text/rfc822-headers\n\n"
                            "To: a@x.example\nMessage-ID:\n "
                            "<i.d@news.example>\n\n");
    g_autoptr(Mail) mail = mail_parse(text, strlen(text));
    g_autoptr(Bounce) bounce = bounce_read(mail);
    assert_string_equal(bounce->envid, "sum+mer");
    assert_string_equal(bounce->message_id, "i.d@news.example");
}

static void only_abuse_is_a_complaint(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        const char *expected;
    } cases[] = {
        {"abuse", "complaint; a@x.example 0.0.0 complaint"},
        {"Abuse", "complaint; a@x.example 0.0.0 complaint"},
        {"not-spam", "complaint; a@x.example 0.0.0 policy"},
        {"virus", "complaint; a@x.example 0.0.0 policy"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf(
            REPORT("feedback-report",
                   "--b\nContent-Type: message/feedback-report\n\n"
                   "Feedback-Type: %s\nVersion: 1\n"
                   "Original-Rcpt-To: <a@x.example>\n\n"),
            cases[i].type);
        check(text, cases[i].expected);
    }
}

#define BY_SERVER                                                              \
    "From: Mail Delivery System <MAILER-DAEMON@mx.example>\n"                  \
    "To: me@news.example\n\n"
#define COPY                                                                   \
    "Received: from a by b; x\nTo: other@z.example\n"                          \
    "Message-ID: <i.d@news.example>\n\nmore@text.example\n"

/* Written for this test in the ways of several mail servers. */
static void words_of_mail_servers_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {BY_SERVER "Hi. This is the qmail-send program at mx.example.\n"
                   "I've given up.\n\n"
                   "<a@x.example>:\n"
                   "Sorry, no mailbox here by that name. (#5.1.1)\n\n"
                   "<b@x.example>:\n"
                   "192.0.2.1 failed after I sent the message.\n"
                   "Remote host said: 552 5.2.2 Over quota\n\n"
                   "--- Below this line is a copy of the message.\n\n" COPY,
         "words; a@x.example 5.1.1 hard; b@x.example 5.2.2 soft"},
        {BY_SERVER "The following address(es) failed:\n\n"
                   "  a@x.example\n"
                   "    host mx.x.example [192.0.2.1]\n"
                   "    SMTP error from remote mail server after RCPT "
                   "TO:<a@x.example>:\n"
                   "    550 Unknown user\n\n"
                   "------ This is a copy of the message, including all the "
                   "headers. ------\n\n" COPY,
         "words; a@x.example 5.1.1 hard"},
        {BY_SERVER "This is the Postfix program at host mx.example.\n\n"
                   "For further assistance, please contact "
                   "<postmaster@mx.example>\n\n"
                   "<a@x.example>: host mx.x.example said: 550 5.7.1\n"
                   "    Service unavailable; client blocked\n",
         "words; a@x.example 5.7.1 policy"},
        {BY_SERVER "   ----- Transcript of session follows -----\n"
                   "550 <a@x.example>... User unknown\n"
                   "554 <b@y.example>... 550 Host unknown\n\n"
                   "   ----- Unsent message follows -----\n" COPY,
         "words; a@x.example 5.1.1 hard; b@y.example 5.1.2 hard"},
        {BY_SERVER "Your message\n\n  To:      A. Person\n"
                   "  Subject: hello\n\n"
                   "did not reach the following recipient(s):\n\n"
                   "a@x.example on Thu, 29 Apr 2026 10:00:00 +0000\n"
                   "    The recipient name is not recognized\n",
         "words; a@x.example 5.1.1 hard"},
        {BY_SERVER "------- Failure Reasons  --------\n\n"
                   "User not listed in public Name & Address Book\n"
                   "a@x.example\n",
         "words; a@x.example 5.1.1 hard"},
        {BY_SERVER "A message that you sent has not yet been delivered.\n"
                   "It will be retried.\n\n  a@x.example\n",
         "words; a@x.example 4.0.0 delayed"},
        {BY_SERVER "There was an error delivering your mail to "
                   "<a@x.example>.\n\n"
                   "mx did not like our RCPT TO:\n550 5.1.1 nobody\n\n"
                   "Message headers follow.\n\n" COPY,
         "words; a@x.example 5.1.1 hard"},
        {BY_SERVER "Final-Recipient: rfc822; a@x.example\nAction: failed\n"
                   "Status: 5.1.2\n",
         "words; a@x.example 5.1.2 hard"},
        {"From: x@y.example\nX-Failed-Recipients: a@x.example,\n"
         " b@x.example\n\nThe group may not exist.\n",
         "words; a@x.example 5.0.0 soft; b@x.example 5.0.0 soft"},
        {"From: MAILER-DAEMON@mx.example\nX-Failed-Recipients: a@x.example\n"
         "\nThe following address(es) failed:\n\n  b@y.example\n"
         "    (generated from a@x.example)\n    unknown user\n",
         "words; a@x.example 5.1.1 hard"},
        {"Return-Path: <>\nFrom: robot@mx.example\n\n"
         "a@x.example: unknown user\n",
         "words; a@x.example 5.1.1 hard"},
        {"From: MDaemon@mx.example\nContent-Type: text/html\n\n"
         "<p>Failed:<br>a@x.example<br>no such user<br></p>\n",
         "words; a@x.example 5.1.1 hard"},
        {BY_SERVER "550 5.1.1 that is all I know\n",
         "words; nobody 5.1.1 hard"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check(cases[i].text, cases[i].expected);
}

static void the_header_in_a_copy_is_read(void **state)
{
    (void)state;
    static const char text[] = BY_SERVER
        "<a@x.example>:\nno such user\n\n"
        "--- Below this line is a copy of the message.\n\n" COPY;
    g_autoptr(Mail) mail = mail_parse(text, strlen(text));
    g_autoptr(Bounce) bounce = bounce_read(mail);
    assert_string_equal(bounce->message_id, "i.d@news.example");
}

static void what_is_no_bounce_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"From: a@x.example\nAuto-Submitted: auto-replied\n"
         "Subject: Re: hello\n\nI am away. Write to b@x.example.\n",
         "automatic"},
        {"From: a@x.example\nSubject: Out of office\n\n"
         "b@x.example is there.\n",
         "automatic"},
        {"Return-Path: <>\nAuto-Submitted: auto-replied\n"
         "From: a@x.example\n\na@x.example is away, user unknown\n",
         "automatic"},
        {"From: a@x.example\nSubject: Re: deliver it\n\n"
         "a@x.example: user unknown\n",
         "other"},
        {"From: a@x.example\nSubject: hello\n\n"
         "a@x.example does not exist: 550 5.1.1 user unknown\n",
         "other"},
        /* an automatic answer repeats our subject */
        {"From: Administrator <a@x.example>\nAuto-Submitted: auto-replied\n"
         "Subject: Automatic reply: How we deliver mail\n\n"
         "The mailbox a@x.example is no longer in use.\n",
         "automatic"},
        {"Return-Path: <>\nFrom: a@x.example\n"
         "Subject: Auto: Delivery on Friday\n\na@x.example is no longer "
         "valid\n",
         "automatic"},
        {"Return-Path: <>\nFrom: a@x.example\nSubject: Abwesend: News\n\n"
         "a@x.example is no longer valid\n",
         "automatic"},
        {"Return-Path: <>\nFrom: a@x.example\nSubject: Not read: News\n"
         "Content-Type: multipart/report; boundary=b; "
         "report-type=disposition-notification\n\n"
         "--b\nContent-Type: text/plain\n\n"
         "Your message to a@x.example could not be delivered to a reader: "
         "no such user\n--b--\n",
         "automatic"},
        {"From: System Administrator <a@x.example>\n"
         "Subject: Undeliverable: Out of office hours\n\n"
         "b@x.example: user unknown\n",
         "words; b@x.example 5.1.1 hard"},
        {"From: MAILER-DAEMON@x.example\nX-Failed-Recipients: b@x.example\n"
         "Subject: Vacation, undelivered\n\nb@x.example: user unknown\n",
         "words; b@x.example 5.1.1 hard"},
        {"From: postmaster@x.example\nSubject: welcome\n\nHello.\n", "words"},
        {"", "other"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check(cases[i].text, cases[i].expected);
}

static void a_report_that_is_wrapped_is_found(void **state)
{
    (void)state;
    check("From: gateway@x.example\nContent-Type: multipart/mixed; "
          "boundary=o\n\n--o\nContent-Type: message/rfc822\n\n" REPORT(
              "delivery-status",
              STATUS("Final-Recipient: rfc822;a@x.example\n"
                     "Action: failed\nStatus: 5.1.1\n\n")) "\n--o--\n",
          "report; a@x.example 5.1.1 hard");
}

static void there_is_a_limit_to_recipients(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new(BY_SERVER);
    for (int i = 0; i < BOUNCE_RECIPIENTS_MAX + 50; i++)
        g_string_append_printf(text, "<a%d@x.example>: no such user\n", i);
    g_autoptr(Mail) mail = mail_parse(text->str, text->len);
    g_autoptr(Bounce) bounce = bounce_read(mail);
    assert_int_equal(bounce->recipients->len, BOUNCE_RECIPIENTS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_says_who_and_what),
        cmocka_unit_test(what_identifies_the_mail_is_kept),
        cmocka_unit_test(only_abuse_is_a_complaint),
        cmocka_unit_test(words_of_mail_servers_are_understood),
        cmocka_unit_test(the_header_in_a_copy_is_read),
        cmocka_unit_test(what_is_no_bounce_is_none),
        cmocka_unit_test(a_report_that_is_wrapped_is_found),
        cmocka_unit_test(there_is_a_limit_to_recipients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
