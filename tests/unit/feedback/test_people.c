/* test_people.c - feedback/people.h over lists and journals in a folder. */
#include "keys.h"

#include "feedback/people.h"
#include "journal/journal.h"

typedef struct Fixture {
    char *folder;
    char *list;
    char *more;
    char *journal;
    const char *lists[3];
    Keyring *keyring;
    FakeTime time;
    Clock clock;
    People *people;
} Fixture;

static int set_up(void **state)
{
    GError *error = NULL;
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = scratch_new();
    fixture->list = g_build_filename(fixture->folder, "a.csv", NULL);
    fixture->more = g_build_filename(fixture->folder, "b.csv", NULL);
    fixture->journal = g_build_filename(fixture->folder, "j.db", NULL);
    fixture->lists[0] = fixture->list;
    fixture->lists[1] = fixture->more;
    fixture->time = (FakeTime){.wall_us = INT64_C(1795869000000000)};
    fixture->clock = fake_clock(&fixture->time);
    char *keys = g_build_filename(fixture->folder, "keys", NULL);
    keys_write(keys, KEY_B KEY_A);
    fixture->keyring = keyring_load(keys, &error);
    assert_no_error(error);
    g_free(keys);
    scratch_write(fixture->list, "email,name,lang\n"
                                 "Ada@Example.org,Ada,fr\n"
                                 "bob@example.org,Bob,\n");
    scratch_write(fixture->more, "email\ncleo@example.net\n");
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    people_close(fixture->people);
    keyring_free(fixture->keyring);
    scratch_remove(fixture->folder);
    g_free(fixture->list);
    g_free(fixture->more);
    g_free(fixture->journal);
    g_free(fixture);
    return 0;
}

static void open_people(Fixture *fixture)
{
    GError *error = NULL;
    PeopleSource source = {fixture->lists, fixture->journal, fixture->keyring,
                           &fixture->clock};
    fixture->people = people_open(&source, &error);
    assert_no_error(error);
}

static KeyringMatch match_of(Fixture *fixture, char letter, const char *key)
{
    KeyringMatch match = {.letter = letter};
    assert_true(keyring_identify(fixture->keyring, letter, key, match.rid));
    return match;
}

/* NULL: nobody. */
static void assert_found(Fixture *fixture, char letter, const char *key,
                         const char *address)
{
    GError *error = NULL;
    char *found = NULL;
    KeyringMatch match = match_of(fixture, letter, key);
    assert_true(people_find(fixture->people, &match, &found, &error));
    assert_no_error(error);
    if (address == NULL)
        assert_null(found);
    else
        assert_string_equal(found ? found : "nobody", address);
    g_free(found);
}

static void write_journal(Fixture *fixture, const char *campaign_id,
                          const char *text)
{
    GError *error = NULL;
    Journal *journal = journal_open(fixture->journal, JOURNAL_WRITE,
                                    &fixture->clock, &error);
    Campaign campaign = {.id = (char *)(uintptr_t)campaign_id,
                         .digest = (char *)(uintptr_t) "d",
                         .subject = (char *)(uintptr_t) "s",
                         .arguments = (char *)(uintptr_t) "a",
                         .directory = (char *)(uintptr_t) "/"};
    Address address = make_address(text);
    int64_t unknown = 0;
    assert_true(journal_create_campaign(journal, &campaign, &error));
    assert_true(journal_take(journal, campaign_id, &unknown, &error));
    assert_true(journal_intend(journal, &address, "<m@example.org>", &error));
    assert_no_error(error);
    drop_address(&address);
    journal_close(journal);
}

static void everybody_on_the_lists_is_found_under_every_key(void **state)
{
    Fixture *fixture = *state;
    open_people(fixture);
    assert_int_equal(people_count(fixture->people), 3);
    for (const char *letter = "ab"; *letter != '\0'; letter++) {
        assert_found(fixture, *letter, "ada@example.org", "Ada@example.org");
        assert_found(fixture, *letter, "bob@example.org", "bob@example.org");
        assert_found(fixture, *letter, "cleo@example.net", "cleo@example.net");
        assert_found(fixture, *letter, "dan@example.org", NULL);
    }
}

static void the_hash_of_one_key_is_worth_nothing_under_another(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    char *found = NULL;
    open_people(fixture);
    KeyringMatch match = match_of(fixture, 'a', "ada@example.org");
    match.letter = 'b';
    assert_true(people_find(fixture->people, &match, &found, &error));
    assert_null(found);
}

static void the_language_is_the_lists(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    Person person;
    open_people(fixture);
    KeyringMatch match = match_of(fixture, 'a', "ada@example.org");
    assert_true(people_find_person(fixture->people, &match, &person, &error));
    assert_string_equal(person.lang, "fr");
    person_clear(&person);
    match = match_of(fixture, 'a', "bob@example.org");
    assert_true(people_find_person(fixture->people, &match, &person, &error));
    assert_null(person.lang);
    person_clear(&person);
    match = match_of(fixture, 'a', "cleo@example.net");
    assert_true(people_find_person(fixture->people, &match, &person, &error));
    assert_null(person.lang);
    person_clear(&person);
}

