/* test_mailer.c - the outcome of each job, from the right answer. */
#include "test.h"

#include "delivery/mailer.h"
#include "delivery/relay.h"

#define JOBS_MAX 4
#define BYTES                                                                  \
    "Date: Mon, 02 Jun 2025 10:00:00 +0000\r\nFrom: a@example.org\r\n"         \
    "To: b@example.net\r\nMessage-ID: <1@example.org>\r\n\r\n.hello\r\n"
#define OPENING                                                                \
    {NULL, "220 relay.test ESMTP\r\n"},                                        \
    {                                                                          \
        "EHLO", "250-relay.test\r\n250 SIZE 200\r\n"                           \
    }

typedef struct Log {
    int given;
    int count;   /* how many jobs there are */
    int refused; /* the job whose intend() says no, from 1 */
    int intended;
    int begun;
    int64_t begun_ns; /* the last one */
    size_t length;    /* of each message */
    Outcome outcomes[JOBS_MAX];
    ReplyStep steps[JOBS_MAX];
    ReplyMeaning meanings[JOBS_MAX];
    int settled[JOBS_MAX];
    char *lines[JOBS_MAX];
} Log;

static bool give(void *data, MailerJob *job)
{
    static const char bytes[] = BYTES;
    Log *log = data;
    if (log->given == log->count)
        return false;
    *job = (MailerJob){.recipient = "b@example.net",
                       .reverse_path = "a@example.org",
                       .bytes = bytes,
                       .length = log->length > 0 ? log->length
                                                 : sizeof bytes - 1,
                       .data = &log->settled[log->given++]};
    return true;
}

static void begun(void *data, const MailerJob *job, int64_t at_ns)
{
    Log *log = data;
    assert_int_equal((int *)job->data - log->settled, log->begun);
    assert_true(at_ns > log->begun_ns);
    log->begun++;
    log->begun_ns = at_ns;
}

static bool intend(void *data, const MailerJob *job)
{
    Log *log = data;
    log->intended++;
    assert_int_equal(log->intended, log->begun);
    return (int *)job->data - log->settled + 1 != log->refused;
}

static void settle(void *data, const MailerJob *job, const MailerResult *result)
{
    Log *log = data;
    ptrdiff_t number = (int *)job->data - log->settled;
    log->settled[number]++;
    log->outcomes[number] = result->outcome;
    log->steps[number] = result->step;
    log->meanings[number] = result->meaning;
    log->lines[number] = reply_to_line(&result->reply);
}

/* Plays one session against `turns`; each job must come back exactly once. */
static void play(const Turn *turns, int count, Log *log)
{
    Relay relay;
    relay_start(&relay, turns, count);
    RelayConfig config = relay_config(&relay);
    const MailerCalls calls = {.next = give,
                               .begun = begun,
                               .intend = intend,
                               .settle = settle,
                               .data = log};
    log->begun_ns = clock_system()->monotonic_ns(clock_system());
    GError *error = NULL;
    Mailer *mailer = mailer_new(&config, "client.example.org", NULL, &error);
    assert_no_error(error);
    assert_true(mailer_run(mailer, JOBS_MAX, &calls, &error));
    assert_no_error(error);
    mailer_free(mailer);
    relay_join(&relay);
    relay_free(&relay);
    for (int i = 0; i < log->given; i++)
        assert_int_equal(log->settled[i], 1);
    assert_true(log->begun_ns <= clock_system()->monotonic_ns(clock_system()));
}

/* Plays a session in which the relay hears each MAIL: just those began. */
static void run(const Turn *turns, int count, Log *log)
{
    play(turns, count, log);
    int mails = 0;
    for (int i = 0; i < count; i++)
        mails += g_strcmp0(turns[i].hear, "MAIL") == 0;
    assert_int_equal(log->begun, mails);
}

static void clear(Log *log)
{
    for (int i = 0; i < JOBS_MAX; i++)
        g_free(log->lines[i]);
}

