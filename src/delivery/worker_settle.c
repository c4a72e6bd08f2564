/* worker_settle.c - see worker_private.h. */
#include "delivery/worker_private.h"

#include <assert.h>

#include "delivery/retry.h"

/* Connections lost under one recipient before it is deferred. */
#define LOST_MAX 3
/* --- what is written down --- */

bool worker_sync_journal(Worker *worker)
{
    GError *failure = NULL;
    if (journal_sync(run_plan(worker->run)->journal, &failure))
        return true;
    run_fail(worker->run, failure);
    return false;
}

static void record(Worker *worker, const Address *address, Outcome outcome,
                   const Reply *reply, int64_t next_us)
{
    GError *failure = NULL;
    if (!journal_settle(run_plan(worker->run)->journal, address, outcome, reply,
                        next_us, &failure))
        run_fail(worker->run, failure);
}

static void tell(Worker *worker, const Address *address, Outcome outcome,
                 const Reply *reply)
{
    tally_outcome(run_tally(worker->run), address, outcome, reply,
                  queue_deferred(run_queue(worker->run)));
}

void worker_settle_final(Worker *worker, Job *job, Outcome outcome,
                         const Reply *reply)
{
    record(worker, job_address(job), outcome, reply, 0);
    tell(worker, job_address(job), outcome, reply);
    job_done(worker, job);
}

void worker_begun(void *data, const MailerJob *mail, int64_t at_ns)
{
    Worker *worker = data;
    Job *job = mail->data;
    route_depart(worker->route, &job->slot, at_ns);
    job->has_slot = false;
}

bool worker_intend(void *data, const MailerJob *mail)
{
    Worker *worker = data;
    Job *job = mail->data;
    GError *failure = NULL;
    if (journal_intend(run_plan(worker->run)->journal, job_address(job),
                       job->message_id->str, &failure)) {
        job->is_intended = true;
        return true;
    }
    run_fail(worker->run, failure);
    return false;
}

void worker_defer(Worker *worker, Job *job, const Reply *reply, Deferral until)
{
    Address address = {0};
    address_copy(&address, job_address(job));
    record(worker, &address, OUTCOME_DEFERRED, reply, until.next_us);
    job_again(worker, job, until.due_us);
    tell(worker, &address, OUTCOME_DEFERRED, reply);
    address_clear(&address);
}

static void settle_deferred(Worker *worker, Job *job, const Reply *reply)
{
    job->attempts++;
    int64_t wait_ns = retry_wait_ns(
        job->attempts, (uint64_t)g_str_hash(job_address(job)->key));
    int64_t due_us = run_wall_us(worker->run) + wait_ns / 1000;
    worker_defer(worker, job, reply, (Deferral){due_us, due_us});
}

/* The next session takes the job. */
static void settle_none(Worker *worker, Job *job)
{
    if (job->is_intended)
        record(worker, job_address(job), OUTCOME_NONE, NULL, 0);
    job->is_intended = false;
    g_queue_push_tail(&worker->held, job);
}

/* Of several jobs that got no answer only the oldest was on the wire when
 * the connection went; only it may be what makes connections go. */
static void settle_lost(Worker *worker, Job *job, const Reply *reply,
                        bool was_first)
{
    if (was_first && !worker->has_lost)
        job->lost++;
    worker->has_lost = true;
    if (job->lost < LOST_MAX) {
        settle_none(worker, job);
        return;
    }
    static char text[] = "the relay closes the connection without an answer";
    Reply lost = {.text = reply->text != NULL ? reply->text : text};
    settle_deferred(worker, job, &lost);
}

/* The relay does not want us: nobody is marked. */
static void settle_stopped(Worker *worker, Job *job, const Reply *reply)
{
    settle_none(worker, job);
    bool is_login = reply->code == 530 || reply->code == 534 ||
                    reply->code == 535 || reply->code == 538 ||
                    (reply->enhanced[1] == 7 &&
                     (reply->enhanced[2] == 8 || reply->enhanced[2] == 9));
    g_autofree char *line = reply_to_line(reply);
    GError *failure = NULL;
    error_set(&failure, is_login ? ERROR_PERMISSION : ERROR_REJECTED,
              is_login ? "%s: the relay wants another login: %s"
                       : "%s: the relay does not take mail from us: %s",
              route_label(worker->route), line);
    route_set_aside(worker->route, failure);
}

