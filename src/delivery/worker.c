/* worker.c - see worker.h. */
#include "delivery/worker.h"

#include <assert.h>

#include "delivery/retry.h"
#include "mail/date.h"

/* An idle session is closed by many relays after some minutes. */
#define IDLE_MAX_NS (20 * UNITS_SECOND_NS)
/* A session is opened this much before its first slot, and longer when the
 * last one took longer to open. */
#define OPEN_AHEAD_NS UNITS_SECOND_NS
/* Before a wait longer than this the outcomes so far are written down. */
#define SYNC_WAIT_NS (UNITS_SECOND_NS / 500)
/* Connections lost under one recipient before it is deferred. */
#define LOST_MAX 3
/* Sessions in a row that were opened and answered nothing. */
#define FRUITLESS_MAX 8
/* Recipients that a worker keeps while their domains are not due. */
#define SPACED_MAX 32
/* Between two questions whether it is this relay's turn. */
#define TURN_NAP_NS (UNITS_SECOND_NS / 500)
/* Before looking again whether another relay gave somebody back. */
#define OTHERS_NAP_NS (UNITS_SECOND_NS / 50)

static const int64_t backoff_seconds[] = {1, 3, 8, 15, 30};

typedef struct Job {
    Subscriber *subscriber;
    int attempts; /* that were answered, in all runs */
    int lost;     /* connections */
    bool is_intended;
    bool has_slot;
    Slot slot;
    int64_t not_before_ns; /* for its domain */
    GString *bytes;
    GString *message_id;
} Job;

struct Worker {
    Route *route;
    Run *run;      /* the route's */
    GQueue held;   /* of Job, to go first in the next session */
    GQueue spaced; /* of Job, whose domains are not yet due; soonest first */
    GQueue out;    /* of Job, with the mailer, oldest first */
    GQueue spare;  /* of Job, for its buffers */
    MessageBuffer *buffer;
    bool is_empty; /* the queue has nobody more */
    int64_t due_us;
    /* of the present session */
    int64_t opening_ns;
    int64_t begin_ns;
    int given;
    int answered;
    bool has_lost;
    bool has_opened; /* any session so far */
    /* in a row */
    int refused;
    int fruitless;
    GError *leaving; /* why the relay cannot be reached */
};

/* --- jobs --- */

static void job_free(void *data)
{
    Job *job = data;
    subscriber_free(job->subscriber);
    g_string_free(job->bytes, TRUE);
    g_string_free(job->message_id, TRUE);
    g_free(job);
}