static void each_answer_has_its_outcome(void **state)
{
    (void)state;
    static const struct {
        Turn turns[8];
        Outcome outcome;
        ReplyStep step;
        const char *line;
    } cases[] = {
        {{OPENING,
          {"MAIL", "250 ok\r\n"},
          {"RCPT", "250 ok\r\n"},
          {"DATA", "354 go\r\n"},
          {".", "250 2.0.0 queued\r\n"},
          {"QUIT", "221 bye\r\n"}},
         OUTCOME_SENT,
         REPLY_STEP_MESSAGE,
         "250 2.0.0 queued"},
        {{OPENING, {"MAIL", "451 later\r\n"}, {"QUIT", "221 bye\r\n"}},
         OUTCOME_DEFERRED,
         REPLY_STEP_MAIL,
         "451 later"},
        {{OPENING, {"MAIL", "550 5.7.1 not you\r\n"}, {"QUIT", "221 \r\n"}},
         OUTCOME_NONE,
         REPLY_STEP_MAIL,
         "550 5.7.1 not you"},
        {{OPENING,
          {"MAIL", "250 ok\r\n"},
          {"RCPT", "550 5.1.1 nobody\r\n"},
          {"QUIT", "221 bye\r\n"}},
         OUTCOME_FAILED,
         REPLY_STEP_RECIPIENT,
         "550 5.1.1 nobody"},
        {{OPENING,
          {"MAIL", "250 ok\r\n"},
          {"RCPT", "502 what?\r\n"},
          {"QUIT", "221 bye\r\n"}},
         OUTCOME_DEFERRED,
         REPLY_STEP_RECIPIENT,
         "502 what?"},
        {{OPENING,
          {"MAIL", "250 ok\r\n"},
          {"RCPT", "250 ok\r\n"},
          {"DATA", "451 no\r\n"},
          {"QUIT", "221 bye\r\n"}},
         OUTCOME_DEFERRED,
         REPLY_STEP_MESSAGE,
         "451 no"},
        {{OPENING,
          {"MAIL", "250 ok\r\n"},
          {"RCPT", "250 ok\r\n"},
          {"DATA", "354 go\r\n"},
          {".", "554 5.6.0 bad\r\n"},
          {"QUIT", "221 bye\r\n"}},
         OUTCOME_FAILED,
         REPLY_STEP_MESSAGE,
         "554 5.6.0 bad"},
        {{OPENING,
          {"MAIL", "250 ok\r\n"},
          {"RCPT", "250 ok\r\n"},
          {"DATA", "354 go\r\n"},
          {".", ""}},
         OUTCOME_UNKNOWN,
         REPLY_STEP_MESSAGE,
         "closed the connection"},
        {{OPENING,
          {"MAIL", "250 ok\r\n"},
          {"RCPT", "250 ok\r\n"},
          {"DATA", "354 go\r\n"},
          {".", "what?\r\n"}},
         OUTCOME_UNKNOWN,
         REPLY_STEP_MESSAGE,
         "unreadable reply: what?"},
        {{OPENING, {"MAIL", "250 ok\r\n"}, {"RCPT", "what?\r\n"}},
         OUTCOME_NONE,
         REPLY_STEP_SESSION,
         "unreadable reply: what?"},
        {{OPENING, {"MAIL", "250 ok\r\n"}, {"RCPT", ""}},
         OUTCOME_NONE,
         REPLY_STEP_SESSION,
         "closed the connection"},
        {{OPENING, {"MAIL", ""}},
         OUTCOME_NONE,
         REPLY_STEP_SESSION,
         "the connection"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Log log = {.count = 1};
        int count = 0;
        while (count < 8 && cases[i].turns[count].say != NULL)
            count++;
        run(cases[i].turns, count, &log);
        if (strstr(log.lines[0], cases[i].line) == NULL)
            fail_msg("case %zu: %s", i, log.lines[0]);
        assert_int_equal(log.outcomes[0], cases[i].outcome);
        assert_int_equal(log.steps[0], cases[i].step);
        clear(&log);
    }
}

/* MAIL and the relay's end may cross: it began, or it did not. */
static void a_relay_that_leaves_after_its_greeting_took_nothing(void **state)
{
    (void)state;
    static const Turn turns[] = {OPENING};
    Log log = {.count = 1};
    play(turns, G_N_ELEMENTS(turns), &log);
    assert_in_range(log.begun, 0, 1);
    assert_int_equal(log.intended, 0);
    assert_int_equal(log.outcomes[0], OUTCOME_NONE);
    assert_int_equal(log.steps[0], REPLY_STEP_SESSION);
    assert_non_null(strstr(log.lines[0], "the connection"));
    clear(&log);
}

#define PIPELINING                                                             \
    {NULL, "220 relay.test ESMTP\r\n"},                                        \
    {                                                                          \
        "EHLO", "250-relay.test\r\n250 PIPELINING\r\n"                         \
    }

static void mail_waits_for_no_answer_where_the_relay_allows_it(void **state)
{
    (void)state;
    static const Turn turns[] = {
        PIPELINING,
        {"MAIL", ""},
        {"RCPT", ""},
        {"DATA", "250 sender\r\n250 recipient\r\n354 go\r\n"},
        {".", "250 first\r\n"},
        {"MAIL", ""},
        {"RCPT", ""},
        {"DATA", "250 sender\r\n250-recip"},
        {NULL, "ient\r\n250 .\r\n354 go\r\n"},
        {".", "250 second\r\n"},
        {"QUIT", "221 bye\r\n"},
    };
    Log log = {.count = 2};
    run(turns, G_N_ELEMENTS(turns), &log);
    assert_string_equal(log.lines[0], "250 first");
    assert_string_equal(log.lines[1], "250 second");
    assert_int_equal(log.intended, 2);
    clear(&log);
}

static void an_early_command_changes_no_outcome(void **state)
{
    (void)state;
    static const struct {
        Turn turns[8];
        Outcome outcome;
        ReplyStep step;
        const char *line;
    } cases[] = {
        {{PIPELINING,
          {"MAIL", "451 later\r\n"},
          {"RCPT", "503 what?\r\n"},
          {"DATA", "503 what?\r\n"},
          {"QUIT", "221 bye\r\n"}},
         OUTCOME_DEFERRED,
         REPLY_STEP_MAIL,
         "451 later"},
        {{PIPELINING,
          {"MAIL", "550 5.7.1 not you\r\n"},
          {"RCPT", "250 ok\r\n"},
          {"DATA", "354 go\r\n"},
          {".", "250 queued\r\n"}},
         OUTCOME_NONE,
         REPLY_STEP_MAIL,
         "550 5.7.1 not you"},
        {{PIPELINING,
          {"MAIL", ""},
          {"RCPT", ""},
          {"DATA", "421 4.3.2 busy\r\n"}},
         OUTCOME_DEFERRED,
         REPLY_STEP_MAIL,
         "421 4.3.2 busy"},
        {{PIPELINING,
          {"MAIL", "250 ok\r\n"},
          {"RCPT", "550 5.1.1 nobody\r\n"},
          {"DATA", "554 no recipients\r\n"}},
         OUTCOME_FAILED,
         REPLY_STEP_RECIPIENT,
         "550 5.1.1 nobody"},
        {{PIPELINING,
          {"MAIL", "250 ok\r\n"},
          {"RCPT", "250 ok\r\n"},
          {"DATA", "451 no\r\n"}},
         OUTCOME_DEFERRED,
         REPLY_STEP_MESSAGE,
         "451 no"},
        {{PIPELINING,
          {"MAIL", "250 ok\r\n"},
          {"RCPT", "250 ok\r\n"},
          {"DATA", "354 go\r\n"},
          {".", ""}},
         OUTCOME_UNKNOWN,
         REPLY_STEP_MESSAGE,
         "closed the connection"},
        {{PIPELINING, {"MAIL", "250 ok\r\n"}, {"RCPT", "250 ok\r\n"}},
         OUTCOME_NONE,
         REPLY_STEP_SESSION,
         "connection"},
        {{PIPELINING,
          {"MAIL", "250 ok\r\n"},
          {"RCPT", ""},
          {"DATA", "what?\r\n"}},
         OUTCOME_NONE,
         REPLY_STEP_SESSION,
         "unreadable reply: what?"},
        {{PIPELINING,
          {"MAIL", "250 ok\r\n"},
          {"RCPT", "250 ok\r\n"},
          {"DATA", "354 go\r\n250 more\r\n"}},
         OUTCOME_NONE,
         REPLY_STEP_SESSION,
         "unasked reply: 250 more"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Log log = {.count = 1};
        int count = 0;
        while (count < 8 && cases[i].turns[count].say != NULL)
            count++;
        run(cases[i].turns, count, &log);
        if (strstr(log.lines[0], cases[i].line) == NULL)
            fail_msg("case %zu: %s", i, log.lines[0]);
        assert_int_equal(log.outcomes[0], cases[i].outcome);
        assert_int_equal(log.steps[0], cases[i].step);
        clear(&log);
    }
}

static void a_refused_intent_lets_no_dot_out(void **state)
{
    (void)state;
    static const Turn turns[] = {
        OPENING,
        {"MAIL", "250 ok\r\n"},
        {"RCPT", "250 ok\r\n"},
        {"DATA", "354 go\r\n"},
        {".", "250 queued\r\n"},
    };
    Log log = {.count = 1, .refused = 1};
    run(turns, G_N_ELEMENTS(turns), &log);
    assert_int_equal(log.intended, 1);
    assert_int_equal(log.outcomes[0], OUTCOME_NONE);
    clear(&log);
}

static void a_message_over_the_limit_never_starts(void **state)
{
    (void)state;
    static const Turn turns[] = {OPENING, {"QUIT", "221 bye\r\n"}};
    Log log = {.count = 2, .length = 201};
    run(turns, G_N_ELEMENTS(turns), &log);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(log.outcomes[i], OUTCOME_FAILED);
        assert_int_equal(log.meanings[i], REPLY_REFUSED);
        assert_string_equal(log.lines[i],
                            "552 message of 201 bytes is over the relay's "
                            "limit of 200");
    }
    assert_int_equal(log.intended, 0);
    clear(&log);
}

static void no_job_no_transaction(void **state)
{
    (void)state;
    static const Turn turns[] = {OPENING, {"QUIT", "221 bye\r\n"}};
    Log log = {.count = 0};
    run(turns, G_N_ELEMENTS(turns), &log);
    assert_int_equal(log.given, 0);
}

static void a_relay_that_is_not_there_gets_no_job(void **state)
{
    (void)state;
    Relay relay = {.port = 1};
    RelayConfig config = relay_config(&relay);
    Log log = {.count = 1};
    const MailerCalls calls = {.next = give,
                               .begun = begun,
                               .intend = intend,
                               .settle = settle,
                               .data = &log};
    GError *error = NULL;
    Mailer *mailer = mailer_new(&config, "client.example.org", NULL, &error);
    assert_no_error(error);
    assert_false(mailer_run(mailer, JOBS_MAX, &calls, &error));
    assert_error(&error, ERROR_RETRY, "cannot connect to 127.0.0.1:1");
    assert_int_equal(log.given, 0);
    mailer_cancel(mailer);
    assert_false(mailer_run(mailer, JOBS_MAX, &calls, &error));
    g_clear_error(&error);
    mailer_free(mailer);
}

int main(void)
{
    g_setenv("XDG_CONFIG_DIR", "/nonexistent", TRUE);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_has_its_outcome),
        cmocka_unit_test(a_relay_that_leaves_after_its_greeting_took_nothing),
        cmocka_unit_test(mail_waits_for_no_answer_where_the_relay_allows_it),
        cmocka_unit_test(an_early_command_changes_no_outcome),
        cmocka_unit_test(a_refused_intent_lets_no_dot_out),
        cmocka_unit_test(a_message_over_the_limit_never_starts),
        cmocka_unit_test(no_job_no_transaction),
        cmocka_unit_test(a_relay_that_is_not_there_gets_no_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
