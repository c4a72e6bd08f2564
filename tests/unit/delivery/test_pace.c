/* test_pace.c - delivery/pace.h */
#include "test.h"

#include "base/units.h"
#include "delivery/pace.h"

#define SECOND UNITS_SECOND_NS
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

static void without_rates_every_moment_is_free(void **state)
{
    (void)state;
    Pace *pace = pace_new(NULL, 0);
    for (int i = 0; i < 1000; i++)
        assert_true(pace_reserve(pace, 5) == 5);
    assert_true(pace_reserve(pace, 9) == 9);
    pace_free(pace);
}

static void a_full_window_makes_the_next_one_wait(void **state)
{
    (void)state;
    const Rate rate = {3, MINUTE};
    Pace *pace = pace_new(&rate, 1);
    for (int i = 0; i < 3; i++)
        assert_true(pace_reserve(pace, i * SECOND) == i * SECOND);
    assert_true(pace_reserve(pace, 10 * SECOND) == MINUTE);
    assert_true(pace_reserve(pace, 10 * SECOND) == MINUTE + SECOND);
    assert_true(pace_reserve(pace, 10 * SECOND) == MINUTE + 2 * SECOND);
    assert_true(pace_reserve(pace, 10 * SECOND) == 2 * MINUTE);
    /* A pause gives no more than a full window. */
    for (int i = 0; i < 3; i++)
        assert_true(pace_reserve(pace, HOUR) == HOUR);
    assert_true(pace_reserve(pace, HOUR) == HOUR + MINUTE);
    pace_free(pace);
}

static void several_windows_hold_together(void **state)
{
    (void)state;
    const Rate rates[] = {{5, 2 * MINUTE}, {12, HOUR}};
    Pace *pace = pace_new(rates, 2);
    for (int i = 0; i < 12; i++)
        assert_true(pace_reserve(pace, 0) == i / 5 * 2 * MINUTE);
    assert_true(pace_reserve(pace, 0) == HOUR);
    pace_free(pace);
}

/* Slots that were really used, in order; the judge of the tests below knows
 * nothing but the definition. */
static void assert_no_window_is_overfull(const GArray *slots, const Rate *rate)
{
    for (guint i = 0; i < slots->len; i++) {
        guint other = i + (guint)rate->count;
        if (other >= slots->len)
            return;
        int64_t first = g_array_index(slots, int64_t, i);
        int64_t beyond = g_array_index(slots, int64_t, other);
        if (beyond - first < rate->window_ns)
            fail_msg("message %u starts %lld ns after message %u", other,
                     (long long)(beyond - first), i);
    }
}

static int64_t random_below(GRand *random, int64_t limit)
{
    return (int64_t)(g_rand_double(random) * (double)limit);
}

static void forget_slot(GArray *slots, int64_t slot)
{
    for (guint i = slots->len; i > 0; i--) {
        if (g_array_index(slots, int64_t, i - 1) == slot) {
            g_array_remove_index(slots, i - 1);
            return;
        }
    }
    fail_msg("no such slot");
}

/* Arrivals in bursts and after pauses, one in eight given back later, out of
 * order. */
static void arrive_at_random(guint32 seed, const Rate *rates, int count)
{
    GRand *random = g_rand_new_with_seed(seed);
    GArray *slots = g_array_new(FALSE, FALSE, sizeof(int64_t));
    Pace *pace = pace_new(rates, count);
    int64_t now = SECOND;
    int64_t unused[4] = {-1, -1, -1, -1};
    for (int i = 0; i < 4000; i++) {
        if (g_rand_int_range(random, 0, 3) == 0)
            now += random_below(random, 2 * rates[0].window_ns);
        int64_t slot = pace_reserve(pace, now);
        assert_true(slot >= now);
        g_array_append_val(slots, slot);
        now = MAX(now, slot - random_below(random, rates[0].window_ns));
        int64_t *place = &unused[g_rand_int_range(random, 0, 4)];
        if (*place >= now) {
            pace_give_back(pace, *place);
            forget_slot(slots, *place);
        }
        *place = g_rand_int_range(random, 0, 2) == 0 ? slot : -1;
    }
    for (int i = 0; i < count; i++)
        assert_no_window_is_overfull(slots, &rates[i]);
    assert_true(slots->len > 2000);
    pace_free(pace);
    g_array_free(slots, TRUE);
    g_rand_free(random);
}