static Job *job_new(Worker *worker, Subscriber *subscriber, int attempts)
{
    Job *job = g_queue_pop_head(&worker->spare);
    if (job == NULL) {
        job = g_new0(Job, 1);
        job->bytes = g_string_new(NULL);
        job->message_id = g_string_new(NULL);
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

static void job_done(Worker *worker, Job *job)
{
    queue_done(run_queue(worker->run), job->subscriber);
    job_recycle(worker, job);
}

static void job_again(Worker *worker, Job *job, int64_t due_us)
{
    queue_again(run_queue(worker->run), job->subscriber, job->attempts, due_us);
    job_recycle(worker, job);
}

static const Address *job_address(const Job *job)
{
    return subscriber_address(job->subscriber);
}

Worker *worker_new(Route *route)
{
    Worker *worker = g_new0(Worker, 1);
    worker->route = route;
    worker->run = route_run(route);
    g_queue_init(&worker->held);
    g_queue_init(&worker->spaced);
    g_queue_init(&worker->out);
    g_queue_init(&worker->spare);
    worker->buffer = message_buffer_new();
    return worker;
}

void worker_free(Worker *worker)
{
    if (worker == NULL)
        return;
    g_queue_clear_full(&worker->held, job_free);
    g_queue_clear_full(&worker->spaced, job_free);
    g_queue_clear_full(&worker->out, job_free);
    g_queue_clear_full(&worker->spare, job_free);
    message_buffer_free(worker->buffer);
    g_clear_error(&worker->leaving);
    g_free(worker);
}

/* --- what is written down --- */

static bool sync_journal(Worker *worker)
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

static Job *fetch(Worker *worker)
{
    Job *job = g_queue_pop_head(&worker->held);
    if (job != NULL || !await_turn_to_take(worker))
        return job;
    return run_plan(worker->run)->sending->domain_gap_ns > 0
               ? take_spaced(worker)
               : take(worker);
}

static void drop_slot(Worker *worker, Job *job)
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
        drop_slot(worker, job);
    if (!job->has_slot)
        job->slot = route_reserve(worker->route);
    job->has_slot = true;
    run_end_before(worker->run, job->slot.at_ns);
    return MAX(job->slot.at_ns, job->not_before_ns) - ahead_ns - now_ns;
}

/* Waits until the job's start is no further than `ahead_ns` away. False when
 * that takes longer than `wait_max_ns` or the route is ending. */
static bool wait_turn(Worker *worker, Job *job, int64_t ahead_ns,
                      int64_t wait_max_ns)
{
    bool is_synced = false;
    for (;;) {
        if (route_is_ending(worker->route)) {
            drop_slot(worker, job);
            return false;
        }
        int64_t wait_ns = time_to_start(worker, job, ahead_ns);
        if (wait_ns <= 0)
            return true;
        if (wait_ns > wait_max_ns)
            return false;
        if (wait_ns > SYNC_WAIT_NS && !is_synced && !sync_journal(worker))
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
    const Address *address = job_address(job);
    drop_slot(worker, job);
    record(worker, address, OUTCOME_DEFERRED, &reply, run_wall_us(worker->run));
    Address told = {0};
    address_copy(&told, address);
    job_again(worker, job, INT64_MAX / 2);
    tell(worker, &told, OUTCOME_DEFERRED, &reply);
    address_clear(&told);
    g_error_free(failure);
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
        drop_slot(worker, job);
        g_queue_push_head(&worker->held, job);
        run_fail(worker->run, failure);
        return false;
    }
    return true;
}

/* --- the mailer's calls --- */

static void settle_final(Worker *worker, Job *job, Outcome outcome,
                         const Reply *reply)
{
    record(worker, job_address(job), outcome, reply, 0);
    tell(worker, job_address(job), outcome, reply);
    job_done(worker, job);
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
        drop_slot(worker, job);
        g_queue_push_head(&worker->held, job);
        run_fail(worker->run, failure);
        return true;
    }
    if (!found)
        return false;
    Reply reply = {.text = suppression_to_text(&why)};
    drop_slot(worker, job);
    settle_final(worker, job, OUTCOME_SKIPPED, &reply);
    reply_clear(&reply);
    return true;
}

/* `wait_max_ns` 0: only what may start at this moment. */
static bool give_job(Worker *worker, MailerJob *mail, int64_t wait_max_ns)
{
    const DeliveryPlan *plan = run_plan(worker->run);
    while (!route_is_ending(worker->route)) {
        Job *job = fetch(worker);
        if (job == NULL)
            return false;
        if (!wait_turn(worker, job, 0, wait_max_ns)) {
            g_queue_push_head(&worker->held, job);
            return false;
        }
        if (is_suppressed(worker, job) || !compose(worker, job))
            continue;
        route_depart(worker->route);
        job->is_intended = false;
        job->has_slot = false; /* used */
        g_queue_push_tail(&worker->out, job);
        worker->given++;
        *mail = (MailerJob){.recipient = job_address(job)->text,
                            .reverse_path = plan->reverse_path,
                            .bytes = job->bytes->str,
                            .length = job->bytes->len,
                            .data = job};
        return true;
    }
    return false;
}

