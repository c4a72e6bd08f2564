/* worker_take.c - see worker_private.h. */
#include "delivery/worker_private.h"

#include "mail/date.h"

/* Before a wait longer than this the outcomes so far are written down. */
#define SYNC_WAIT_NS (UNITS_SECOND_NS / 500)
/* Recipients that a worker keeps while their domains are not due. */
#define SPACED_MAX 32
/* Between two questions whether it is this relay's turn. */
#define TURN_NAP_NS (UNITS_SECOND_NS / 500)
/* --- jobs --- */

void job_free(void *data)
{
    Job *job = data;
    subscriber_free(job->subscriber);
    g_string_free(job->bytes, TRUE);
    g_string_free(job->message_id, TRUE);
    g_string_free(job->reverse_path, TRUE);
    g_free(job);
}

static Job *job_new(Worker *worker, Subscriber *subscriber, int attempts)
{
    Job *job = g_queue_pop_head(&worker->spare);
    if (job == NULL) {
        job = g_new0(Job, 1);
        job->bytes = g_string_new(NULL);
        job->message_id = g_string_new(NULL);
        job->reverse_path = g_string_new(NULL);
    }
    job->subscriber = subscriber;
    job->attempts = attempts;
    job->lost = 0;
    job->is_intended = false;
    job->has_slot = false;
    job->not_before_ns = 0;
    return job;
}

static void job_recycle(Worker *worker, Job *job)
{
    job->subscriber = NULL;
    g_queue_push_head(&worker->spare, job);
}

void job_done(Worker *worker, Job *job)
{
    queue_done(run_queue(worker->run), job->subscriber);
    job_recycle(worker, job);
}

void job_again(Worker *worker, Job *job, int64_t due_us)
{
    queue_again(run_queue(worker->run), job->subscriber, job->attempts, due_us);
    job_recycle(worker, job);
}

/* --- the next job, its moment and its message --- */

/* NULL: nobody is due now, or the queue is empty or has failed. */
static Job *take(Worker *worker)
{
    GError *failure = NULL;
    Subscriber *subscriber = NULL;
    int attempts = 0;
    worker->due_us = 0;
    worker->is_empty = false;
    switch (queue_take(run_queue(worker->run), &subscriber, &attempts,
                       &worker->due_us, &failure)) {
    case QUEUE_TAKEN:
        return job_new(worker, subscriber, attempts);
    case QUEUE_WAIT:
        return NULL;
    case QUEUE_EMPTY:
        worker->is_empty = true;
        return NULL;
    case QUEUE_FAILED:
        run_fail(worker->run, failure);
        return NULL;
    }
    return NULL;
}

static int compare_moments(const void *left, const void *right, void *data)
{
    (void)data;
    int64_t a = ((const Job *)left)->not_before_ns;
    int64_t b = ((const Job *)right)->not_before_ns;
    return (a > b) - (a < b);
}

static bool is_due(const Worker *worker, const Job *job)
{
    return job->not_before_ns <= run_now_ns(worker->run);
}

/* One whose domain is due, else the one that is due soonest. A few others are
 * looked at for it and kept for later. */
static Job *take_spaced(Worker *worker)
{
    for (;;) {
        Job *first = g_queue_peek_head(&worker->spaced);
        bool is_full = g_queue_get_length(&worker->spaced) >= SPACED_MAX;
        if (first != NULL && (is_due(worker, first) || is_full))
            break;
        Job *job = take(worker);
        if (job == NULL)
            break;
        job->not_before_ns = spacing_reserve(run_spacing(worker->run),
                                             job_address(job)->domain,
                                             run_now_ns(worker->run));
        if (is_due(worker, job))
            return job;
        g_queue_insert_sorted(&worker->spaced, job, compare_moments, NULL);
    }
    return g_queue_pop_head(&worker->spaced);
}

/* With several relays each waits for its turn. */
static bool await_turn_to_take(Worker *worker)
{
    while (!route_is_ending(worker->route)) {
        if (route_may_take(worker->route))
            return true;
        run_nap(worker->run, TURN_NAP_NS);
    }
    return false;
}

Job *worker_fetch(Worker *worker)
{
    Job *job = g_queue_pop_head(&worker->held);
    if (job != NULL || !await_turn_to_take(worker))
        return job;
    return run_plan(worker->run)->sending->domain_gap_ns > 0
               ? take_spaced(worker)
               : take(worker);
}

void worker_drop_slot(Worker *worker, Job *job)
{
    if (job->has_slot)
        route_give_back(worker->route, &job->slot);
    job->has_slot = false;
}

/* Says when the last message may leave; from whoever has to wait. */
static void refresh_estimate(Worker *worker)
{
    Tally *tally = run_tally(worker->run);
    if (run_wants_estimate(worker->run))
        tally_estimate(tally,
                       route_estimate_all(worker->run, tally_left(tally)));
}

