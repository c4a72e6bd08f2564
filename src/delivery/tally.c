/* tally.c - see tally.h. */
#include "delivery/tally.h"

#include <pthread.h>

#include "base/units.h"

#define REPORT_EVERY_NS (UNITS_SECOND_NS / 10)
#define ESTIMATE_EVERY_NS UNITS_SECOND_NS
#define RATE_SECONDS 10

struct Tally {
    pthread_mutex_t mutex;
    const DeliveryPlan *plan;
    DeliveryProgress progress;
    int64_t moved; /* back from failed to deferred; the queue knows nothing */
    int64_t begin_ns;
    int64_t next_report_ns;
    int64_t next_estimate_ns;
    int64_t by_rate_ns; /* the moment at which the rates let the last leave */
    int64_t seconds[RATE_SECONDS]; /* which second a count is of */
    int64_t counts[RATE_SECONDS];
};

static int64_t now_ns(const Tally *tally)
{
    return tally->plan->clock->monotonic_ns(tally->plan->clock);
}

Tally *tally_new(const DeliveryPlan *plan)
{
    Tally *tally = g_new0(Tally, 1);
    pthread_mutex_init(&tally->mutex, NULL);
    tally->plan = plan;
    tally->progress.total = plan->total;
    tally->progress.left_ns = -1;
    tally->begin_ns = now_ns(tally);
    tally->next_report_ns = tally->begin_ns;
    tally->next_estimate_ns = tally->begin_ns;
    return tally;
}

void tally_free(Tally *tally)
{
    if (tally == NULL)
        return;
    pthread_mutex_destroy(&tally->mutex);
    g_free(tally);
}

static void count_second(Tally *tally, int64_t at_ns)
{
    int64_t second = at_ns / UNITS_SECOND_NS;
    int64_t place = second % RATE_SECONDS;
    if (tally->seconds[place] != second) {
        tally->seconds[place] = second;
        tally->counts[place] = 0;
    }
    tally->counts[place]++;
}

static double rate_at(const Tally *tally, int64_t at_ns)
{
    int64_t second = at_ns / UNITS_SECOND_NS;
    int64_t sum = 0;
    for (int i = 0; i < RATE_SECONDS; i++)
        if (tally->seconds[i] > second - RATE_SECONDS)
            sum += tally->counts[i];
    /* Whole seconds and the part of the present one. */
    double span = RATE_SECONDS - 1 +
                  (double)(at_ns % UNITS_SECOND_NS) / (double)UNITS_SECOND_NS;
    double age = (double)(at_ns - tally->begin_ns) / (double)UNITS_SECOND_NS;
    span = CLAMP(age, 0.1, span);
    return (double)sum / span;
}

static int64_t count_left(const DeliveryProgress *progress)
{
    int64_t done = progress->sent + progress->failed + progress->unknown +
                   progress->skipped;
    return MAX(0, progress->total - done - progress->deferred);
}

/* What the rates allow, or what was reached so far, whichever is slower. */
static int64_t estimate_left(const Tally *tally, int64_t at_ns)
{
    const DeliveryProgress *progress = &tally->progress;
    int64_t done = progress->sent + progress->failed + progress->unknown;
    int64_t left = count_left(progress);
    if (left == 0)
        return 0;
    int64_t elapsed_ns = at_ns - tally->begin_ns;
    int64_t by_rate_ns = tally->by_rate_ns - at_ns;
    if (done < 10 && elapsed_ns < 2 * UNITS_SECOND_NS)
        return by_rate_ns > 0 ? by_rate_ns : -1;
    if (done == 0)
        return by_rate_ns > 0 ? by_rate_ns : -1;
    double by_run_ns = (double)elapsed_ns / (double)done * (double)left;
    return MAX(by_rate_ns, (int64_t)MIN(by_run_ns, (double)(INT64_MAX / 2)));
}

static void send_event(Tally *tally, const DeliveryEvent *event)
{
    if (tally->plan->report != NULL)
        tally->plan->report(tally->plan->report_data, event);
}

