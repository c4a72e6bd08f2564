/* test_queue.c - delivery/queue.h over a list in memory and a real journal. */
#include "fake_list.h"

#include "base/units.h"
#include "delivery/queue.h"
#include "delivery/retry.h"

#define MINUTE_US (60 * INT64_C(1000000))
#define MINUTE_NS (60 * UNITS_SECOND_NS)

typedef struct Fixture {
    char *folder;
    FakeTime time;
    Clock clock;
    Journal *journal;
    List list;
    Queue *queue;
} Fixture;

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = scratch_new();
    fixture->time = (FakeTime){.wall_us = 1000 * MINUTE_US};
    fixture->clock = fake_clock(&fixture->time);
    g_autofree char *path = g_build_filename(fixture->folder, "j.db", NULL);
    GError *error = NULL;
    fixture->journal = journal_open(path, JOURNAL_WRITE, &fixture->clock,
                                    &error);
    assert_no_error(error);
    char id[] = "c";
    Campaign campaign = {.id = id};
    int64_t unknown;
    assert_true(journal_create_campaign(fixture->journal, &campaign, &error));
    assert_true(journal_take(fixture->journal, "c", &unknown, &error));
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    queue_free(fixture->queue);
    fake_list_clear(&fixture->list);
    journal_close(fixture->journal);
    scratch_remove(fixture->folder);
    g_free(fixture);
    return 0;
}

/* A run that tries for an hour. */
static void open_queue(Fixture *fixture, int count)
{
    fixture->list = fake_list(count);
    fixture->queue = queue_new(&fixture->list, fixture->journal,
                               &fixture->clock,
                               fixture->time.wall_us + 60 * MINUTE_US);
}

static void known(Fixture *fixture, int number, Outcome outcome,
                  int64_t next_us)
{
    g_autofree char *text = fake_address(&fixture->list, number);
    Address address = make_address(text);
    assert_true(journal_settle(fixture->journal, &address, outcome, NULL,
                               next_us, NULL));
    drop_address(&address);
}

/* The number of the next one; -1 EMPTY, -2 WAIT, -3 FAILED. */
static int take_number(Fixture *fixture, Subscriber **subscriber, int *attempts,
                       int64_t *due_us)
{
    GError *error = NULL;
    QueueAnswer answer = queue_take(fixture->queue, subscriber, attempts,
                                    due_us, &error);
    g_clear_error(&error);
    if (answer != QUEUE_TAKEN)
        return answer == QUEUE_EMPTY ? -1 : answer == QUEUE_WAIT ? -2 : -3;
    return fake_number(subscriber_address(*subscriber)->text);
}

static int take_and_finish(Fixture *fixture)
{
    Subscriber *subscriber = NULL;
    int attempts;
    int64_t due_us;
    int number = take_number(fixture, &subscriber, &attempts, &due_us);
    if (number >= 0)
        queue_done(fixture->queue, subscriber);
    return number;
}

static void take_and_defer(Fixture *fixture, int expected, int64_t wait_us)
{
    Subscriber *subscriber = NULL;
    int attempts;
    int64_t due_us;
    assert_int_equal(take_number(fixture, &subscriber, &attempts, &due_us),
                     expected);
    queue_again(fixture->queue, subscriber, attempts + 1,
                fixture->time.wall_us + wait_us);
}

