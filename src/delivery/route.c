/* route.c - see route.h. */
#include "delivery/route.h"

#include <pthread.h>

#include "delivery/brake.h"
#include "delivery/breaker.h"

/* How soon a worker notices that the first session has opened. */
#define SCOUT_NAP_NS (UNITS_SECOND_NS / 100)

/* A message may start this much later than its slot, because a thread gets
 * the processor when it gets it, and packets do not all take the same time.
 * The windows are longer by as much, so a limit holds from start to start and
 * not only from slot to slot. What starts later still counts as of then, less
 * this. */
#define LATE_MAX_NS (UNITS_SECOND_NS / 4)
#define LATE_PART 50

/* A relay that asks for less and less is given up after retry_for, but not
 * sooner than this. */
#define FRUITLESS_MIN_NS (INT64_C(1800) * UNITS_SECOND_NS)

#define NO_ACCOUNT (-1)

struct Route {
    Run *run;
    size_t index;
    const RelayConfig *relay;
    void *state; /* the transport's */
    char *label;
    int64_t account; /* in the journal, or NO_ACCOUNT */
    int64_t late_ns;

    pthread_mutex_t gate;
    Pace *pace;
    Brake brake;
    Breaker *breaker;

    /* read and written atomically */
    int has_opened; /* a session, ever */
    int has_scout;
    int workers;
    int is_aside;
};

/* --- the pace --- */

static int64_t allowed_lateness(const RelayLimits *limits)
{
    int64_t late_ns = LATE_MAX_NS;
    for (int i = 0; i < limits->rate_count; i++)
        late_ns = MIN(late_ns, limits->rates[i].window_ns / LATE_PART);
    return late_ns;
}

static int64_t longest_window(const RelayLimits *limits)
{
    int64_t longest_ns = 0;
    for (int i = 0; i < limits->rate_count; i++)
        longest_ns = MAX(longest_ns, limits->rates[i].window_ns);
    return longest_ns + allowed_lateness(limits);
}

typedef struct Seeding {
    Pace *pace;
    int64_t now_us;
    int64_t now_ns;
} Seeding;

/* A departure that seems to lie ahead is one of before the clock was set
 * back; it may have been a moment ago. */
static void seed_departure(void *data, int64_t at_us)
{
    const Seeding *seeding = data;
    int64_t ago_us = MAX(seeding->now_us - at_us, 0);
    pace_seed(seeding->pace, seeding->now_ns - ago_us * 1000);
}

Pace *route_pace_new(const RelayConfig *relay, Journal *journal,
                     const Clock *clock, GError **error)
{
    const RelayLimits *limits = &relay->limits;
    Rate rates[CONFIG_RATES_MAX];
    for (int i = 0; i < limits->rate_count; i++) {
        rates[i] = limits->rates[i];
        rates[i].window_ns += allowed_lateness(limits);
    }
    Seeding seeding = {
        .pace = pace_new(rates, limits->rate_count),
        .now_us = clock->wall_us(clock),
        .now_ns = clock->monotonic_ns(clock),
    };
    g_autofree char *account = config_relay_account(relay);
    if (limits->rate_count == 0 ||
        journal_visit_departures(journal, account,
                                 seeding.now_us - longest_window(limits) / 1000,
                                 seed_departure, &seeding, error))
        return seeding.pace;
    pace_free(seeding.pace);
    return NULL;
}

static Pace *copy_pace(Route *route)
{
    pthread_mutex_lock(&route->gate);
    Pace *pace = pace_copy(route->pace);
    pthread_mutex_unlock(&route->gate);
    return pace;
}

static bool is_aside(const Route *route)
{
    return __atomic_load_n(&route->is_aside, __ATOMIC_ACQUIRE) != 0;
}

int64_t route_estimate_all(Run *run, int64_t messages)
{
    const GPtrArray *routes = run_routes(run);
    g_autoptr(GPtrArray)
        paces = g_ptr_array_new_with_free_func((GDestroyNotify)pace_free);
    for (guint i = 0; i < routes->len; i++) {
        Route *route = g_ptr_array_index(routes, i);
        if (!is_aside(route) && !route_is_spare(route))
            g_ptr_array_add(paces, copy_pace(route));
    }
    return pace_estimate((Pace *const *)paces->pdata, paces->len,
                         run_now_ns(run), messages);
}

