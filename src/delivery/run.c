/* run.c - see run.h. */
#include "delivery/run.h"

#include <pthread.h>
#include <string.h>

#include "delivery/breaker.h"
#include "delivery/pace.h"

/* How soon *stop is noticed. */
#define NAP_NS (UNITS_SECOND_NS / 10)

/* How soon a worker notices that the first session has opened. */
#define SCOUT_NAP_NS (UNITS_SECOND_NS / 100)

/* A message may start this much later than its slot, because a thread gets
 * the processor when it gets it. The windows are longer by as much, so a
 * limit holds from start to start and not only from slot to slot. */
#define LATE_MAX_NS (UNITS_SECOND_NS / 4)
#define LATE_PART 50

/* A relay that asks for less and less is given up after retry_for, but not
 * sooner than this. */
#define FRUITLESS_MIN_NS (INT64_C(1800) * UNITS_SECOND_NS)

struct Run {
    const DeliveryTransport *transport;
    const DeliveryPlan *plan;
    void *state; /* the transport's */
    char *relay_name;
    Queue *queue;
    Tally *tally;
    int64_t late_ns;

    pthread_mutex_t gate;
    Pace *pace;
    Brake brake;
    Breaker *breaker;

    pthread_mutex_t end;
    GError *failure;
    GError *leaving;
    /* read and written atomically */
    int is_failed;
    int has_opened; /* a session, ever */
    int has_scout;
};

static int64_t allowed_lateness(const SendingConfig *sending)
{
    int64_t late_ns = LATE_MAX_NS;
    for (int i = 0; i < sending->rate_count; i++)
        late_ns = MIN(late_ns, sending->rates[i].window_ns / LATE_PART);
    return late_ns;
}

static Pace *make_pace(const SendingConfig *sending, int64_t late_ns)
{
    Rate rates[CONFIG_RATES_MAX];
    for (int i = 0; i < sending->rate_count; i++) {
        rates[i] = sending->rates[i];
        rates[i].window_ns += late_ns;
    }
    return pace_new(rates, sending->rate_count);
}

Run *run_new(const DeliveryTransport *transport, const DeliveryPlan *plan,
             GError **error)
{
    void *state = transport->open(plan, error);
    if (state == NULL)
        return NULL;
    Run *run = g_new0(Run, 1);
    run->transport = transport;
    run->plan = plan;
    run->state = state;
    run->relay_name = g_strdup_printf("%s:%d", plan->relay->host,
                                      plan->relay->port);
    run->queue = queue_new(plan->list, plan->journal, plan->clock,
                           plan->clock->wall_us(plan->clock) +
                               plan->sending->retry_for_ns / 1000);
    run->tally = tally_new(plan);
    run->late_ns = allowed_lateness(plan->sending);
    pthread_mutex_init(&run->gate, NULL);
    run->pace = make_pace(plan->sending, run->late_ns);
    run->breaker = breaker_new();
    pthread_mutex_init(&run->end, NULL);
    return run;
}

void run_free(Run *run)
{
    if (run == NULL)
        return;
    run->transport->close(run->state);
    queue_free(run->queue);
    tally_free(run->tally);
    pace_free(run->pace);
    breaker_free(run->breaker);
    pthread_mutex_destroy(&run->gate);
    pthread_mutex_destroy(&run->end);
    g_clear_error(&run->failure);
    g_clear_error(&run->leaving);
    g_free(run->relay_name);
    g_free(run);
}

const DeliveryPlan *run_plan(const Run *run)
{
    return run->plan;
}

Queue *run_queue(const Run *run)
{
    return run->queue;
}

Tally *run_tally(const Run *run)
{
    return run->tally;
}

int64_t run_now_ns(const Run *run)
{
    return run->plan->clock->monotonic_ns(run->plan->clock);
}

int64_t run_wall_us(const Run *run)
{
    return run->plan->clock->wall_us(run->plan->clock);
}

const char *run_relay_name(const Run *run)
{
    return run->relay_name;
}

bool run_session(Run *run, const MailerCalls *calls, GError **error)
{
    return run->transport->run(
        run->state, run->plan->sending->messages_per_connection, calls, error);
}

bool run_may_open(Run *run, bool *is_scout)
{
    *is_scout = false;
    while (__atomic_load_n(&run->has_opened, __ATOMIC_ACQUIRE) == 0) {
        if (__atomic_exchange_n(&run->has_scout, 1, __ATOMIC_ACQ_REL) == 0) {
            *is_scout = true;
            return true;
        }
        if (!run_wait(run, run_now_ns(run) + SCOUT_NAP_NS))
            return false;
    }
    return true;
}

void run_has_opened(Run *run)
{
    __atomic_store_n(&run->has_opened, 1, __ATOMIC_RELEASE);
}

void run_scout_back(Run *run)
{
    __atomic_store_n(&run->has_scout, 0, __ATOMIC_RELEASE);
}

/* --- the end --- */

