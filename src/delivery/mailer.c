/*
 * mailer.c - SMTP transactions by libESMTP, see mailer.h.
 *
 * libESMTP walks a list of messages and calls back at each step; a message
 * may be added from inside those calls as long as the walk has not looked for
 * the next one. So one job at a time is added, when the one before it is
 * settled, and one session carries as many as the caller likes. The list is
 * freed only with the session, some 4 KB a message: hence `messages_max`.
 *
 * What libESMTP reports is checked against the line, which saw every command
 * and reply itself. Where the two differ, the more careful outcome is taken.
 */
#include "delivery/mailer.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <libesmtp.h>

#include "base/clock.h"
#include "base/error.h"
#include "delivery/dsn.h"
#include "delivery/mailer_private.h"

/* libESMTP's own patience beyond the line's: the line is to decide. */
#define PATIENCE_MORE_NS (60 * UNITS_SECOND_NS)
/* Its patience for one write. After it libESMTP would drop bytes and go on,
 * so a message that takes as long is never finished. */
#define TRANSFER_TIMEOUT_NS (21600 * UNITS_SECOND_NS) /* 6 h */

struct Mailer {
    LineContext *lines;
    char *hello;
    int64_t reply_timeout_ns;
    int64_t data_timeout_ns;
};

static int64_t now_ns(void)
{
    const Clock *clock = clock_system();
    return clock->monotonic_ns(clock);
}

/* --- feeding --- */

static const char *give_message(void **context, int *length, void *data);

/* A report of failures only, with the header only (dsn.h). */
static void ask_report(const Carriage *carriage)
{
    const MailerJob *job = &carriage->job;
    smtp_dsn_set_ret(carriage->message, Ret_HDRS);
    if (job->envid != NULL && dsn_may_identify(job->envid))
        smtp_dsn_set_envid(carriage->message, job->envid);
    smtp_dsn_set_notify(carriage->recipient, Notify_FAILURE);
    if (dsn_may_name(job->recipient))
        smtp_dsn_set_orcpt(carriage->recipient, "rfc822", job->recipient);
}

static void add(Session *session, const MailerJob *job)
{
    Carriage *carriage = g_new0(Carriage, 1);
    carriage->session = session;
    carriage->job = *job;
    carriage->message = smtp_add_message(session->smtp);
    g_assert(carriage->message != NULL);
    smtp_set_messagecb(carriage->message, give_message, carriage);
    smtp_set_reverse_path(carriage->message, job->reverse_path);
    smtp_size_set_estimate(carriage->message, job->length);
    smtp_message_set_application_data_release(carriage->message, carriage,
                                              NULL);
    carriage->recipient = smtp_add_recipient(carriage->message, job->recipient);
    g_assert(carriage->recipient != NULL);
    smtp_recipient_set_application_data_release(carriage->recipient, carriage,
                                                NULL);
    g_ptr_array_add(session->carriages, carriage);
    bool asks = line_may_ask_dsn(session->line);
    if (asks)
        ask_report(carriage);
    g_autofree char *command = dsn_recipient_command(job->recipient, asks);
    line_foresee(session->line, command);
    carriage->number = (int)session->carriages->len;
}

/* The relay has said how much it takes; asking it costs a round trip, and
 * some only say so after the whole message. */
static bool is_too_large(const Session *session, const MailerJob *job)
{
    int64_t limit = line_size_limit(session->line);
    if (limit <= 0 || limit > INT_MAX)
        limit = INT_MAX;
    if ((int64_t)job->length <= limit)
        return false;
    g_autofree char *text = g_strdup_printf(
        "message of %zu bytes is over the relay's limit of %" G_GINT64_FORMAT,
        job->length, limit);
    MailerResult result = {.outcome = OUTCOME_FAILED,
                           .step = REPLY_STEP_MESSAGE,
                           .meaning = REPLY_REFUSED,
                           .reply = {.code = 552, .text = text}};
    session->calls->settle(session->calls->data, job, &result);
    return true;
}

static bool has_reserve(const Session *session)
{
    return (int)session->carriages->len > session->begun;
}

/* Adds the next job, if there is to be one. */
static void feed(Session *session, bool (*next)(void *, MailerJob *))
{
    const MailerCalls *calls = session->calls;
    MailerJob job;
    do {
        if (session->is_closing || has_reserve(session) ||
            (int)session->carriages->len >= session->messages_max)
            return;
        job = (MailerJob){0};
        if (!next(calls->data, &job)) {
            session->is_closing = next == calls->next;
            return;
        }
    } while (is_too_large(session, &job));
    add(session, &job);
}

/* --- what libESMTP calls --- */

/* Gives the whole message in one piece; then says whether its dot may leave.
 * errno decides: 0 ends the message, anything else drops the connection. The
 * library would free *context, so it stays NULL. */
