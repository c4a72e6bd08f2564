/*
 * mailer_settle.c - what becomes of a job, see mailer.h.
 *
 * The precedence is the order of the steps: the answer to MAIL, else to RCPT,
 * else to the message. Where no answer came, only one thing counts: whether
 * the final dot may have left.
 */
#include <string.h>

#include "base/error.h"
#include "delivery/mailer_private.h"

static Outcome outcome_of(ReplyMeaning meaning)
{
    switch (meaning) {
    case REPLY_ACCEPTED:
        return OUTCOME_SENT;
    case REPLY_RETRY:
    case REPLY_THROTTLED:
    case REPLY_QUOTA:
        return OUTCOME_DEFERRED;
    case REPLY_FAILED:
    case REPLY_REFUSED:
        return OUTCOME_FAILED;
    case REPLY_STOP:
        break;
    }
    return OUTCOME_NONE;
}

void tell_begun(Carriage *carriage)
{
    const Session *session = carriage->session;
    if (carriage->has_begun ||
        line_transactions(session->line) < carriage->number)
        return;
    carriage->has_begun = true;
    session->calls->begun(session->calls->data, &carriage->job,
                          line_mail_ns(session->line));
}

static void settle(Carriage *carriage, const MailerResult *result)
{
    const MailerCalls *calls = carriage->session->calls;
    g_assert(carriage->phase != PHASE_SETTLED);
    tell_begun(carriage);
    carriage->phase = PHASE_SETTLED;
    calls->settle(calls->data, &carriage->job, result);
}

/* A reply out of turn (500 to 504) is nobody's fault: a command was lost on
 * the way, or the relay is confused. */
static ReplyMeaning meaning_of(const Reply *reply, ReplyStep step)
{
    ReplyMeaning meaning = reply_meaning(reply, step);
    bool is_about_order = reply->code >= 500 && reply->code <= 504;
    if (is_about_order && step != REPLY_STEP_MAIL &&
        (meaning == REPLY_FAILED || meaning == REPLY_REFUSED))
        return REPLY_RETRY;
    return meaning;
}

/* The answer to one step, which is not an acceptance before the end. */
void settle_by_reply(Carriage *carriage, ReplyStep step, const Reply *reply)
{
    MailerResult result = {.step = step, .reply = *reply};
    result.meaning = meaning_of(reply, step);
    result.outcome = outcome_of(result.meaning);
    /* A relay that takes so many messages per connection says so here: this
     * one has only to come again. */
    if (step == REPLY_STEP_MAIL && reply->code == 421 && carriage->number > 1)
        result.outcome = OUTCOME_NONE;
    if (reply->code == 421 || step == REPLY_STEP_MAIL)
        carriage->session->is_closing = true;
    settle(carriage, &result);
}

/* A reason may quote whatever the relay sent; as a reply's text it is one
 * line of UTF-8 within the same limit as those that were understood. */
static char *text_of(const char *reason)
{
    g_autofree char *line = g_strndup(reason, REPLY_TEXT_MAX);
    for (char *p = line; *p != '\0'; p++)
        if (g_ascii_iscntrl(*p))
            *p = ' ';
    g_autofree char *text = error_printable(g_strchomp(line));
    if (strlen(text) > REPLY_TEXT_MAX)
        *g_utf8_find_prev_char(text, text + REPLY_TEXT_MAX + 1) = '\0';
    return g_steal_pointer(&text);
}

void settle_without_reply(Carriage *carriage, Outcome outcome, ReplyStep step,
                          const char *reason)
{
    MailerResult result = {
        .outcome = outcome, .step = step, .meaning = REPLY_RETRY};
    result.reply.text = text_of(reason);
    carriage->session->is_closing = true;
    settle(carriage, &result);
    reply_clear(&result.reply);
}

/* --- when libESMTP has ended --- */

static const char *reason_of(const Session *session)
{
    const char *failure = line_failure(session->line);
    if (failure[0] != '\0')
        return failure;
    return session->is_closing ? "the session was ended here"
                               : "the session ended early";
}

/* The first answer of the transaction that was not an acceptance. */
static bool settle_by_record(Carriage *carriage)
{
    static const ReplyStep steps[] = {REPLY_STEP_MAIL, REPLY_STEP_RECIPIENT,
                                      REPLY_STEP_MESSAGE, REPLY_STEP_SESSION};
    Line *line = carriage->session->line;
    bool is_settled = false;
    for (size_t i = 0; i < G_N_ELEMENTS(steps) && !is_settled; i++) {
        Reply reply = {0};
        line_reply(line, steps[i], &reply);
        int class = reply.code / 100;
        bool is_last = steps[i] == REPLY_STEP_MESSAGE && line_dot_left(line);
        /* A 421 that was no answer leaves a sent dot unanswered. */
        if (steps[i] == REPLY_STEP_SESSION && line_dot_left(line))
            class = 0;
        is_settled = class == 4 || class == 5 || (class == 2 && is_last);
        if (is_settled)
            settle_by_reply(carriage, steps[i], &reply);
        reply_clear(&reply);
    }
    return is_settled;
}

/* A job that no event has settled: libESMTP could not read an answer, or none
 * came, or its turn never came. */
static void settle_left_over(Carriage *carriage)
{
    Session *session = carriage->session;
    const char *reason = reason_of(session);
    int transactions = line_transactions(session->line);
    if (transactions < carriage->number) {
        settle_without_reply(carriage, OUTCOME_NONE, REPLY_STEP_SESSION,
                             reason);
        return;
    }
    g_assert(transactions == carriage->number);
    if (settle_by_record(carriage))
        return;
    bool dot_left = line_dot_left(session->line);
    settle_without_reply(carriage, dot_left ? OUTCOME_UNKNOWN : OUTCOME_NONE,
                         dot_left ? REPLY_STEP_MESSAGE : REPLY_STEP_SESSION,
                         reason);
}

void settle_rest(Session *session)
{
    for (guint i = 0; i < session->carriages->len; i++) {
        Carriage *carriage = g_ptr_array_index(session->carriages, i);
        if (carriage->phase != PHASE_SETTLED)
            settle_left_over(carriage);
    }
}