static bool open_account(Route *route, GError **error)
{
    const RelayLimits *limits = &route->relay->limits;
    if (limits->rate_count == 0)
        return true;
    g_autofree char *name = config_relay_account(route->relay);
    JournalAccount account = {
        .name = name,
        .connections = limits->connections,
        .window_ns = longest_window(limits),
    };
    return journal_open_account(run_plan(route->run)->journal, &account,
                                &route->account, error);
}

/* --- life --- */

Route *route_new(Run *run, size_t index, GError **error)
{
    const DeliveryPlan *plan = run_plan(run);
    const DeliveryRelay *relay = &plan->relays[index];
    Route *route = g_new0(Route, 1);
    route->run = run;
    route->index = index;
    route->relay = relay->config;
    route->label = config_relay_label(relay->config);
    route->account = NO_ACCOUNT;
    route->late_ns = allowed_lateness(&relay->config->limits);
    pthread_mutex_init(&route->gate, NULL);
    route->breaker = breaker_new();
    route->state = run_transport(run)->open(plan, relay, error);
    if (route->state != NULL && open_account(route, error))
        route->pace = route_pace_new(relay->config, plan->journal, plan->clock,
                                     error);
    if (route->pace != NULL)
        return route;
    route_free(route);
    return NULL;
}

void route_free(Route *route)
{
    if (route == NULL)
        return;
    if (route->state != NULL)
        run_transport(route->run)->close(route->state);
    pace_free(route->pace);
    breaker_free(route->breaker);
    pthread_mutex_destroy(&route->gate);
    g_free(route->label);
    g_free(route);
}

Run *route_run(const Route *route)
{
    return route->run;
}

const char *route_label(const Route *route)
{
    return route->label;
}

int route_connections(const Route *route)
{
    return route->relay->limits.connections;
}

bool route_is_spare(const Route *route)
{
    return route->relay->weight == 0 && run_plan(route->run)->relay_count > 1;
}

bool route_session(Route *route, const MailerCalls *calls, GError **error)
{
    return run_transport(route->run)
        ->run(route->state, route->relay->limits.messages_per_connection, calls,
              error);
}

bool route_may_take(Route *route)
{
    return run_plan(route->run)->relay_count == 1 ||
           share_take(run_share(route->run), route->index,
                      run_now_ns(route->run));
}

bool route_may_open(Route *route, bool *is_scout)
{
    *is_scout = false;
    while (__atomic_load_n(&route->has_opened, __ATOMIC_ACQUIRE) == 0) {
        if (__atomic_exchange_n(&route->has_scout, 1, __ATOMIC_ACQ_REL) == 0) {
            *is_scout = true;
            return true;
        }
        if (!route_wait(route, run_now_ns(route->run) + SCOUT_NAP_NS))
            return false;
    }
    return true;
}

void route_has_opened(Route *route)
{
    __atomic_store_n(&route->has_opened, 1, __ATOMIC_RELEASE);
}

void route_scout_back(Route *route)
{
    __atomic_store_n(&route->has_scout, 0, __ATOMIC_RELEASE);
}

/* --- the end --- */

bool route_is_ending(const Route *route)
{
    return is_aside(route) || run_is_ending(route->run);
}

void route_set_aside(Route *route, GError *failure)
{
    if (__atomic_exchange_n(&route->is_aside, 1, __ATOMIC_ACQ_REL) != 0) {
        g_error_free(failure);
        return;
    }
    if (run_lose_relay(route->run) == 0) {
        run_fail(route->run, failure);
        return;
    }
    tally_notice(run_tally(route->run), "%s is set aside: %s", route->label,
                 failure->message);
    g_error_free(failure);
}

void route_enter(Route *route)
{
    __atomic_add_fetch(&route->workers, 1, __ATOMIC_ACQ_REL);
    if (!route_is_spare(route))
        run_count_workers(route->run, 1);
}

void route_leave(Route *route, GError *failure)
{
    int left = __atomic_sub_fetch(&route->workers, 1, __ATOMIC_ACQ_REL);
    if (failure != NULL && left == 0)
        route_set_aside(route, failure);
    else
        g_clear_error(&failure);
    if (!route_is_spare(route))
        run_count_workers(route->run, -1);
}

/* --- time --- */