bool run_is_stopped(const Run *run)
{
    return run->plan->stop != NULL &&
           __atomic_load_n(run->plan->stop, __ATOMIC_RELAXED) != 0;
}

bool run_is_ending(const Run *run)
{
    return run_is_stopped(run) ||
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

void run_leave(Run *run, GError *failure)
{
    pthread_mutex_lock(&run->end);
    g_clear_error(&run->leaving);
    run->leaving = failure;
    pthread_mutex_unlock(&run->end);
}

GError *run_take_failure(Run *run)
{
    pthread_mutex_lock(&run->end);
    GError *failure = g_steal_pointer(&run->failure);
    pthread_mutex_unlock(&run->end);
    return failure;
}

GError *run_take_leaving(Run *run)
{
    pthread_mutex_lock(&run->end);
    GError *failure = g_steal_pointer(&run->leaving);
    pthread_mutex_unlock(&run->end);
    return failure;
}

/* --- time --- */

void run_nap(Run *run, int64_t wait_ns)
{
    run->transport->sleep(CLAMP(wait_ns, 0, NAP_NS));
}

bool run_wait(Run *run, int64_t until_ns)
{
    for (;;) {
        if (run_is_ending(run))
            return false;
        int64_t wait_ns = until_ns - run_now_ns(run);
        if (wait_ns <= 0)
            return true;
        run_nap(run, wait_ns);
    }
}

bool run_is_paced(Run *run)
{
    pthread_mutex_lock(&run->gate);
    bool is_braked = run->brake.per_second > 0;
    pthread_mutex_unlock(&run->gate);
    return is_braked || run->plan->sending->rate_count > 0;
}

Slot run_reserve(Run *run)
{
    int64_t now_ns = run_now_ns(run);
    Slot slot;
    pthread_mutex_lock(&run->gate);
    slot.generation = run->brake.generation;
    slot.booked_ns = pace_reserve(run->pace,
                                  brake_reserve(&run->brake, now_ns));
    pthread_mutex_unlock(&run->gate);
    slot.at_ns = slot.booked_ns;
    return slot;
}

void run_give_back(Run *run, const Slot *slot)
{
    pthread_mutex_lock(&run->gate);
    pace_give_back(run->pace, slot->booked_ns);
    pthread_mutex_unlock(&run->gate);
}

bool run_is_stale(Run *run, const Slot *slot)
{
    int64_t now_ns = run_now_ns(run);
    if (run->plan->sending->rate_count > 0 &&
        now_ns - slot->at_ns > run->late_ns)
        return true;
    pthread_mutex_lock(&run->gate);
    bool is_stale = slot->generation != run->brake.generation;
    pthread_mutex_unlock(&run->gate);
    return is_stale;
}

/* --- what the relay's answers mean for everybody --- */

void run_accepted(Run *run)
{
    int64_t now_ns = run_now_ns(run);
    pthread_mutex_lock(&run->gate);
    brake_accept(&run->brake, now_ns);
    breaker_accept(run->breaker);
    pthread_mutex_unlock(&run->gate);
}

void run_throttled(Run *run, const Reply *reply)
{
    double per_second = tally_per_second(run->tally);
    int64_t now_ns = run_now_ns(run);
    pthread_mutex_lock(&run->gate);
    bool is_new = brake_throttle(&run->brake, now_ns, per_second);
    int64_t pause_ns = run->brake.pause_ns;
    int64_t fruitless_ns = brake_fruitless_ns(&run->brake);
    pthread_mutex_unlock(&run->gate);
    if (!is_new)
        return;
    g_autofree char *line = reply_to_line(reply);
    int64_t patience_ns = MAX(run->plan->sending->retry_for_ns,
                              FRUITLESS_MIN_NS);
    if (fruitless_ns > patience_ns) {
        GError *failure = NULL;
        error_set(&failure, ERROR_RETRY,
                  "%s: the relay keeps asking to wait: %s; run `mirmail "
                  "resume` later",
                  run->relay_name, line);
        run_fail(run, failure);
        return;
    }
    g_autofree char *pause = duration_to_text(pause_ns);
    tally_notice(run->tally,
                 "the relay asks for less: %s; waiting %s, then at half the "
                 "rate",
                 line, pause);
}

GPtrArray *run_refused(Run *run, const Reply *reply, const Address *address)
{
    GPtrArray *row = NULL;
    pthread_mutex_lock(&run->gate);
    if (breaker_refuse(run->breaker, reply, address))
        row = breaker_take_row(run->breaker);
    pthread_mutex_unlock(&run->gate);
    if (row == NULL)
        return NULL;
    g_autofree char *line = reply_to_line(reply);
    GError *failure = NULL;
    error_set(&failure, ERROR_RETRY,
              "%s: the relay refuses message after message with the same "
              "answer: %s; find out why, then run `mirmail resume`",
              run->relay_name, line);
    run_fail(run, failure);
    return row;
}