/* Says nothing about the recipient; due as soon as somebody resumes. */
static void settle_quota(Worker *worker, Job *job, const Reply *reply)
{
    g_autofree char *line = reply_to_line(reply);
    GError *failure = NULL;
    error_set(&failure, ERROR_RETRY,
              "%s: the relay's quota is used up: %s; run `mirmail resume` "
              "when it is renewed",
              route_label(worker->route), line);
    int64_t now_us = run_wall_us(worker->run);
    bool has_others = run_plan(worker->run)->relay_count > 1;
    worker_defer(worker, job, reply,
                 (Deferral){now_us, has_others ? now_us : DEFERRAL_NEXT_RUN});
    route_set_aside(worker->route, failure);
}

/* First written down as failed, then looked at as part of a row: whoever
 * completes the row turns all of it into deferrals, and must find them
 * written. */
static void settle_failed(Worker *worker, Job *job, const MailerResult *result)
{
    const Reply *reply = &result->reply;
    const Address *address = job_address(job);
    g_autoptr(GPtrArray) row = NULL;
    record(worker, address, OUTCOME_FAILED, reply, 0);
    tell(worker, address, OUTCOME_FAILED, reply);
    if (result->step == REPLY_STEP_MAIL || result->step == REPLY_STEP_MESSAGE)
        row = route_refused(worker->route, reply, address);
    job_done(worker, job);
    if (row == NULL)
        return;
    int64_t now_us = run_wall_us(worker->run);
    for (guint i = 0; i < row->len; i++)
        record(worker, g_ptr_array_index(row, i), OUTCOME_DEFERRED, reply,
               now_us);
    tally_unfail(run_tally(worker->run), row->len);
}

static void settle_by_meaning(Worker *worker, Job *job,
                              const MailerResult *result, bool was_first)
{
    const Reply *reply = &result->reply;
    if (reply->code == 0 && result->outcome == OUTCOME_NONE)
        settle_lost(worker, job, reply, was_first);
    else if (result->meaning == REPLY_STOP)
        settle_stopped(worker, job, reply);
    else if (result->meaning == REPLY_QUOTA)
        settle_quota(worker, job, reply);
    else if (result->outcome == OUTCOME_NONE)
        settle_none(worker, job); /* enough for one session, said the relay */
    else if (result->meaning == REPLY_THROTTLED) {
        route_throttled(worker->route, reply);
        settle_deferred(worker, job, reply);
    } else if (result->outcome == OUTCOME_FAILED)
        settle_failed(worker, job, result);
    else
        settle_deferred(worker, job, reply);
}

void worker_settle(void *data, const MailerJob *mail,
                   const MailerResult *result)
{
    Worker *worker = data;
    Job *job = mail->data;
    bool was_first = g_queue_peek_head(&worker->out) == job;
    bool was_out = g_queue_remove(&worker->out, job);
    assert(was_out); /* exactly one settle() a job */
    bool has_no_intent = !job->has_slot && !job->is_intended;
    worker_drop_slot(worker, job); /* not used when it never began */
    if (result->outcome != OUTCOME_NONE || result->reply.code != 0)
        worker->answered++;
    if (result->outcome == OUTCOME_SENT) {
        route_accepted(worker->route);
        worker_settle_final(worker, job, OUTCOME_SENT, &result->reply);
    } else if (result->outcome == OUTCOME_UNKNOWN)
        worker_settle_final(worker, job, OUTCOME_UNKNOWN, &result->reply);
    else
        settle_by_meaning(worker, job, result, was_first);
    /* Its departure was not written with an intent. */
    if (has_no_intent && route_is_paced(worker->route))
        worker_sync_journal(worker);
}
