/* test_account.c - relay accounts of journal/journal.h, over the file. */
#include "scratch.h"

#include "journal/journal.h"

typedef struct Fixture {
    char *folder;
    char *path;
    FakeTime time;
    Clock clock;
    Journal *journal;
} Fixture;

#define SECOND_US INT64_C(1000000)
#define NOW_US (1000000 * SECOND_US)

static Journal *open_journal(Fixture *fixture)
{
    GError *error = NULL;
    Journal *journal = journal_open(fixture->path, JOURNAL_WRITE,
                                    &fixture->clock, &error);
    assert_no_error(error);
    return journal;
}

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = scratch_new();
    fixture->path = g_build_filename(fixture->folder, "journal.db", NULL);
    fixture->time = (FakeTime){.wall_us = NOW_US};
    fixture->clock = fake_clock(&fixture->time);
    fixture->journal = open_journal(fixture);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    journal_close(fixture->journal);
    scratch_remove(fixture->folder);
    g_free(fixture->path);
    g_free(fixture);
    return 0;
}

static int64_t open_account(Journal *journal, const char *name)
{
    JournalAccount account = {.name = name, .connections = 3};
    GError *error = NULL;
    int64_t number = 0;
    assert_true(journal_open_account(journal, &account, &number, &error));
    assert_no_error(error);
    return number;
}

static void depart(Fixture *fixture, int64_t account, int64_t at_s)
{
    fixture->time.wall_us = NOW_US + at_s * SECOND_US;
    assert_true(journal_depart(fixture->journal, account, NULL));
}

static void close_accounts(Journal *journal)
{
    GError *error = NULL;
    assert_true(journal_close_accounts(journal, &error));
    assert_no_error(error);
}

static void append_moment(void *data, int64_t at_us)
{
    g_string_append_printf(data, "%d ", (int)((at_us - NOW_US) / SECOND_US));
}

static void assert_departures(Journal *journal, const char *name,
                              int64_t since_s, const char *expected)
{
    g_autoptr(GString) seen = g_string_new(NULL);
    GError *error = NULL;
    assert_true(journal_visit_departures(journal, name,
                                         NOW_US + since_s * SECOND_US,
                                         append_moment, seen, &error));
    assert_no_error(error);
    assert_string_equal(seen->str, expected);
}

static void departures_are_kept_by_account(void **state)
{
    Fixture *fixture = *state;
    int64_t a = open_account(fixture->journal, "a@relay:587");
    int64_t b = open_account(fixture->journal, "b@relay:587");
    depart(fixture, a, 1);
    depart(fixture, b, 2);
    depart(fixture, a, 3);
    assert_departures(fixture->journal, "a@relay:587", 0, "1 3 ");
    assert_departures(fixture->journal, "a@relay:587", 2, "3 ");
    assert_departures(fixture->journal, "b@relay:587", 0, "2 ");
    assert_departures(fixture->journal, "c@relay:587", 0, "");
}

static void departures_outlive_a_run(void **state)
{
    Fixture *fixture = *state;
    int64_t account = open_account(fixture->journal, "a@relay:587");
    depart(fixture, account, 1);
    close_accounts(fixture->journal);
    journal_close(fixture->journal);
    fixture->journal = open_journal(fixture);
    assert_int_equal(open_account(fixture->journal, "a@relay:587"), account);
    assert_departures(fixture->journal, "a@relay:587", 0, "1 ");
}

/* One message a connection may have begun without a record. */
static void
a_run_that_was_killed_counts_for_what_it_may_have_begun(void **state)
{
    Fixture *fixture = *state;
    int64_t account = open_account(fixture->journal, "a@relay:587");
    depart(fixture, account, 1);
    journal_close(fixture->journal); /* without closing the account */
    fixture->time.wall_us = NOW_US + 9 * SECOND_US;
    fixture->journal = open_journal(fixture);
    open_account(fixture->journal, "a@relay:587");
    assert_departures(fixture->journal, "a@relay:587", 0, "1 9 9 9 ");
    close_accounts(fixture->journal);
    open_account(fixture->journal, "a@relay:587");
    assert_departures(fixture->journal, "a@relay:587", 0, "1 9 9 9 ");
}

static void
departures_are_forgotten_after_a_day_unless_a_window_is_longer(void **state)
{
    Fixture *fixture = *state;
    enum { DAY_S = 86400 };
    const char *name = "a@relay:587";
    depart(fixture, open_account(fixture->journal, name), 1);
    close_accounts(fixture->journal);

    JournalAccount account = {.name = name,
                              .window_ns = INT64_C(7) * DAY_S * 1000000000};
    int64_t number = 0;
    fixture->time.wall_us = NOW_US + INT64_C(6) * DAY_S * SECOND_US;
    assert_true(
        journal_open_account(fixture->journal, &account, &number, NULL));
    assert_departures(fixture->journal, name, 0, "1 ");
    close_accounts(fixture->journal);

    open_account(fixture->journal, name);
    assert_departures(fixture->journal, name, 0, "");
}

static void an_account_is_taken_by_one_process(void **state)
{
    Fixture *fixture = *state;
    open_account(fixture->journal, "a@relay:587");
    Journal *other = open_journal(fixture);
    JournalAccount account = {.name = "a@relay:587", .connections = 1};
    GError *error = NULL;
    int64_t number = 0;
    assert_false(journal_open_account(other, &account, &number, &error));
    assert_error(&error, ERROR_RETRY,
                 "mail at the rate of a@relay:587 is being sent by another "
                 "process");
    close_accounts(fixture->journal);
    open_account(other, "a@relay:587");
    journal_close(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(departures_are_kept_by_account),
        TEST(departures_outlive_a_run),
        TEST(a_run_that_was_killed_counts_for_what_it_may_have_begun),
        TEST(departures_are_forgotten_after_a_day_unless_a_window_is_longer),
        TEST(an_account_is_taken_by_one_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
