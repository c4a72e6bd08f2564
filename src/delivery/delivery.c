/* delivery.c - see delivery.h. The threads, and how the run ended. */
#include "delivery/delivery.h"

#include <pthread.h>
#include <signal.h>

#include "delivery/worker.h"

typedef struct Thread {
    pthread_t thread;
    Worker *worker;
} Thread;

/* One delivery: its relays, and a thread for each connection. */
typedef struct Crew {
    Run *run;
    GPtrArray *routes; /* of Route * */
    GArray *threads;   /* of Thread */
} Crew;

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

static void free_route(void *route)
{
    route_free(route);
}

static void crew_clear(Crew *crew)
{
    for (guint i = 0; i < crew->threads->len; i++)
        worker_free(g_array_index(crew->threads, Thread, i).worker);
    g_array_unref(crew->threads);
    g_ptr_array_unref(crew->routes);
    run_free(crew->run);
}

/* A relay that cannot even be begun with, as its authorities' file is no good,
 * is a mistake in the configuration and not a failure of the relay. */
static bool crew_init(Crew *crew, const DeliveryTransport *transport,
                      const DeliveryPlan *plan, GError **error)
{
    crew->run = run_new(transport, plan);
    crew->routes = g_ptr_array_new_with_free_func(free_route);
    crew->threads = g_array_new(FALSE, FALSE, sizeof(Thread));
    for (size_t i = 0; i < plan->relay_count; i++) {
        Route *route = route_new(crew->run, i, error);
        if (route == NULL)
            return false;
        g_ptr_array_add(crew->routes, route);
    }
    run_set_routes(crew->run, crew->routes);
    return true;
}

/* Workers enter before any of them runs, so that none takes another relay for
 * gone that has not begun. */
static void add_workers(Crew *crew, Route *route)
{
    const DeliveryPlan *plan = run_plan(crew->run);
    int count = route_connections(route);
    if (plan->total > 0 && plan->total < count)
        count = (int)plan->total;
    for (int i = 0; i < MAX(count, 1); i++) {
        Thread thread = {.worker = worker_new(route)};
        route_enter(route);
        g_array_append_val(crew->threads, thread);
    }
}

static guint start_threads(Crew *crew)
{
    for (guint i = 0; i < crew->routes->len; i++)
        add_workers(crew, g_ptr_array_index(crew->routes, i));
    for (guint i = 0; i < crew->threads->len; i++)
        if (!start_thread(&g_array_index(crew->threads, Thread, i)))
            return i;
    return crew->threads->len;
}

static bool run_threads(Crew *crew, GError **error)
{
    guint started = start_threads(crew);
    guint wanted = crew->threads->len;
    for (guint i = started; i < wanted; i++)
        worker_desert(g_array_index(crew->threads, Thread, i).worker);
    if (started > 0 && started < wanted)
        tally_notice(run_tally(crew->run),
                     "only %u of %u connections: no more threads", started,
                     wanted);
    for (guint i = 0; i < started; i++)
        pthread_join(g_array_index(crew->threads, Thread, i).thread, NULL);
    if (started == 0)
        error_set(error, ERROR_SYSTEM, "no thread could be started");
    return started > 0;
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
    Journal *journal = run_plan(run)->journal;
    if (!journal_sync(journal, error) ||
        !journal_close_accounts(journal, error))
        return false;
    GError *failure = run_take_failure(run);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    bool left = false;
    if (!is_anybody_left(run, &left, error))
        return false;
    bool is_deferred = queue_deferred(run_queue(run)) > 0;
    if (left && run_is_stopped(run))
        *end = DELIVERY_INTERRUPTED;
    else if ((left || is_deferred) && run_is_over(run))
        *end = DELIVERY_OVER;
    else
        *end = is_deferred ? DELIVERY_DEFERRED : DELIVERY_COMPLETE;
    return true;
}

bool delivery_run_over(const DeliveryTransport *transport,
                       const DeliveryPlan *plan, DeliveryEnd *end,
                       DeliveryProgress *progress, GError **error)
{
    *progress = (DeliveryProgress){.total = plan->total, .left_ns = -1};
    Crew crew;
    bool ok = crew_init(&crew, transport, plan, error);
    if (ok) {
        ok = run_threads(&crew, error) && judge_end(crew.run, end, error);
        tally_finish(run_tally(crew.run), queue_deferred(run_queue(crew.run)),
                     progress);
    }
    journal_close_accounts(plan->journal, NULL);
    crew_clear(&crew);
    return ok;
}

bool delivery_estimate(const DeliveryPlan *plan, int64_t messages,
                       int64_t *left_ns, GError **error)
{
    g_autoptr(GPtrArray)
        paces = g_ptr_array_new_with_free_func((GDestroyNotify)pace_free);
    for (size_t i = 0; i < plan->relay_count; i++) {
        const RelayConfig *relay = plan->relays[i].config;
        if (relay->weight == 0 && plan->relay_count > 1)
            continue;
        Pace *pace = route_pace_new(relay, plan->journal, plan->clock, error);
        if (pace == NULL)
            return false;
        g_ptr_array_add(paces, pace);
    }
    *left_ns = pace_estimate((Pace *const *)paces->pdata, paces->len,
                             plan->clock->monotonic_ns(plan->clock), messages);
    return true;
}