static void a_list_that_changed_is_read_again(void **state)
{
    Fixture *fixture = *state;
    open_people(fixture);
    assert_found(fixture, 'a', "eve@example.org", NULL);
    scratch_write(fixture->more, "email\ncleo@example.net\neve@example.org\n");
    assert_found(fixture, 'a', "eve@example.org", "eve@example.org");
    scratch_write(fixture->more, "email\n");
    assert_found(fixture, 'a', "eve@example.org", NULL);
    assert_int_equal(people_count(fixture->people), 2);
}

static void a_list_that_is_gone_leaves_whom_it_had(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    char *found = NULL;
    open_people(fixture);
    assert_int_equal(unlink(fixture->more), 0);
    assert_found(fixture, 'a', "cleo@example.net", "cleo@example.net");
    KeyringMatch match = match_of(fixture, 'a', "dan@example.org");
    assert_false(people_find(fixture->people, &match, &found, &error));
    assert_error(&error, ERROR_MISSING, "b.csv");
    write_journal(fixture, "one", "dan@example.org");
    assert_found(fixture, 'a', "dan@example.org", "dan@example.org");
}

static void a_bad_row_hides_nobody_else(void **state)
{
    Fixture *fixture = *state;
    scratch_write(fixture->list,
                  "email,name\n"
                  "no address,\"Eve\"\n"
                  "bob@example.org,\"Bob\nBcc: x@example.org\"\n");
    open_people(fixture);
    assert_found(fixture, 'a', "bob@example.org", "bob@example.org");
}

static void who_is_on_no_list_is_found_in_the_journal(void **state)
{
    Fixture *fixture = *state;
    write_journal(fixture, "one", "Dan@example.org");
    write_journal(fixture, "two", "eve@example.org");
    open_people(fixture);
    assert_found(fixture, 'a', "dan@example.org", "Dan@example.org");
    assert_found(fixture, 'b', "eve@example.org", "eve@example.org");
    assert_found(fixture, 'a', "flo@example.org", NULL);
}

static void who_is_written_to_now_is_found_at_once(void **state)
{
    Fixture *fixture = *state;
    open_people(fixture);
    assert_found(fixture, 'a', "dan@example.org", NULL);
    write_journal(fixture, "one", "dan@example.org");
    assert_found(fixture, 'a', "dan@example.org", "dan@example.org");
}

/* A clock on which reading a journal takes a second. */
static int64_t slow_ns(const Clock *clock)
{
    FakeTime *time = clock->data;
    return time->monotonic_ns += INT64_C(1000000000);
}

static void a_large_journal_is_not_searched_all_the_time(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    char *found = NULL;
    fixture->clock.monotonic_ns = slow_ns;
    open_people(fixture);
    assert_found(fixture, 'a', "dan@example.org", NULL);
    assert_found(fixture, 'a', "flo@example.org", NULL);
    write_journal(fixture, "one", "dan@example.org");
    KeyringMatch match = match_of(fixture, 'a', "dan@example.org");
    assert_false(people_find(fixture->people, &match, &found, &error));
    assert_error(&error, ERROR_RETRY, "searched a moment ago");
    fixture->time.monotonic_ns += INT64_C(5000000000);
    assert_found(fixture, 'a', "dan@example.org", "dan@example.org");
}

static void a_list_that_cannot_be_read_at_first_is_an_error(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    PeopleSource source = {fixture->lists, NULL, fixture->keyring,
                           &fixture->clock};
    unlink(fixture->list);
    assert_null(people_open(&source, &error));
    assert_error(&error, ERROR_MISSING, "a.csv");
}

static void without_lists_the_journal_is_enough(void **state)
{
    Fixture *fixture = *state;
    fixture->lists[0] = NULL;
    write_journal(fixture, "one", "dan@example.org");
    open_people(fixture);
    assert_int_equal(people_count(fixture->people), 0);
    assert_found(fixture, 'a', "dan@example.org", "dan@example.org");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everybody_on_the_lists_is_found_under_every_key),
        TEST(the_hash_of_one_key_is_worth_nothing_under_another),
        TEST(the_language_is_the_lists),
        TEST(a_list_that_changed_is_read_again),
        TEST(a_list_that_is_gone_leaves_whom_it_had),
        TEST(a_bad_row_hides_nobody_else),
        TEST(who_is_on_no_list_is_found_in_the_journal),
        TEST(who_is_written_to_now_is_found_at_once),
        TEST(a_large_journal_is_not_searched_all_the_time),
        TEST(a_list_that_cannot_be_read_at_first_is_an_error),
        TEST(without_lists_the_journal_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