static const char *give_message(void **context, int *length, void *data)
{
    Carriage *carriage = data;
    const Session *session = carriage->session;
    (void)context;
    if (length == NULL) {
        carriage->phase = PHASE_BODY;
        carriage->handed_over = false;
        carriage->body_ns = now_ns();
        line_cork(session->line, true);
        return NULL;
    }
    errno = 0;
    *length = 0;
    if (!carriage->handed_over) {
        carriage->handed_over = true;
        *length = (int)carriage->job.length;
        return carriage->job.bytes;
    }
    if (carriage->phase == PHASE_DOT) /* the library asks again at the end */
        return NULL;
    bool is_late = now_ns() - carriage->body_ns >= TRANSFER_TIMEOUT_NS;
    if (is_late || line_has_ended(session->line))
        errno = EPIPE;
    else if (!session->calls->intend(session->calls->data, &carriage->job))
        errno = ECANCELED;
    else
        carriage->phase = PHASE_DOT;
    int error_number = carriage->phase == PHASE_DOT ? 0 : errno;
    line_cork(session->line, false);
    errno = error_number;
    return NULL;
}

/* libESMTP's status and the line's record of the same answer. The record is
 * whole; the status counts when they differ. */
static void read_answer(const Carriage *carriage, ReplyStep step,
                        const smtp_status_t *status, Reply *reply)
{
    line_reply(carriage->session->line, step, reply);
    if (reply->code == status->code)
        return;
    reply_clear(reply);
    g_autofree char *text = g_strdup_printf(
        "%03d %s", status->code, status->text != NULL ? status->text : "");
    reply_parse(text, strlen(text), reply);
}

static void on_mail(Carriage *carriage)
{
    Session *session = carriage->session;
    const smtp_status_t *status = smtp_reverse_path_status(carriage->message);
    session->begun = carriage->number;
    tell_begun(carriage);
    if (status->code / 100 == 2) {
        carriage->phase = PHASE_MAIL;
        return;
    }
    Reply reply = {0};
    read_answer(carriage, REPLY_STEP_MAIL, status, &reply);
    settle_by_reply(carriage, REPLY_STEP_MAIL, &reply);
    reply_clear(&reply);
}

static void on_recipient(Carriage *carriage)
{
    Session *session = carriage->session;
    const smtp_status_t *status = smtp_recipient_status(carriage->recipient);
    if (status->code / 100 == 2) {
        carriage->phase = PHASE_RECIPIENT;
        if (session->calls->next_now != NULL)
            feed(session, session->calls->next_now);
        return;
    }
    Reply reply = {0};
    read_answer(carriage, REPLY_STEP_RECIPIENT, status, &reply);
    settle_by_reply(carriage, REPLY_STEP_RECIPIENT, &reply);
    reply_clear(&reply);
    feed(session, session->calls->next);
}

/* The answer to the end of data, or to DATA when that was refused. */
static void settle_message(Carriage *carriage)
{
    Line *line = carriage->session->line;
    const smtp_status_t *status = smtp_message_transfer_status(
        carriage->message);
    bool dot_left = line_dot_left(line);
    Reply reply = {0};
    Reply seen = {0};
    read_answer(carriage, REPLY_STEP_MESSAGE, status, &reply);
    line_reply(line, REPLY_STEP_MESSAGE, &seen);
    bool is_acceptance = reply.code / 100 == 2;
    bool is_refusal = reply.code / 100 == 4 || reply.code / 100 == 5;
    if (is_acceptance && !dot_left)
        settle_without_reply(carriage, OUTCOME_DEFERRED, REPLY_STEP_MESSAGE,
                             "the relay accepted a message it did not get");
    else if (is_acceptance
                 ? carriage->phase != PHASE_DOT || seen.code != reply.code
                 : !is_refusal)
        settle_without_reply(
            carriage, dot_left ? OUTCOME_UNKNOWN : OUTCOME_DEFERRED,
            REPLY_STEP_MESSAGE, "the relay's answer does not fit the message");
    else
        settle_by_reply(carriage, REPLY_STEP_MESSAGE, &reply);
    reply_clear(&reply);
    reply_clear(&seen);
}

static void on_message(Carriage *carriage)
{
    Session *session = carriage->session;
    Phase phase = carriage->phase;
    if (phase == PHASE_SETTLED) /* its recipient was refused before */
        return;
    settle_message(carriage);
    /* After a refused DATA libESMTP has looked for the next message already;
     * what is added now would never be sent. */
    if (phase >= PHASE_BODY)
        feed(session, session->calls->next);
}

