/* test_person.c - one person in all campaigns, journal/person.c. */
#include "scratch.h"

#include "journal/bounce.h"

typedef struct Fixture {
    char *folder;
    char *path;
    FakeTime time;
    Clock clock;
} Fixture;

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = scratch_new();
    fixture->path = g_build_filename(fixture->folder, "j.sqlite", NULL);
    fixture->time = (FakeTime){.wall_us = INT64_C(1795869000000000)};
    fixture->clock = fake_clock(&fixture->time);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    scratch_remove(fixture->folder);
    g_free(fixture->path);
    g_free(fixture);
    return 0;
}

static Journal *open_journal(Fixture *fixture)
{
    GError *error = NULL;
    Journal *journal = journal_open(fixture->path, JOURNAL_WRITE,
                                    &fixture->clock, &error);
    assert_no_error(error);
    return journal;
}

static void create(Journal *journal, const char *id)
{
    char digest[] = "d";
    char subject[] = "s";
    char arguments[] = "--to 'Ada X <Ada@Example.org>' --to zada@example.org "
                       "--to='Ada X <ada@example.org>' post.md";
    char directory[] = "/";
    Campaign campaign = {.id = (char *)(uintptr_t)id,
                         .digest = digest,
                         .subject = subject,
                         .arguments = arguments,
                         .directory = directory};
    GError *error = NULL;
    assert_true(journal_create_campaign(journal, &campaign, &error));
    assert_no_error(error);
}

static void settle(Journal *journal, const char *text, Outcome outcome,
                   const char *reply_text)
{
    Address address = make_address(text);
    Reply reply = {.code = 550, .text = (char *)(uintptr_t)reply_text};
    assert_true(journal_settle(journal, &address, outcome, &reply, 0, NULL));
    assert_true(journal_sync(journal, NULL));
    drop_address(&address);
}

/* A campaign in which two people have an outcome. */
static void send_to_both(Journal *journal, const char *id)
{
    int64_t unknown = 0;
    create(journal, id);
    assert_true(journal_take(journal, id, &unknown, NULL));
    settle(journal, "Ada@example.org", OUTCOME_FAILED,
           "no <ADA@example.org> and no zada@example.org here");
    settle(journal, "zada@example.org", OUTCOME_SENT, "fine");
    journal_release(journal);
}

static void append(void *data, const char *campaign, const Entry *entry)
{
    g_string_append_printf(data, "%s %s %s: %s\n", campaign, entry->address,
                           outcome_name(entry->outcome), entry->reply.text);
}

static char *show(Journal *journal, const char *key)
{
    GString *out = g_string_new(NULL);
    assert_true(journal_visit_person(journal, key, append, out, NULL));
    return g_string_free(out, FALSE);
}

static void a_person_is_seen_in_every_campaign_the_newest_first(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Journal) journal = open_journal(fixture);
    send_to_both(journal, "one");
    send_to_both(journal, "two");
    g_autofree char *seen = show(journal, "zada@example.org");
    assert_string_equal(seen, "two zada@example.org sent: fine\n"
                              "one zada@example.org sent: fine\n");
    g_autofree char *nobody = show(journal, "nobody@example.org");
    assert_string_equal(nobody, "");
}

static void a_stand_in_takes_the_place_of_who_is_forgotten(void **state)
{
    Fixture *fixture = *state;
    Journal *journal = open_journal(fixture);
    send_to_both(journal, "one");
    send_to_both(journal, "two");
    Address address = make_address("ada@Example.org");
    JournalForgotten forgotten;
    const JournalBounce bounce = {"digest", "ada@example.org", "one", "soft",
                                  NULL};
    assert_true(journal_note_bounce(journal, &bounce, NULL));
    GError *error = NULL;
    assert_true(journal_forget(journal, &address, "#abc", &forgotten, &error));
    assert_no_error(error);
    assert_int_equal(forgotten.recipients, 2);
    assert_int_equal(forgotten.texts, 4);
    g_autofree char *seen = show(journal, "#abc");
    assert_string_equal(
        seen, "two #abc failed: no <#abc> and no zada@example.org here\n"
              "one #abc failed: no <#abc> and no zada@example.org here\n");
    g_autoptr(Campaign) campaign = journal_find_campaign(journal, "one", NULL);
    assert_string_equal(
        campaign->arguments,
        "'--to' '#abc' '--to' 'zada@example.org' '--to=#abc' 'post.md'");
    assert_int_equal(campaign->counts[OUTCOME_FAILED], 1);
    bool known = false;
    assert_true(journal_knows_bounce(journal, "digest", "#abc", &known, NULL));
    assert_true(known);
    drop_address(&address);
    journal_close(journal);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents(fixture->path, &bytes, &length, NULL));
    assert_null(memmem(bytes, length, "Ada@", 4));
    assert_null(memmem(bytes, length, "ADA@", 4));
    assert_null(memmem(bytes, length, "Ada X", 5));
    assert_null(memmem(bytes, length, "digestada@", 10));
}

static void who_was_forgotten_twice_has_one_row(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Journal) journal = open_journal(fixture);
    int64_t unknown = 0;
    send_to_both(journal, "one");
    Address address = make_address("ada@example.org");
    JournalForgotten forgotten;
    assert_true(journal_forget(journal, &address, "#abc", &forgotten, NULL));
    assert_true(journal_take(journal, "one", &unknown, NULL));
    settle(journal, "ada@example.org", OUTCOME_SENT, "again");
    journal_release(journal);
    assert_true(journal_forget(journal, &address, "#abc", &forgotten, NULL));
    g_autofree char *seen = show(journal, "#abc");
    assert_string_equal(seen, "one #abc sent: again\n");
    drop_address(&address);
}

static void who_is_being_written_to_is_not_forgotten(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Journal) journal = open_journal(fixture);
    g_autoptr(Journal) sending = open_journal(fixture);
    int64_t unknown = 0;
    create(journal, "one");
    create(journal, "two");
    assert_true(journal_take(sending, "one", &unknown, NULL));
    g_autoptr(GError) error = NULL;
    assert_null(journal_hold(journal, &error));
    assert_int_equal(error->code, ERROR_RETRY);
    journal_release(sending);
    g_autoptr(JournalHold) hold = journal_hold(journal, NULL);
    assert_non_null(hold);
    assert_false(journal_take(sending, "two", &unknown, NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_person_is_seen_in_every_campaign_the_newest_first),
        TEST(a_stand_in_takes_the_place_of_who_is_forgotten),
        TEST(who_was_forgotten_twice_has_one_row),
        TEST(who_is_being_written_to_is_not_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