bool route_wait(Route *route, int64_t until_ns)
{
    for (;;) {
        if (route_is_ending(route))
            return false;
        int64_t wait_ns = until_ns - run_now_ns(route->run);
        if (wait_ns <= 0)
            return true;
        run_nap(route->run, wait_ns);
    }
}

bool route_is_paced(Route *route)
{
    pthread_mutex_lock(&route->gate);
    bool is_braked = route->brake.per_second > 0;
    pthread_mutex_unlock(&route->gate);
    return is_braked || route->relay->limits.rate_count > 0;
}

Slot route_reserve(Route *route)
{
    int64_t now_ns = run_now_ns(route->run);
    Slot slot;
    pthread_mutex_lock(&route->gate);
    slot.generation = route->brake.generation;
    slot.at_ns = pace_reserve(route->pace,
                              brake_reserve(&route->brake, now_ns));
    pthread_mutex_unlock(&route->gate);
    return slot;
}

void route_give_back(Route *route, const Slot *slot)
{
    pthread_mutex_lock(&route->gate);
    pace_give_back(route->pace, slot->at_ns);
    pthread_mutex_unlock(&route->gate);
}

bool route_is_stale(Route *route, const Slot *slot)
{
    int64_t now_ns = run_now_ns(route->run);
    if (route->relay->limits.rate_count > 0 &&
        now_ns - slot->at_ns > route->late_ns)
        return true;
    pthread_mutex_lock(&route->gate);
    bool is_stale = slot->generation != route->brake.generation ||
                    !pace_is_right(route->pace, slot->at_ns);
    pthread_mutex_unlock(&route->gate);
    return is_stale;
}

void route_depart(Route *route, const Slot *slot, int64_t at_ns)
{
    GError *failure = NULL;
    pthread_mutex_lock(&route->gate);
    pace_start_late(route->pace, slot->at_ns, at_ns - route->late_ns);
    pthread_mutex_unlock(&route->gate);
    if (route->account != NO_ACCOUNT &&
        !journal_depart(run_plan(route->run)->journal, route->account,
                        &failure))
        run_fail(route->run, failure);
}

/* --- what the relay's answers mean for everybody --- */

void route_accepted(Route *route)
{
    int64_t now_ns = run_now_ns(route->run);
    pthread_mutex_lock(&route->gate);
    brake_accept(&route->brake, now_ns);
    breaker_accept(route->breaker);
    pthread_mutex_unlock(&route->gate);
}

void route_throttled(Route *route, const Reply *reply)
{
    double per_second = tally_per_second(run_tally(route->run)) /
                        (double)run_plan(route->run)->relay_count;
    int64_t now_ns = run_now_ns(route->run);
    pthread_mutex_lock(&route->gate);
    bool is_new = brake_throttle(&route->brake, now_ns, per_second);
    int64_t pause_ns = route->brake.pause_ns;
    int64_t fruitless_ns = brake_fruitless_ns(&route->brake);
    pthread_mutex_unlock(&route->gate);
    if (!is_new)
        return;
    g_autofree char *line = reply_to_line(reply);
    int64_t patience_ns = MAX(run_plan(route->run)->sending->retry_for_ns,
                              FRUITLESS_MIN_NS);
    if (fruitless_ns > patience_ns) {
        GError *failure = NULL;
        error_set(&failure, ERROR_RETRY,
                  "%s: the relay keeps asking to wait: %s; run `mirmail "
                  "resume` later",
                  route->label, line);
        route_set_aside(route, failure);
        return;
    }
    g_autofree char *pause = duration_to_text(pause_ns);
    tally_notice(run_tally(route->run),
                 "the relay asks for less: %s; waiting %s, then at half the "
                 "rate",
                 line, pause);
}

GPtrArray *route_refused(Route *route, const Reply *reply,
                         const Address *address)
{
    GPtrArray *row = NULL;
    pthread_mutex_lock(&route->gate);
    if (breaker_refuse(route->breaker, reply, address))
        row = breaker_take_row(route->breaker);
    pthread_mutex_unlock(&route->gate);
    if (row == NULL)
        return NULL;
    g_autofree char *line = reply_to_line(reply);
    GError *failure = NULL;
    error_set(&failure, ERROR_RETRY,
              "%s: the relay refuses message after message with the same "
              "answer: %s; find out why, then run `mirmail resume`",
              route->label, line);
    route_set_aside(route, failure);
    return row;
}