/* How long until the job may start; books its slot when its domain is due. */
static int64_t time_to_start(Worker *worker, Job *job, int64_t ahead_ns)
{
    int64_t now_ns = run_now_ns(worker->run);
    if (job->not_before_ns - ahead_ns > now_ns)
        return job->not_before_ns - ahead_ns - now_ns;
    if (job->has_slot && route_is_stale(worker->route, &job->slot))
        worker_drop_slot(worker, job);
    if (!job->has_slot)
        job->slot = route_reserve(worker->route);
    job->has_slot = true;
    run_end_before(worker->run, job->slot.at_ns);
    /* A slot of this very moment is not to be slept past. */
    return MAX(job->slot.at_ns, job->not_before_ns) - ahead_ns -
           run_now_ns(worker->run);
}

/* Waits until the job's start is no further than `ahead_ns` away. False when
 * that takes longer than `wait_max_ns` or the route is ending. */
bool worker_await_start(Worker *worker, Job *job, int64_t ahead_ns,
                        int64_t wait_max_ns)
{
    bool is_synced = false;
    for (;;) {
        if (route_is_ending(worker->route)) {
            worker_drop_slot(worker, job);
            return false;
        }
        int64_t wait_ns = time_to_start(worker, job, ahead_ns);
        if (wait_ns <= 0)
            return true;
        if (wait_ns > wait_max_ns)
            return false;
        if (wait_ns > SYNC_WAIT_NS && !is_synced &&
            !worker_sync_journal(worker))
            continue;
        is_synced = true;
        refresh_estimate(worker);
        run_nap(worker->run, wait_ns);
    }
}

/* The row was sound when the send was checked and is not any more: the list
 * was changed meanwhile. The recipient is left for a resume. */
static void defer_uncomposed(Worker *worker, Job *job, GError *failure)
{
    Reply reply = {.code = 0, .text = failure->message};
    worker_drop_slot(worker, job);
    worker_defer(worker, job, &reply,
                 (Deferral){run_wall_us(worker->run), DEFERRAL_NEXT_RUN});
    g_error_free(failure);
}

/* A list's copy is read by many, so it carries no one's token. */
static void write_reverse_path(const DeliverySender *sender, Job *job)
{
    g_string_truncate(job->reverse_path, 0);
    if (sender->address->before == NULL ||
        subscriber_is_list(job->subscriber)) {
        g_string_append(job->reverse_path, sender->address->plain.text);
        return;
    }
    const KeyringScope scope = {KEYRING_BOUNCE, sender->list_id,
                                sender->campaign};
    char token[KEYRING_TOKEN_LENGTH + 1];
    keyring_make(sender->keyring, &scope, job_address(job)->key, token);
    verp_append(sender->address, token, job->reverse_path);
}

static bool compose(Worker *worker, Job *job)
{
    const DeliveryPlan *plan = run_plan(worker->run);
    GError *failure = NULL;
    int64_t seconds = plan->date_seconds;
    int offset = plan->date_offset_minutes;
    if (seconds <= 0) {
        seconds = run_wall_us(worker->run) / 1000000;
        offset = date_local_offset(seconds);
    }
    write_reverse_path(plan->sender, job);
    g_string_truncate(job->message_id, 0);
    size_t which = message_choose(plan->message, job->subscriber);
    message_id_append(message_at(plan->message, which), job_address(job),
                      job->message_id);
    if (!message_write(plan->message, job->subscriber, seconds, offset,
                       worker->buffer, job->bytes, &failure)) {
        defer_uncomposed(worker, job, failure);
        return false;
    }
    if (!message_gate(job->bytes->str, job->bytes->len, &failure)) {
        worker_drop_slot(worker, job);
        g_queue_push_head(&worker->held, job);
        run_fail(worker->run, failure);
        return false;
    }
    return true;
}

/* Who has left since the list was read is not written to, and gives the slot
 * back. True also when nobody can tell, which ends the run. */
static bool is_suppressed(Worker *worker, Job *job)
{
    Suppressions *suppressions = run_plan(worker->run)->suppressions;
    Suppression why;
    GError *failure = NULL;
    bool found = false;
    if (suppressions == NULL)
        return false;
    if (!suppressions_find(suppressions, job_address(job), &found, &why,
                           &failure)) {
        worker_drop_slot(worker, job);
        g_queue_push_head(&worker->held, job);
        run_fail(worker->run, failure);
        return true;
    }
    if (!found)
        return false;
    Reply reply = {.text = suppression_to_text(&why)};
    worker_drop_slot(worker, job);
    worker_settle_final(worker, job, OUTCOME_SKIPPED, &reply);
    reply_clear(&reply);
    return true;
}

/* `wait_max_ns` 0: only what may start at this moment. */
bool worker_give(Worker *worker, MailerJob *mail, int64_t wait_max_ns)
{
    const DeliveryPlan *plan = run_plan(worker->run);
    while (!route_is_ending(worker->route)) {
        Job *job = worker_fetch(worker);
        if (job == NULL)
            return false;
        if (!worker_await_start(worker, job, 0, wait_max_ns)) {
            g_queue_push_head(&worker->held, job);
            return false;
        }
        if (is_suppressed(worker, job) || !compose(worker, job))
            continue;
        job->is_intended = false;
        g_queue_push_tail(&worker->out, job);
        worker->given++;
        *mail = (MailerJob){.recipient = job_address(job)->text,
                            .reverse_path = job->reverse_path->str,
                            .envid = plan->sender->campaign,
                            .bytes = job->bytes->str,
                            .length = job->bytes->len,
                            .data = job};
        return true;
    }
    return false;
}
