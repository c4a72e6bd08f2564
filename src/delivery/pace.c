/*
 * pace.c - see pace.h.
 *
 * Messages are numbered from 0 in the order of their slots; slots never go
 * back. The moment of a message is its slot, or when it or one before it
 * started if that is later; so moments never go back either. A Window stores
 * the moment of message n in moments[], one number for a block of `block`
 * messages, overwritten by each of them so that it is the block's last in the
 * end. The n-th message may start one window after the end of the block that
 * holds the (n - count)-th.
 */
#include "delivery/pace.h"

#include <assert.h>

#include <glib.h>

/* How far back a slot can be given back. More than there are workers. */
#define RECENT_MAX 128

typedef struct Window {
    Rate rate;
    int64_t block;  /* messages a moment stands for */
    int64_t length; /* of moments */
    int64_t *moments;
} Window;

typedef struct Recent {
    int64_t slot_ns;
    int64_t moment_ns;
} Recent;

struct Pace {
    Window *windows;
    int count;
    int64_t messages;          /* slots given and not given back */
    Recent recent[RECENT_MAX]; /* the last of them, a ring */
    int64_t oldest;            /* the first message that it still knows */
};

static void window_init(Window *window, const Rate *rate)
{
    assert(rate->count > 0 && rate->window_ns > 0);
    window->rate = *rate;
    window->block = (rate->count + PACE_MOMENTS_MAX - 1) / PACE_MOMENTS_MAX;
    /* One block is being filled, and one more is kept so that the newest
     * slots can be given back. */
    window->length = rate->count / window->block + 2 + RECENT_MAX;
    window->moments = g_new0(int64_t, (gsize)window->length);
}

Pace *pace_new(const Rate *rates, int count)
{
    Pace *pace = g_new0(Pace, 1);
    pace->count = count;
    pace->windows = g_new0(Window, (gsize)MAX(count, 1));
    for (int i = 0; i < count; i++)
        window_init(&pace->windows[i], &rates[i]);
    return pace;
}

void pace_free(Pace *pace)
{
    if (pace == NULL)
        return;
    for (int i = 0; i < pace->count; i++)
        g_free(pace->windows[i].moments);
    g_free(pace->windows);
    g_free(pace);
}

Pace *pace_copy(const Pace *pace)
{
    Pace *copy = g_memdup2(pace, sizeof *pace);
    copy->windows = g_memdup2(pace->windows, sizeof *pace->windows *
                                                 (gsize)MAX(pace->count, 1));
    for (int i = 0; i < pace->count; i++)
        copy->windows[i].moments = g_memdup2(
            pace->windows[i].moments,
            sizeof(int64_t) * (gsize)pace->windows[i].length);
    return copy;
}

static int64_t *window_moment(const Window *window, int64_t message)
{
    return &window->moments[message / window->block % window->length];
}

static Recent *recent_at(Pace *pace, int64_t message)
{
    return &pace->recent[message % RECENT_MAX];
}

static void book(Pace *pace, int64_t slot_ns, int64_t moment_ns)
{
    for (int i = 0; i < pace->count; i++)
        *window_moment(&pace->windows[i], pace->messages) = moment_ns;
    *recent_at(pace, pace->messages) = (Recent){slot_ns, moment_ns};
    pace->messages++;
    pace->oldest = MAX(pace->oldest, pace->messages - RECENT_MAX);
}

/* Not before the last one's. */
static void book_in_order(Pace *pace, int64_t slot_ns)
{
    int64_t moment_ns = slot_ns;
    if (pace->messages > 0)
        moment_ns = MAX(moment_ns,
                        recent_at(pace, pace->messages - 1)->moment_ns);
    book(pace, slot_ns, moment_ns);
}

void pace_seed(Pace *pace, int64_t slot_ns)
{
    if (pace->messages > 0)
        slot_ns = MAX(slot_ns, recent_at(pace, pace->messages - 1)->slot_ns);
    book_in_order(pace, slot_ns);
}

/* The soonest that the windows allow for a message. */
static int64_t earliest(const Pace *pace, int64_t message)
{
    int64_t earliest_ns = INT64_MIN;
    for (int i = 0; i < pace->count; i++) {
        const Window *window = &pace->windows[i];
        int64_t before = message - window->rate.count;
        if (before >= 0)
            earliest_ns = MAX(earliest_ns, *window_moment(window, before) +
                                               window->rate.window_ns);
    }
    return earliest_ns;
}