static void everybody_unknown_is_given_once_in_order(void **state)
{
    Fixture *fixture = *state;
    open_queue(fixture, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(take_and_finish(fixture), i);
    assert_int_equal(take_and_finish(fixture), -1);
    assert_int_equal(take_and_finish(fixture), -1);
    assert_int_equal(fixture->list.rewinds, 0);
}

static void whoever_has_an_outcome_is_not_given(void **state)
{
    Fixture *fixture = *state;
    known(fixture, 0, OUTCOME_SENT, 0);
    known(fixture, 1, OUTCOME_FAILED, 0);
    known(fixture, 2, OUTCOME_UNKNOWN, 0);
    known(fixture, 3, OUTCOME_SKIPPED, 0);
    open_queue(fixture, 5);
    assert_int_equal(take_and_finish(fixture), 4);
    assert_int_equal(take_and_finish(fixture), -1);
}

static void an_earlier_deferral_is_given_when_it_is_due(void **state)
{
    Fixture *fixture = *state;
    int64_t now = fixture->time.wall_us;
    known(fixture, 0, OUTCOME_DEFERRED, now - 1);
    known(fixture, 1, OUTCOME_DEFERRED, now + 10 * MINUTE_US);
    known(fixture, 2, OUTCOME_DEFERRED, now + 61 * MINUTE_US);
    open_queue(fixture, 4);
    assert_int_equal(take_and_finish(fixture), 0);
    assert_int_equal(take_and_finish(fixture), 3);
    Subscriber *subscriber;
    int attempts = 0;
    int64_t due_us = 0;
    assert_int_equal(take_number(fixture, &subscriber, &attempts, &due_us), -2);
    assert_int_equal(due_us, now + 10 * MINUTE_US);
    assert_int_equal(queue_deferred(fixture->queue), 2);
    fake_time_pass(&fixture->time, 10 * MINUTE_NS);
    assert_int_equal(take_number(fixture, &subscriber, &attempts, &due_us), 1);
    assert_int_equal(attempts, 1);
    queue_done(fixture->queue, subscriber);
    /* The third is for another run. */
    assert_int_equal(take_and_finish(fixture), -1);
    assert_int_equal(queue_deferred(fixture->queue), 1);
}

static void a_clock_that_was_set_back_keeps_nobody_waiting(void **state)
{
    Fixture *fixture = *state;
    int64_t year_us = INT64_C(365) * 24 * 60 * MINUTE_US;
    known(fixture, 0, OUTCOME_DEFERRED, fixture->time.wall_us + year_us);
    open_queue(fixture, 1);
    assert_int_equal(take_and_finish(fixture), 0);
}

static void a_clock_that_is_set_in_the_run_changes_nothing(void **state)
{
    Fixture *fixture = *state;
    open_queue(fixture, 1);
    take_and_defer(fixture, 0, 5 * MINUTE_US);
    fixture->time.wall_us -= 500 * MINUTE_US;
    assert_int_equal(take_and_finish(fixture), -2);
    fake_time_pass(&fixture->time, 5 * MINUTE_NS);
    assert_int_equal(take_and_finish(fixture), 0);
}

static void deferred_ones_come_back_in_a_later_round(void **state)
{
    Fixture *fixture = *state;
    open_queue(fixture, 6);
    take_and_defer(fixture, 0, 5 * MINUTE_US);
    take_and_defer(fixture, 1, 20 * MINUTE_US);
    assert_int_equal(take_and_finish(fixture), 2);
    take_and_defer(fixture, 3, 5 * MINUTE_US);
    fake_time_pass(&fixture->time, 6 * MINUTE_NS);
    /* The first round is read to its end before anybody comes again. */
    assert_int_equal(take_and_finish(fixture), 4);
    assert_int_equal(take_and_finish(fixture), 5);
    assert_int_equal(take_and_finish(fixture), 0);
    assert_int_equal(take_and_finish(fixture), 3);
    assert_int_equal(take_and_finish(fixture), -2);
    fake_time_pass(&fixture->time, 20 * MINUTE_NS);
    assert_int_equal(take_and_finish(fixture), 1);
    assert_int_equal(take_and_finish(fixture), -1);
}

static void a_round_reads_no_further_than_it_must(void **state)
{
    Fixture *fixture = *state;
    open_queue(fixture, 1000);
    for (int i = 0; i < 1000; i++) {
        if (i == 3)
            take_and_defer(fixture, i, 5 * MINUTE_US);
        else
            assert_int_equal(take_and_finish(fixture), i);
    }
    fake_time_pass(&fixture->time, 5 * MINUTE_NS);
    fixture->list.reads = 0;
    assert_int_equal(take_and_finish(fixture), 3);
    assert_int_equal(take_and_finish(fixture), -1);
    assert_in_range(fixture->list.reads, 4, 6);
}

static void who_is_out_with_a_worker_is_not_given_again(void **state)
{
    Fixture *fixture = *state;
    open_queue(fixture, 3);
    Subscriber *out = NULL;
    int attempts;
    int64_t due_us;
    assert_int_equal(take_number(fixture, &out, &attempts, &due_us), 0);
    take_and_defer(fixture, 1, 5 * MINUTE_US);
    assert_int_equal(take_and_finish(fixture), 2);
    fake_time_pass(&fixture->time, 6 * MINUTE_NS);
    assert_int_equal(take_and_finish(fixture), 1);
    assert_int_equal(take_and_finish(fixture), -1);
    queue_again(fixture->queue, out, 7, fixture->time.wall_us);
    assert_int_equal(take_number(fixture, &out, &attempts, &due_us), 0);
    assert_int_equal(attempts, 7);
    queue_done(fixture->queue, out);
    assert_int_equal(take_and_finish(fixture), -1);
}

static void who_is_deferred_beyond_the_run_is_left(void **state)
{
    Fixture *fixture = *state;
    open_queue(fixture, 2);
    take_and_defer(fixture, 0, 61 * MINUTE_US);
    take_and_defer(fixture, 1, INT64_MAX / 2);
    assert_int_equal(take_and_finish(fixture), -1);
    assert_int_equal(queue_deferred(fixture->queue), 2);
}

static void who_was_taken_off_the_list_is_not_looked_for_forever(void **state)
{
    Fixture *fixture = *state;
    open_queue(fixture, 3);
    take_and_defer(fixture, 0, 5 * MINUTE_US);
    take_and_defer(fixture, 1, 5 * MINUTE_US);
    take_and_defer(fixture, 2, 30 * MINUTE_US);
    fixture->list.removed = 1;
    fake_time_pass(&fixture->time, 6 * MINUTE_NS);
    assert_int_equal(take_and_finish(fixture), 0);
    assert_int_equal(take_and_finish(fixture), -2);
    assert_int_equal(queue_deferred(fixture->queue), 2);
    fake_time_pass(&fixture->time, 30 * MINUTE_NS);
    assert_int_equal(take_and_finish(fixture), 2);
    assert_int_equal(take_and_finish(fixture), -1);
    assert_int_equal(queue_deferred(fixture->queue), 1);
}

static void a_list_that_cannot_be_read_fails(void **state)
{
    Fixture *fixture = *state;
    open_queue(fixture, 5);
    fixture->list.fail_at = 1;
    assert_int_equal(take_and_finish(fixture), 0);
    Subscriber *subscriber;
    int attempts;
    int64_t due_us;
    GError *error = NULL;
    assert_int_equal(
        queue_take(fixture->queue, &subscriber, &attempts, &due_us, &error),
        QUEUE_FAILED);
    assert_error(&error, ERROR_INPUT, "list.csv:1: broken");
}

static void an_intent_taken_back_is_given_again(void **state)
{
    Fixture *fixture = *state;
    Address address = make_address("U0@d0.example");
    known(fixture, 0, OUTCOME_DEFERRED, 0);
    assert_true(journal_intend(fixture->journal, &address, "i@x", NULL));
    assert_true(journal_settle(fixture->journal, &address, OUTCOME_NONE, NULL,
                               0, NULL));
    drop_address(&address);
    open_queue(fixture, 1);
    Subscriber *subscriber;
    int attempts;
    int64_t due_us;
    assert_int_equal(take_number(fixture, &subscriber, &attempts, &due_us), 0);
    assert_int_equal(attempts, 1);
    queue_done(fixture->queue, subscriber);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everybody_unknown_is_given_once_in_order),
        TEST(whoever_has_an_outcome_is_not_given),
        TEST(an_earlier_deferral_is_given_when_it_is_due),
        TEST(a_clock_that_was_set_back_keeps_nobody_waiting),
        TEST(a_clock_that_is_set_in_the_run_changes_nothing),
        TEST(deferred_ones_come_back_in_a_later_round),
        TEST(a_round_reads_no_further_than_it_must),
        TEST(who_is_out_with_a_worker_is_not_given_again),
        TEST(who_is_deferred_beyond_the_run_is_left),
        TEST(who_was_taken_off_the_list_is_not_looked_for_forever),
        TEST(a_list_that_cannot_be_read_fails),
        TEST(an_intent_taken_back_is_given_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
