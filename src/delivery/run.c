/* run.c - see run.h. */
#include "delivery/run.h"

#include <pthread.h>

/* How soon *stop is noticed. */
#define NAP_NS (UNITS_SECOND_NS / 10)

struct Run {
    const DeliveryTransport *transport;
    const DeliveryPlan *plan;
    Queue *queue;
    Tally *tally;
    Share *share;
    Spacing *spacing;
    const GPtrArray *routes;

    pthread_mutex_t end;
    GError *failure;
    /* read and written atomically */
    int is_failed;
    int is_over;
    int relays;  /* not set aside */
    int workers; /* of relays that are no spares */
    int64_t estimated_ns;
};

/* Nobody is waited for longer than there is time. */
static int64_t patience_until_us(const DeliveryPlan *plan)
{
    int64_t until_us = plan->clock->wall_us(plan->clock) +
                       plan->sending->retry_for_ns / 1000;
    return plan->until_us > 0 ? MIN(until_us, plan->until_us) : until_us;
}

Run *run_new(const DeliveryTransport *transport, const DeliveryPlan *plan)
{
    Run *run = g_new0(Run, 1);
    run->transport = transport;
    run->plan = plan;
    run->queue = queue_new(plan->list, plan->journal, plan->clock,
                           patience_until_us(plan));
    run->tally = tally_new(plan);
    run->share = share_new(plan->relay_count);
    for (size_t i = 0; i < plan->relay_count; i++)
        share_set_weight(run->share, i, plan->relays[i].config->weight);
    run->spacing = spacing_new(plan->sending->domain_gap_ns);
    run->relays = (int)plan->relay_count;
    pthread_mutex_init(&run->end, NULL);
    return run;
}

void run_free(Run *run)
{
    if (run == NULL)
        return;
    queue_free(run->queue);
    tally_free(run->tally);
    share_free(run->share);
    spacing_free(run->spacing);
    pthread_mutex_destroy(&run->end);
    g_clear_error(&run->failure);
    g_free(run);
}

const DeliveryPlan *run_plan(const Run *run)
{
    return run->plan;
}

const DeliveryTransport *run_transport(const Run *run)
{
    return run->transport;
}

Queue *run_queue(const Run *run)
{
    return run->queue;
}

Tally *run_tally(const Run *run)
{
    return run->tally;
}

Share *run_share(const Run *run)
{
    return run->share;
}

Spacing *run_spacing(const Run *run)
{
    return run->spacing;
}

void run_set_routes(Run *run, const GPtrArray *routes)
{
    run->routes = routes;
}

const GPtrArray *run_routes(const Run *run)
{
    return run->routes;
}

int64_t run_now_ns(const Run *run)
{
    return run->plan->clock->monotonic_ns(run->plan->clock);
}

int64_t run_wall_us(const Run *run)
{
    return run->plan->clock->wall_us(run->plan->clock);
}

/* --- the end --- */

bool run_is_stopped(const Run *run)
{
    return run->plan->stop != NULL &&
           __atomic_load_n(run->plan->stop, __ATOMIC_RELAXED) != 0;
}

bool run_is_over(const Run *run)
{
    if (run->plan->until_us <= 0)
        return false;
    return __atomic_load_n(&run->is_over, __ATOMIC_ACQUIRE) != 0 ||
           run_wall_us(run) >= run->plan->until_us;
}

void run_end_before(Run *run, int64_t moment_ns)
{
    if (run->plan->until_us <= 0)
        return;
    int64_t left_ns = (run->plan->until_us - run_wall_us(run)) * 1000;
    if (moment_ns - run_now_ns(run) > left_ns)
        __atomic_store_n(&run->is_over, 1, __ATOMIC_RELEASE);
}

bool run_is_ending(const Run *run)
{
    return run_is_stopped(run) || run_is_over(run) ||
           __atomic_load_n(&run->is_failed, __ATOMIC_ACQUIRE) != 0;
}

void run_fail(Run *run, GError *failure)
{
    pthread_mutex_lock(&run->end);
    if (run->failure == NULL)
        run->failure = failure;
    else
        g_error_free(failure);
    pthread_mutex_unlock(&run->end);
    __atomic_store_n(&run->is_failed, 1, __ATOMIC_RELEASE);
}

GError *run_take_failure(Run *run)
{
    pthread_mutex_lock(&run->end);
    GError *failure = g_steal_pointer(&run->failure);
    pthread_mutex_unlock(&run->end);
    return failure;
}

int run_lose_relay(Run *run)
{
    return __atomic_sub_fetch(&run->relays, 1, __ATOMIC_ACQ_REL);
}

void run_count_workers(Run *run, int change)
{
    __atomic_add_fetch(&run->workers, change, __ATOMIC_ACQ_REL);
}

bool run_has_workers(const Run *run)
{
    return __atomic_load_n(&run->workers, __ATOMIC_ACQUIRE) > 0;
}

/* --- time --- */

void run_nap(Run *run, int64_t wait_ns)
{
    run->transport->sleep(CLAMP(wait_ns, 0, NAP_NS));
}

bool run_wants_estimate(Run *run)
{
    int64_t at_ns = run_now_ns(run);
    int64_t last_ns = __atomic_load_n(&run->estimated_ns, __ATOMIC_RELAXED);
    return (last_ns == 0 || at_ns - last_ns >= UNITS_SECOND_NS) &&
           __atomic_compare_exchange_n(&run->estimated_ns, &last_ns, at_ns,
                                       false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED);
}
