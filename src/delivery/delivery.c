/* delivery.c - see delivery.h. The threads, and how the run ended. */
#include "delivery/delivery.h"

#include <pthread.h>
#include <signal.h>

#include "delivery/worker.h"

typedef struct Thread {
    pthread_t thread;
    Worker *worker;
} Thread;

static void *work(void *data)
{
    worker_run(data);
    return NULL;
}

/* Signals are for the main thread, which waits; here they would cut short
 * the calls of a session. */
static bool start_thread(Thread *thread)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&thread->thread, NULL, work, thread->worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code == 0;
}

static int start_threads(Run *run, Thread *threads, int count)
{
    for (int i = 0; i < count; i++) {
        threads[i].worker = worker_new(run);
        if (start_thread(&threads[i]))
            continue;
        worker_free(threads[i].worker);
        if (i > 0)
            tally_notice(run_tally(run),
                         "only %d of %d connections: no more threads", i,
                         count);
        return i;
    }
    return count;
}

static bool run_threads(Run *run, GError **error)
{
    const DeliveryPlan *plan = run_plan(run);
    int count = plan->sending->connections;
    if (plan->total > 0 && plan->total < count)
        count = (int)plan->total;
    count = MAX(count, 1);
    g_autofree Thread *threads = g_new0(Thread, (gsize)count);
    int started = start_threads(run, threads, count);
    if (started == 0) {
        error_set(error, ERROR_SYSTEM, "no thread could be started");
        return false;
    }
    for (int i = 0; i < started; i++)
        pthread_join(threads[i].thread, NULL);
    for (int i = 0; i < started; i++)
        worker_free(threads[i].worker);
    return true;
}

/* Somebody is still to be written to, now or in this run's time. */
static bool is_anybody_left(Run *run, bool *left, GError **error)
{
    Subscriber *subscriber = NULL;
    int attempts = 0;
    int64_t due_us = 0;
    QueueAnswer answer = queue_take(run_queue(run), &subscriber, &attempts,
                                    &due_us, error);
    if (answer == QUEUE_TAKEN)
        queue_again(run_queue(run), subscriber, attempts, run_wall_us(run));
    *left = answer == QUEUE_TAKEN || answer == QUEUE_WAIT;
    return answer != QUEUE_FAILED;
}

static bool judge_end(Run *run, DeliveryEnd *end, GError **error)
{
    if (!journal_sync(run_plan(run)->journal, error))
        return false;
    GError *failure = run_take_failure(run);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    bool left = false;
    if (!is_anybody_left(run, &left, error))
        return false;
    if (left && run_is_stopped(run)) {
        *end = DELIVERY_INTERRUPTED;
        return true;
    }
    failure = run_take_leaving(run);
    if (left && failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    g_clear_error(&failure);
    *end = queue_deferred(run_queue(run)) > 0 ? DELIVERY_DEFERRED
                                              : DELIVERY_COMPLETE;
    return true;
}

bool delivery_run_over(const DeliveryTransport *transport,
                       const DeliveryPlan *plan, DeliveryEnd *end,
                       DeliveryProgress *progress, GError **error)
{
    *progress = (DeliveryProgress){.total = plan->total, .left_ns = -1};
    Run *run = run_new(transport, plan, error);
    if (run == NULL)
        return false;
    bool ok = run_threads(run, error) && judge_end(run, end, error);
    tally_finish(run_tally(run), queue_deferred(run_queue(run)), progress);
    run_free(run);
    return ok;
}