static bool next_job(void *data, MailerJob *mail)
{
    Worker *worker = data;
    if (worker->given == 0) {
        worker->opening_ns = run_now_ns(worker->run) - worker->begin_ns;
        route_has_opened(worker->route);
    }
    return give_job(worker, mail, IDLE_MAX_NS);
}

/* A message in reserve starts when the one before it has ended, which is
 * later than its slot. So there is one only where no slot matters. */
static bool next_job_now(void *data, MailerJob *mail)
{
    Worker *worker = data;
    return !route_is_paced(worker->route) && give_job(worker, mail, 0);
}

static bool intend_job(void *data, const MailerJob *mail)
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

static void settle_deferred(Worker *worker, Job *job, const Reply *reply)
{
    const Address *address = job_address(job);
    job->attempts++;
    int64_t wait_ns = retry_wait_ns(job->attempts,
                                    (uint64_t)g_str_hash(address->key));
    int64_t due_us = run_wall_us(worker->run) + wait_ns / 1000;
    record(worker, address, OUTCOME_DEFERRED, reply, due_us);
    Address told = {0};
    address_copy(&told, address);
    job_again(worker, job, due_us);
    tell(worker, &told, OUTCOME_DEFERRED, reply);
    address_clear(&told);
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
    const Address *address = job_address(job);
    g_autofree char *line = reply_to_line(reply);
    GError *failure = NULL;
    error_set(&failure, ERROR_RETRY,
              "%s: the relay's quota is used up: %s; run `mirmail resume` "
              "when it is renewed",
              route_label(worker->route), line);
    record(worker, address, OUTCOME_DEFERRED, reply, run_wall_us(worker->run));
    Address told = {0};
    address_copy(&told, address);
    /* Another relay may take it at once. */
    job_again(worker, job,
              run_plan(worker->run)->relay_count > 1 ? run_wall_us(worker->run)
                                                     : INT64_MAX / 2);
    tell(worker, &told, OUTCOME_DEFERRED, reply);
    address_clear(&told);
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

static void settle_job(void *data, const MailerJob *mail,
                       const MailerResult *result)
{
    Worker *worker = data;
    Job *job = mail->data;
    bool was_first = g_queue_peek_head(&worker->out) == job;
    bool was_out = g_queue_remove(&worker->out, job);
    assert(was_out); /* exactly one settle() a job */
    if (result->outcome != OUTCOME_NONE || result->reply.code != 0)
        worker->answered++;
    if (result->outcome == OUTCOME_SENT) {
        route_accepted(worker->route);
        settle_final(worker, job, OUTCOME_SENT, &result->reply);
    } else if (result->outcome == OUTCOME_UNKNOWN)
        settle_final(worker, job, OUTCOME_UNKNOWN, &result->reply);
    else
        settle_by_meaning(worker, job, result, was_first);
}

/* --- sessions --- */

static bool back_off(Worker *worker, int times, const char *why)
{
    int last = (int)G_N_ELEMENTS(backoff_seconds) - 1;
    int64_t wait_ns = backoff_seconds[CLAMP(times - 1, 0, last)] *
                      UNITS_SECOND_NS;
    g_autofree char *wait = duration_to_text(wait_ns);
    tally_notice(run_tally(worker->run), "%s; trying again in %s", why, wait);
    return route_wait(worker->route, run_now_ns(worker->run) + wait_ns);
}

/* A relay that was there a moment ago will be back; one that never answered
 * is rather misspelt or down, and the organiser is waiting to hear of it. */
static int refused_max(const Worker *worker)
{
    return worker->has_opened ? (int)G_N_ELEMENTS(backoff_seconds) : 1;
}

/* False: this worker is at its end. */
static bool after_refused(Worker *worker, GError *failure)
{
    if (failure->code == ERROR_SYSTEM) {
        run_fail(worker->run, failure);
        return false;
    }
    if (failure->code != ERROR_RETRY) {
        route_set_aside(worker->route, failure);
        return false;
    }
    worker->refused++;
    if (worker->refused > refused_max(worker)) {
        worker->leaving = failure;
        return false;
    }
    bool goes_on = back_off(worker, worker->refused, failure->message);
    g_error_free(failure);
    return goes_on;
}

static bool after_fruitless(Worker *worker)
{
    worker->fruitless++;
    g_autofree char *why = g_strdup_printf(
        "%s: the relay closes the connection without an answer",
        route_label(worker->route));
    if (worker->fruitless < FRUITLESS_MAX)
        return back_off(worker, worker->fruitless, why);
    error_set(&worker->leaving, ERROR_RETRY, "%s", why);
    return false;
}

static bool run_one_session(Worker *worker)
{
    const MailerCalls calls = {.next = next_job,
                               .next_now = next_job_now,
                               .intend = intend_job,
                               .settle = settle_job,
                               .data = worker};
    GError *failure = NULL;
    bool is_scout = false;
    if (!route_may_open(worker->route, &is_scout))
        return false;
    worker->given = 0;
    worker->answered = 0;
    worker->has_lost = false;
    worker->begin_ns = run_now_ns(worker->run);
    bool opened = route_session(worker->route, &calls, &failure);
    if (is_scout)
        route_scout_back(worker->route);
    assert(g_queue_is_empty(&worker->out)); /* exactly one settle() a job */
    if (!sync_journal(worker)) {
        g_clear_error(&failure);
        return false;
    }
    if (!opened)
        return after_refused(worker, failure);
    worker->refused = 0;
    worker->has_opened = true;
    if (worker->given > 0 && worker->answered == 0)
        return route_is_ending(worker->route) || after_fruitless(worker);
    worker->fruitless = 0;
    return true;
}

/* Nobody is left; but another relay may fail and give somebody back. */
static bool is_all_done(Worker *worker)
{
    if (!worker->is_empty)
        return false;
    if (run_plan(worker->run)->relay_count == 1 ||
        !queue_is_anybody_out(run_queue(worker->run)))
        return true;
    run_nap(worker->run, OTHERS_NAP_NS);
    return false;
}

/* Until there is somebody to write to and the time for it is near. */
static bool prepare(Worker *worker)
{
    while (!route_is_ending(worker->route)) {
        Job *job = fetch(worker);
        if (job != NULL) {
            int64_t ahead_ns = OPEN_AHEAD_NS + 2 * worker->opening_ns;
            bool ready = wait_turn(worker, job, ahead_ns, INT64_MAX);
            g_queue_push_head(&worker->held, job);
            return ready;
        }
        if (route_is_ending(worker->route) || is_all_done(worker))
            return false;
        if (worker->is_empty)
            continue;
        int64_t wait_us = worker->due_us - run_wall_us(worker->run);
        if (!route_wait(worker->route,
                        run_now_ns(worker->run) + MAX(wait_us, 1) * 1000))
            return false;
    }
    return false;
}

/* A spare is needed when the others have ended, whyever. */
static bool await_need(Worker *worker)
{
    while (route_is_spare(worker->route) && run_has_workers(worker->run)) {
        if (route_is_ending(worker->route))
            return false;
        run_nap(worker->run, OTHERS_NAP_NS);
    }
    return true;
}

static void give_back(Worker *worker, GQueue *jobs)
{
    Job *job;
    while ((job = g_queue_pop_head(jobs)) != NULL) {
        drop_slot(worker, job);
        job_again(worker, job, run_wall_us(worker->run));
    }
}

void worker_desert(Worker *worker)
{
    route_leave(worker->route, NULL);
}

void worker_run(Worker *worker)
{
    if (await_need(worker))
        while (prepare(worker) && run_one_session(worker))
            continue;
    give_back(worker, &worker->held);
    give_back(worker, &worker->spaced);
    route_leave(worker->route, g_steal_pointer(&worker->leaving));
}