static void refresh(Tally *tally, int64_t at_ns)
{
    tally->progress.per_second = rate_at(tally, at_ns);
    if (at_ns < tally->next_estimate_ns)
        return;
    tally->next_estimate_ns = at_ns + ESTIMATE_EVERY_NS;
    tally->progress.left_ns = estimate_left(tally, at_ns);
}

static void count_outcome(Tally *tally, Outcome outcome)
{
    DeliveryProgress *progress = &tally->progress;
    progress->sent += outcome == OUTCOME_SENT;
    progress->failed += outcome == OUTCOME_FAILED;
    progress->unknown += outcome == OUTCOME_UNKNOWN;
    progress->skipped += outcome == OUTCOME_SKIPPED;
}

void tally_outcome(Tally *tally, const Address *address, Outcome outcome,
                   const Reply *reply, int64_t deferred)
{
    DeliveryProgress *progress = &tally->progress;
    int64_t at_ns = now_ns(tally);
    pthread_mutex_lock(&tally->mutex);
    count_outcome(tally, outcome);
    count_second(tally, at_ns);
    progress->deferred = deferred + tally->moved;
    if (outcome != OUTCOME_SENT) {
        DeliveryEvent event = {.kind = DELIVERY_OUTCOME,
                               .progress = progress,
                               .address = address->text,
                               .outcome = outcome,
                               .reply = reply};
        send_event(tally, &event);
    }
    if (at_ns >= tally->next_report_ns) {
        tally->next_report_ns = at_ns + REPORT_EVERY_NS;
        refresh(tally, at_ns);
        DeliveryEvent event = {.kind = DELIVERY_PROGRESS, .progress = progress};
        send_event(tally, &event);
    }
    pthread_mutex_unlock(&tally->mutex);
}

void tally_unfail(Tally *tally, int64_t count)
{
    pthread_mutex_lock(&tally->mutex);
    tally->progress.failed -= count;
    tally->progress.deferred += count;
    tally->moved += count;
    pthread_mutex_unlock(&tally->mutex);
}

void tally_notice(Tally *tally, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *raw = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *text = error_printable(raw);
    pthread_mutex_lock(&tally->mutex);
    DeliveryEvent event = {
        .kind = DELIVERY_NOTICE, .progress = &tally->progress, .text = text};
    send_event(tally, &event);
    pthread_mutex_unlock(&tally->mutex);
}

int64_t tally_left(Tally *tally)
{
    pthread_mutex_lock(&tally->mutex);
    int64_t left = count_left(&tally->progress);
    pthread_mutex_unlock(&tally->mutex);
    return left;
}

void tally_estimate(Tally *tally, int64_t left_ns)
{
    int64_t at_ns = now_ns(tally);
    pthread_mutex_lock(&tally->mutex);
    tally->by_rate_ns = at_ns + left_ns;
    tally->next_estimate_ns = at_ns;
    refresh(tally, at_ns);
    DeliveryEvent event = {.kind = DELIVERY_PROGRESS,
                           .progress = &tally->progress};
    send_event(tally, &event);
    pthread_mutex_unlock(&tally->mutex);
}

double tally_per_second(Tally *tally)
{
    int64_t at_ns = now_ns(tally);
    pthread_mutex_lock(&tally->mutex);
    double per_second = rate_at(tally, at_ns);
    pthread_mutex_unlock(&tally->mutex);
    return per_second;
}

void tally_finish(Tally *tally, int64_t deferred, DeliveryProgress *progress)
{
    int64_t at_ns = now_ns(tally);
    pthread_mutex_lock(&tally->mutex);
    tally->progress.deferred = deferred + tally->moved;
    tally->next_estimate_ns = at_ns;
    refresh(tally, at_ns);
    DeliveryEvent event = {.kind = DELIVERY_PROGRESS,
                           .progress = &tally->progress};
    send_event(tally, &event);
    *progress = tally->progress;
    pthread_mutex_unlock(&tally->mutex);
}