/* The next slot, not booked. */
static int64_t next_slot(Pace *pace, int64_t now_ns)
{
    int64_t slot_ns = MAX(now_ns, earliest(pace, pace->messages));
    if (pace->messages > 0)
        slot_ns = MAX(slot_ns, recent_at(pace, pace->messages - 1)->slot_ns);
    return slot_ns;
}

int64_t pace_reserve(Pace *pace, int64_t now_ns)
{
    int64_t slot_ns = next_slot(pace, now_ns);
    book_in_order(pace, slot_ns);
    return slot_ns;
}

static void delay_moment(Pace *pace, int64_t message, int64_t moment_ns)
{
    recent_at(pace, message)->moment_ns = moment_ns;
    for (int i = 0; i < pace->count; i++) {
        int64_t *of_block = window_moment(&pace->windows[i], message);
        *of_block = MAX(*of_block, moment_ns);
    }
}

void pace_start_late(Pace *pace, int64_t slot_ns, int64_t start_ns)
{
    for (int64_t i = pace->messages - 1; i >= pace->oldest; i--) {
        const Recent *recent = recent_at(pace, i);
        if (recent->slot_ns < slot_ns)
            return;
        if (recent->moment_ns < start_ns)
            delay_moment(pace, i, start_ns);
    }
}

/* The last message of those with this slot; -1: none that is still known. */
static int64_t find_slot(const Pace *pace, int64_t slot_ns)
{
    int64_t message = pace->messages - 1;
    while (message >= pace->oldest &&
           pace->recent[message % RECENT_MAX].slot_ns > slot_ns)
        message--;
    bool is_it = message >= pace->oldest &&
                 pace->recent[message % RECENT_MAX].slot_ns == slot_ns;
    return is_it ? message : -1;
}

bool pace_is_right(const Pace *pace, int64_t slot_ns)
{
    int64_t message = find_slot(pace, slot_ns);
    return message < 0 || earliest(pace, message) <= slot_ns;
}

/* The message at `number` never was; those after it move up by one. Each of
 * them got a slot that was right with one message more before it, so it is
 * right without it. */
static void remove_message(Pace *pace, int64_t number)
{
    int64_t last = pace->messages - 1;
    pace->messages = number;
    for (int64_t next = number + 1; next <= last; next++) {
        const Recent *moved = recent_at(pace, next);
        book(pace, moved->slot_ns, moved->moment_ns);
    }
    /* The block that message `last` began or went on with ends earlier now. */
    for (int i = 0; i < pace->count; i++) {
        const Window *window = &pace->windows[i];
        if (last > 0 && last % window->block != 0)
            *window_moment(window,
                           last - 1) = recent_at(pace, last - 1)->moment_ns;
    }
}

void pace_give_back(Pace *pace, int64_t slot_ns)
{
    /* The oldest one stays, so that there is a last slot to go on from. */
    int64_t first = pace->oldest > 0 ? pace->oldest + 1 : 0;
    int64_t message = find_slot(pace, slot_ns);
    if (message >= first)
        remove_message(pace, message);
}

/* What a pace gives for ever: its slowest rate. */
static double per_ns(const Pace *pace)
{
    double slowest = G_MAXDOUBLE;
    for (int i = 0; i < pace->count; i++) {
        const Rate *rate = &pace->windows[i].rate;
        slowest = MIN(slowest, (double)rate->count / (double)rate->window_ns);
    }
    return slowest;
}

/* Gives the next message the earliest slot of any pace. */
static int64_t reserve_earliest(Pace *const *paces, size_t count,
                                int64_t now_ns)
{
    size_t chosen = 0;
    int64_t slot_ns = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        int64_t next_ns = next_slot(paces[i], now_ns);
        if (next_ns < slot_ns) {
            slot_ns = next_ns;
            chosen = i;
        }
    }
    book_in_order(paces[chosen], slot_ns);
    return slot_ns;
}

int64_t pace_estimate(Pace *const *paces, size_t count, int64_t now_ns,
                      int64_t messages)
{
    if (count == 0) /* every relay is set aside; a spare may have no rate */
        return 0;
    int64_t exact = MIN(messages, PACE_ESTIMATE_EXACT);
    int64_t slot_ns = now_ns;
    double all_per_ns = 0;
    for (size_t i = 0; i < count; i++) {
        if (paces[i]->count == 0)
            return 0;
        all_per_ns += per_ns(paces[i]);
    }
    for (int64_t i = 0; i < exact; i++)
        slot_ns = reserve_earliest(paces, count, now_ns);
    double rest_ns = (double)(messages - exact) / all_per_ns;
    if (rest_ns > (double)(INT64_MAX / 2))
        return INT64_MAX / 2;
    return slot_ns - now_ns + (int64_t)MAX(rest_ns, 0);
}