static void no_window_is_ever_overfull_whatever_arrives(void **state)
{
    (void)state;
    static const Rate sets[][2] = {
        {{1, SECOND}, {100, HOUR}},        {{5, 2 * MINUTE}, {120, HOUR}},
        {{30, MINUTE}, {31, MINUTE + 1}},  {{7, 3}, {50, 1000}},
        {{1000, HOUR}, {1500, 24 * HOUR}}, {{2, MINUTE}, {2, MINUTE}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++)
        for (guint32 seed = 1; seed <= 20; seed++)
            arrive_at_random(seed * 7919, sets[i], 2);
}

/* What a worker does next, and when. */
typedef struct Worker {
    int64_t slot;
    int64_t next; /* it looks at its slot, or starts */
    bool is_starting;
} Worker;

#define WORKERS 7

static Worker *soonest(Worker *workers)
{
    Worker *first = &workers[0];
    for (int i = 1; i < WORKERS; i++)
        if (workers[i].next < first->next)
            first = &workers[i];
    return first;
}

static void book(Pace *pace, Worker *worker, int64_t now)
{
    worker->slot = pace_reserve(pace, now);
    worker->next = worker->slot;
    worker->is_starting = false;
}

static int compare_moments(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* Workers that start up to nearly a window after they looked at their slots:
 * one more often than not soon, one in nine late. */
static void start_late_at_random(guint32 seed, const Rate *rates, int count)
{
    GRand *random = g_rand_new_with_seed(seed);
    GArray *starts = g_array_new(FALSE, FALSE, sizeof(int64_t));
    Pace *pace = pace_new(rates, count);
    Worker workers[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        book(pace, &workers[i], i);
    while (starts->len < 2000) {
        Worker *worker = soonest(workers);
        int64_t now = worker->next;
        if (worker->is_starting) {
            pace_start_late(pace, worker->slot, now);
            g_array_append_val(starts, now);
            book(pace, worker, now + random_below(random, 3));
        } else if (pace_is_right(pace, worker->slot)) {
            bool is_late = g_rand_int_range(random, 0, 9) == 0;
            worker->is_starting = true;
            worker->next += random_below(random,
                                         is_late ? rates[0].window_ns : 2);
        } else {
            pace_give_back(pace, worker->slot);
            book(pace, worker, now);
        }
    }
    g_array_sort(starts, compare_moments);
    for (int i = 0; i < count; i++)
        assert_no_window_is_overfull(starts, &rates[i]);
    pace_free(pace);
    g_array_free(starts, TRUE);
    g_rand_free(random);
}

static void no_window_is_overfull_when_messages_start_late(void **state)
{
    (void)state;
    static const Rate sets[][2] = {
        {{1, SECOND}, {100, HOUR}},
        {{5, 2 * MINUTE}, {120, HOUR}},
        {{7, 300}, {50, 10000}},
        {{30, MINUTE}, {31, MINUTE + 1}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++)
        for (guint32 seed = 1; seed <= 20; seed++)
            start_late_at_random(seed * 104729, sets[i], 2);
}

/* Between moments of the same block nothing is lost. */
static void a_late_start_counts_for_its_whole_block(void **state)
{
    (void)state;
    const Rate rate = {2 * PACE_MOMENTS_MAX, MINUTE};
    Pace *pace = pace_new(&rate, 1);
    int64_t first = pace_reserve(pace, 0);
    pace_reserve(pace, 5);
    pace_start_late(pace, first, 3);
    for (int64_t i = 2; i < rate.count; i++)
        assert_true(pace_reserve(pace, 6) == 6);
    assert_true(pace_reserve(pace, 6) == MINUTE + 5);
    pace_free(pace);
}

static void a_slot_given_back_is_free_again(void **state)
{
    (void)state;
    const Rate rate = {2, MINUTE};
    Pace *pace = pace_new(&rate, 1);
    pace_reserve(pace, 0);
    int64_t second = pace_reserve(pace, SECOND);
    assert_true(second == SECOND);
    int64_t third = pace_reserve(pace, SECOND);
    assert_true(third == MINUTE);
    pace_give_back(pace, third);
    pace_give_back(pace, second);
    assert_true(pace_reserve(pace, 2 * SECOND) == 2 * SECOND);
    assert_true(pace_reserve(pace, 2 * SECOND) == MINUTE);
    pace_give_back(pace, 12345); /* never given: nothing happens */
    assert_true(pace_reserve(pace, 2 * SECOND) == MINUTE + 2 * SECOND);
    pace_free(pace);
}

static void a_slot_given_back_late_moves_no_other(void **state)
{
    (void)state;
    const Rate rate = {1, MINUTE};
    Pace *pace = pace_new(&rate, 1);
    int64_t first = pace_reserve(pace, 0);
    int64_t second = pace_reserve(pace, 0);
    assert_true(second == MINUTE);
    /* The first was never used, the second stands where it stood. */
    pace_give_back(pace, first);
    assert_true(pace_reserve(pace, 0) == 2 * MINUTE);
    pace_free(pace);
}

static void giving_everything_back_leaves_an_idle_pace(void **state)
{
    (void)state;
    const Rate rate = {1, MINUTE};
    Pace *pace = pace_new(&rate, 1);
    int64_t slots[100];
    for (int i = 0; i < 100; i++)
        slots[i] = pace_reserve(pace, 0);
    for (int i = 99; i >= 0; i--)
        pace_give_back(pace, slots[i]);
    assert_true(pace_reserve(pace, 3) == 3);
    pace_free(pace);
}

static void more_than_can_be_remembered_is_not_given_back(void **state)
{
    (void)state;
    const Rate rate = {1, SECOND};
    Pace *pace = pace_new(&rate, 1);
    GArray *slots = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (int i = 0; i < 1000; i++) {
        int64_t slot = pace_reserve(pace, 0);
        g_array_append_val(slots, slot);
    }
    for (guint i = slots->len; i > 0; i--)
        pace_give_back(pace, g_array_index(slots, int64_t, i - 1));
    int64_t next = pace_reserve(pace, 0);
    assert_true(next > 800 * SECOND);
    assert_true(next < 999 * SECOND);
    pace_free(pace);
    g_array_free(slots, TRUE);
}

static void a_huge_count_holds_strictly_and_loses_little(void **state)
{
    (void)state;
    const Rate rate = {1000003, HOUR};
    Pace *pace = pace_new(&rate, 1);
    GArray *slots = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (int64_t i = 0; i < 3100000; i++) {
        int64_t slot = pace_reserve(pace, i * 100000); /* 10,000 a second */
        g_array_append_val(slots, slot);
        if (i % 1000 < 3) { /* the newest, and one that is not the newest */
            int64_t unused = pace_reserve(pace, i * 100000);
            pace_give_back(pace, i % 1000 < 2 ? unused : slot);
            g_array_index(slots, int64_t,
                          slots->len - 1) = i % 1000 < 2 ? slot : unused;
        }
    }
    assert_no_window_is_overfull(slots, &rate);
    /* Exactly held, the 3,000,009th would start after three hours. */
    int64_t end = g_array_index(slots, int64_t, 3000009);
    assert_true(end >= 3 * HOUR);
    assert_true(end <= 3 * HOUR + SECOND);
    pace_free(pace);
    g_array_free(slots, TRUE);
}

static void the_largest_count_needs_little_memory(void **state)
{
    (void)state;
    const Rate rate = {1000000000, 24 * HOUR};
    Pace *pace = pace_new(&rate, 1); /* 8 GB if it kept them all */
    for (int64_t i = 0; i < 100000; i++)
        assert_true(pace_reserve(pace, i) == i);
    pace_free(pace);
}

static void a_clock_that_goes_back_breaks_no_limit(void **state)
{
    (void)state;
    const Rate rate = {2, MINUTE};
    Pace *pace = pace_new(&rate, 1);
    assert_true(pace_reserve(pace, HOUR) == HOUR);
    assert_true(pace_reserve(pace, SECOND) == HOUR);
    assert_true(pace_reserve(pace, SECOND) == HOUR + MINUTE);
    pace_free(pace);
}

static int64_t estimate(const Rate *rates, int count, int64_t messages)
{
    Pace *pace = pace_new(rates, count);
    int64_t left_ns = pace_estimate(&pace, 1, 5 * SECOND, messages);
    pace_free(pace);
    return left_ns;
}

static void estimates_say_when_the_last_message_leaves(void **state)
{
    (void)state;
    static const Rate two[] = {{5, 2 * MINUTE}, {120, HOUR}};
    static const Rate day = {1500, 24 * HOUR};
    static const Rate fast = {14, SECOND};
    static const struct {
        const Rate *rates;
        int count;
        int64_t messages;
        int64_t expected;
    } cases[] = {
        {NULL, 0, 1000000, 0},
        {two, 2, 0, 0},
        {two, 2, 5, 0},
        {two, 2, 6, 2 * MINUTE},
        {two, 2, 120, 46 * MINUTE},
        {two, 2, 121, HOUR},
        {&day, 1, 1500, 0},
        {&day, 1, 1501, 24 * HOUR},
        {&day, 1, 15000, 9 * 24 * HOUR},
        {&fast, 1, 1401, 100 * SECOND},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_true(estimate(cases[i].rates, cases[i].count,
                             cases[i].messages) == cases[i].expected);
}

static void estimates_for_millions_come_close(void **state)
{
    (void)state;
    const Rate rate = {30, MINUTE};
    int64_t left_ns = estimate(&rate, 1, 3000000);
    assert_true(ABS(left_ns - 100000 * MINUTE) < HOUR);
}

static void what_left_before_counts(void **state)
{
    (void)state;
    const Rate rate = {3, MINUTE};
    Pace *pace = pace_new(&rate, 1);
    pace_seed(pace, -50 * SECOND);
    pace_seed(pace, -20 * SECOND);
    pace_seed(pace, -20 * SECOND);
    Pace *copy = pace_copy(pace);
    assert_true(pace_estimate(&copy, 1, 0, 1) == 10 * SECOND);
    pace_free(copy);
    assert_true(pace_reserve(pace, 0) == 10 * SECOND);
    assert_true(pace_reserve(pace, 0) == 40 * SECOND);
    assert_true(pace_reserve(pace, 0) == 40 * SECOND);
    assert_true(pace_reserve(pace, 0) == 70 * SECOND);
    pace_free(pace);
}

static void several_paces_share_what_is_left(void **state)
{
    (void)state;
    const Rate slow = {1, MINUTE};
    const Rate fast = {3, MINUTE};
    Pace *paces[] = {pace_new(&slow, 1), pace_new(&fast, 1)};
    assert_true(pace_estimate(paces, 2, 0, 9) == 2 * MINUTE);
    pace_free(paces[0]);
    paces[0] = pace_new(NULL, 0); /* unlimited */
    assert_true(pace_estimate(paces, 2, 0, 9) == 0);
    assert_true(pace_estimate(paces, 0, 0, 9) == 0);
    pace_free(paces[0]);
    pace_free(paces[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_left_before_counts),
        cmocka_unit_test(several_paces_share_what_is_left),
        cmocka_unit_test(without_rates_every_moment_is_free),
        cmocka_unit_test(a_full_window_makes_the_next_one_wait),
        cmocka_unit_test(several_windows_hold_together),
        cmocka_unit_test(no_window_is_ever_overfull_whatever_arrives),
        cmocka_unit_test(no_window_is_overfull_when_messages_start_late),
        cmocka_unit_test(a_late_start_counts_for_its_whole_block),
        cmocka_unit_test(a_slot_given_back_is_free_again),
        cmocka_unit_test(a_slot_given_back_late_moves_no_other),
        cmocka_unit_test(giving_everything_back_leaves_an_idle_pace),
        cmocka_unit_test(more_than_can_be_remembered_is_not_given_back),
        cmocka_unit_test(a_huge_count_holds_strictly_and_loses_little),
        cmocka_unit_test(the_largest_count_needs_little_memory),
        cmocka_unit_test(a_clock_that_goes_back_breaks_no_limit),
        cmocka_unit_test(estimates_say_when_the_last_message_leaves),
        cmocka_unit_test(estimates_for_millions_come_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
