#include "scratch.h"

#include "journal/bounce.h"

#define DAY_US (INT64_C(24) * 3600 * 1000000)

typedef struct Fixture {
    char *folder;
    char *path;
    FakeTime time;
    Clock clock;
    Journal *journal;
} Fixture;

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    GError *error = NULL;
    fixture->folder = scratch_new();
    fixture->path = g_build_filename(fixture->folder, "journal.db", NULL);
    fixture->clock = fake_clock(&fixture->time);
    fixture->journal = journal_open(fixture->path, JOURNAL_WRITE,
                                    &fixture->clock, &error);
    assert_no_error(error);
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

static void begin(Fixture *fixture, const char *name, int64_t days, bool test)
{
    g_autofree char *id = g_strdup(name);
    GError *error = NULL;
    char text[] = "x";
    const Campaign campaign = {.id = id,
                               .digest = text,
                               .subject = text,
                               .arguments = text,
                               .directory = text,
                               .created_us = days * DAY_US,
                               .test = test};
    journal_create_campaign(fixture->journal, &campaign, &error);
    assert_no_error(error);
}

static JournalBounce soft(const char *mail, const char *campaign)
{
    return (JournalBounce){mail, "ada@example.org", campaign, "soft", "4.2.2"};
}

static void note(Fixture *fixture, JournalBounce bounce)
{
    GError *error = NULL;
    assert_true(journal_note_bounce(fixture->journal, &bounce, &error));
    assert_no_error(error);
}

static bool knows(Fixture *fixture, const char *mail, const char *key)
{
    GError *error = NULL;
    bool known = false;
    assert_true(
        journal_knows_bounce(fixture->journal, mail, key, &known, &error));
    return known;
}

static BounceCount count(Fixture *fixture, JournalBounce with)
{
    GError *error = NULL;
    BounceCount found;
    assert_true(journal_count_bounces(fixture->journal, &with, &found, &error));
    return found;
}

static void a_bounce_that_was_noted_is_known(void **state)
{
    Fixture *fixture = *state;
    begin(fixture, "one", 0, false);
    assert_false(knows(fixture, "m1", "ada@example.org"));
    note(fixture, soft("m1", "one"));
    note(fixture, soft("m1", "one"));
    note(fixture, soft("m2", NULL));
    assert_true(knows(fixture, "m1", "ada@example.org"));
    assert_true(knows(fixture, "m2", "ada@example.org"));
    assert_false(knows(fixture, "m1", "bob@example.org"));
}

static void campaigns_count_once_and_tests_never(void **state)
{
    Fixture *fixture = *state;
    begin(fixture, "one", 0, false);
    begin(fixture, "two", 5, false);
    begin(fixture, "two-test-1", 6, true);
    begin(fixture, "three", 20, false);
    begin(fixture, "four", 30, false);
    note(fixture, soft("m1", "one"));
    note(fixture, soft("m2", "one"));
    note(fixture, soft("m3", "two-test-1"));
    note(fixture, soft("m4", NULL));
    JournalBounce hard = soft("m5", "four");
    hard.class = "hard";
    note(fixture, hard);
    JournalBounce other = soft("m6", "four");
    other.key = "bob@example.org";
    note(fixture, other);

    BounceCount found = count(fixture, soft("m7", "three"));
    assert_int_equal(found.campaigns, 2);
    assert_int_equal(found.first_us, 0);
    assert_int_equal(found.newest_us, 20 * DAY_US);
    assert_int_equal(count(fixture, soft("m7", "one")).campaigns, 1);
    assert_int_equal(count(fixture, soft("m7", NULL)).campaigns, 1);
    assert_int_equal(count(fixture, soft("m7", "two-test-1")).campaigns, 1);
}

static void what_was_noted_outlives_the_process(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    begin(fixture, "one", 0, false);
    note(fixture, soft("m1", "one"));
    journal_close(fixture->journal);
    fixture->journal = journal_open(fixture->path, JOURNAL_READ,
                                    &fixture->clock, &error);
    assert_no_error(error);
    assert_true(knows(fixture, "m1", "ada@example.org"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bounce_that_was_noted_is_known),
        TEST(campaigns_count_once_and_tests_never),
        TEST(what_was_noted_outlives_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
