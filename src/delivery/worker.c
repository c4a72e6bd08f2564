/* worker.c - see worker.h. */
#include "delivery/worker_private.h"

#include <assert.h>

/* An idle session is closed by many relays after some minutes. */
#define IDLE_MAX_NS (20 * UNITS_SECOND_NS)
/* A session is opened this much before its first slot, and longer when the
 * last one took longer to open. */
#define OPEN_AHEAD_NS UNITS_SECOND_NS
/* Sessions in a row that were opened and answered nothing. */
#define FRUITLESS_MAX 8
/* Before looking again whether another relay gave somebody back. */
#define OTHERS_NAP_NS (UNITS_SECOND_NS / 50)

static const int64_t backoff_seconds[] = {1, 3, 8, 15, 30};

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

static bool next_job(void *data, MailerJob *mail)
{
    Worker *worker = data;
    if (worker->given == 0) {
        worker->opening_ns = run_now_ns(worker->run) - worker->begin_ns;
        route_has_opened(worker->route);
    }
    return worker_give(worker, mail, IDLE_MAX_NS);
}

/* A message in reserve starts when the one before it has ended, which is
 * later than its slot. So there is one only where no slot matters. */
static bool next_job_now(void *data, MailerJob *mail)
{
    Worker *worker = data;
    return !route_is_paced(worker->route) && worker_give(worker, mail, 0);
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
                               .begun = worker_begun,
                               .intend = worker_intend,
                               .settle = worker_settle,
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
    if (!worker_sync_journal(worker)) {
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
        Job *job = worker_fetch(worker);
        if (job != NULL) {
            int64_t ahead_ns = OPEN_AHEAD_NS + 2 * worker->opening_ns;
            bool ready = worker_await_start(worker, job, ahead_ns, INT64_MAX);
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
        worker_drop_slot(worker, job);
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