static void on_event(smtp_session_t smtp, int event, void *data, ...)
{
    Session *session = data;
    va_list arguments;
    (void)smtp;
    va_start(arguments, data);
    switch (event) {
    case SMTP_EV_CONNECT:
        session->is_connected = line_admit(session->line);
        break;
    case SMTP_EV_MAILSTATUS:
        (void)va_arg(arguments, const char *);
        on_mail(smtp_message_get_application_data(
            va_arg(arguments, smtp_message_t)));
        break;
    case SMTP_EV_RCPTSTATUS:
        (void)va_arg(arguments, const char *);
        on_recipient(smtp_recipient_get_application_data(
            va_arg(arguments, smtp_recipient_t)));
        break;
    case SMTP_EV_MESSAGESENT:
        on_message(smtp_message_get_application_data(
            va_arg(arguments, smtp_message_t)));
        break;
    default:
        break;
    }
    va_end(arguments);
}

/* --- one session --- */

static void set_timeout(smtp_session_t smtp, int which, int64_t timeout_ns)
{
    /* In milliseconds, whatever its manual says. */
    int64_t milliseconds = timeout_ns / 1000000;
    smtp_set_timeout(smtp, which | Timeout_OVERRIDE_RFC2822_MINIMUM,
                     (long)MIN(milliseconds, (int64_t)INT_MAX));
}

static void prepare(Session *session)
{
    const Mailer *mailer = session->mailer;
    int64_t reply_ns = mailer->reply_timeout_ns + PATIENCE_MORE_NS;
    smtp_session_t smtp = smtp_create_session();
    g_assert(smtp != NULL);
    session->smtp = smtp;
    smtp_set_server(smtp, line_address(session->line));
    smtp_set_hostname(smtp, mailer->hello);
    smtp_set_eventcb(smtp, on_event, session);
    /* RCPT and DATA travel together where the relay allows it. Where it does
     * not, a refused recipient must not be followed by DATA. */
    smtp_option_require_all_recipients(smtp, !line_may_pipeline(session->line));
    set_timeout(smtp, Timeout_GREETING, reply_ns);
    set_timeout(smtp, Timeout_ENVELOPE, reply_ns);
    set_timeout(smtp, Timeout_DATA, reply_ns);
    set_timeout(smtp, Timeout_TRANSFER, TRANSFER_TIMEOUT_NS);
    set_timeout(smtp, Timeout_DATA2,
                mailer->data_timeout_ns + PATIENCE_MORE_NS);
}

static bool run_session(Session *session, GError **error)
{
    prepare(session);
    feed(session, session->calls->next);
    bool has_jobs = session->carriages->len > 0;
    if (has_jobs)
        smtp_start_session(session->smtp);
    if (has_jobs)
        line_end(session->line);
    settle_rest(session);
    smtp_destroy_session(session->smtp);
    if (has_jobs && !session->is_connected) {
        error_set(error, ERROR_SYSTEM,
                  "cannot connect to 127.0.0.1 within this program; are there "
                  "enough file descriptors and threads?");
        return false;
    }
    return true;
}

/* libESMTP writes to sockets that may be closed already. */
static void block_sigpipe(sigset_t *before)
{
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, before);
}

static void restore_sigpipe(const sigset_t *before)
{
    static const struct timespec at_once = {0};
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    if (sigismember(before, SIGPIPE) == 0)
        while (sigtimedwait(&pipe, NULL, &at_once) == SIGPIPE)
            continue;
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

bool mailer_run(Mailer *mailer, int messages_max, const MailerCalls *calls,
                GError **error)
{
    Session session = {
        .mailer = mailer, .calls = calls, .messages_max = messages_max};
    sigset_t before;
    block_sigpipe(&before);
    bool is_good = false;
    session.line = line_open(mailer->lines, error);
    if (session.line != NULL) {
        session.carriages = g_ptr_array_new_with_free_func(g_free);
        is_good = run_session(&session, error);
        g_ptr_array_free(session.carriages, TRUE);
        line_close(session.line);
    }
    restore_sigpipe(&before);
    return is_good;
}

/* --- life --- */

Mailer *mailer_new(const RelayConfig *relay, const char *hello,
                   const char *password, GError **error)
{
    LineContext *lines = line_context_new(relay, hello, password, error);
    if (lines == NULL)
        return NULL;
    Mailer *mailer = g_new0(Mailer, 1);
    mailer->lines = lines;
    mailer->hello = g_strdup(hello);
    mailer->reply_timeout_ns = relay->reply_timeout_ns;
    mailer->data_timeout_ns = relay->data_timeout_ns;
    return mailer;
}

void mailer_free(Mailer *mailer)
{
    if (mailer == NULL)
        return;
    line_context_free(mailer->lines);
    g_free(mailer->hello);
    g_free(mailer);
}

void mailer_cancel(Mailer *mailer)
{
    line_context_cancel(mailer->lines);
}
