/* test_sqlite.c - journal/journal.h over its file. */
#include "scratch.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sqlite3.h>

#include "journal/journal.h"

typedef struct Fixture {
    char *folder;
    char *path;
    FakeTime time;
    Clock clock;
    Journal *journal;
} Fixture;

static Journal *open_journal(Fixture *fixture)
{
    GError *error = NULL;
    Journal *journal = journal_open(fixture->path, JOURNAL_WRITE,
                                    &fixture->clock, &error);
    assert_no_error(error);
    assert_non_null(journal);
    return journal;
}

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = scratch_new();
    fixture->path = g_build_filename(fixture->folder, "state", "journal.db",
                                     NULL);
    fixture->time = (FakeTime){.wall_us = 1000000, .monotonic_ns = 5};
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

static bool create(Journal *journal, const char *id, bool test, GError **error)
{
    char *copy = g_strdup(id);
    char digest[] = "0123";
    char subject[] = "Hackathon in \xc3\xa9t\xc3\xa9";
    char arguments[] = "send\npost.md";
    char directory[] = "/home/a b";
    Campaign campaign = {.id = copy,
                         .digest = digest,
                         .subject = subject,
                         .arguments = arguments,
                         .directory = directory,
                         .recipients = 10,
                         .test = test};
    bool ok = journal_create_campaign(journal, &campaign, error);
    g_free(copy);
    return ok;
}

static int64_t take(Journal *journal, const char *id)
{
    GError *error = NULL;
    int64_t unknown = -1;
    assert_true(journal_take(journal, id, &unknown, &error));
    assert_no_error(error);
    return unknown;
}

static void create_and_take(Journal *journal, const char *id)
{
    GError *error = NULL;
    assert_true(create(journal, id, false, &error));
    assert_no_error(error);
    assert_int_equal(take(journal, id), 0);
}

static bool intend(Journal *journal, const char *text, GError **error)
{
    Address address = make_address(text);
    g_autofree char *id = g_strdup_printf("%s.id@x", text);
    bool ok = journal_intend(journal, &address, id, error);
    drop_address(&address);
    return ok;
}

static void settle(Journal *journal, const char *text, Outcome outcome,
                   int code, int64_t next_us)
{
    char reply_text[] = "5.1.1 no such user";
    Reply reply = {.code = code, .enhanced = {5, 1, 1}, .text = reply_text};
    Address address = make_address(text);
    GError *error = NULL;
    assert_true(
        journal_settle(journal, &address, outcome, &reply, next_us, &error));
    assert_no_error(error);
    drop_address(&address);
}

static void look_up(Journal *journal, const char *text, Entry *entry)
{
    Address address = make_address(text);
    GError *error = NULL;
    assert_true(journal_lookup(journal, &address, entry, &error));
    assert_no_error(error);
    drop_address(&address);
}

static void assert_state(Journal *journal, const char *text, Outcome outcome,
                         int attempts)
{
    Entry entry;
    look_up(journal, text, &entry);
    if (entry.outcome != outcome || entry.attempts != attempts)
        fail_msg("%s: %s after %d attempts", text, outcome_name(entry.outcome),
                 entry.attempts);
    entry_clear(&entry);
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

/* --- files --- */

static void only_the_owner_may_read_a_journal(void **state)
{
    Fixture *fixture = *state;
    create_and_take(fixture->journal, "c");
    assert_true(intend(fixture->journal, "a@x", NULL));
    struct stat status;
    g_autofree char *folder = g_path_get_dirname(fixture->path);
    assert_int_equal(stat(folder, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    static const char *const suffixes[] = {"", "-wal", "-shm", ".c.lock"};
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *path = g_strconcat(fixture->path, suffixes[i], NULL);
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 0777, 0600);
    }
}

static void reading_where_no_journal_is_finds_nothing(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *path = g_build_filename(fixture->folder, "none", NULL);
    GError *error = NULL;
    assert_null(journal_open(path, JOURNAL_READ, &fixture->clock, &error));
    assert_error(&error, ERROR_MISSING, "there is no journal here");
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_true(g_file_set_contents(path, "", 0, NULL));
    assert_null(journal_open(path, JOURNAL_READ, &fixture->clock, &error));
    assert_error(&error, ERROR_MISSING, "nothing was sent yet");
}

static void a_reader_sees_what_a_writer_has_written(void **state)
{
    Fixture *fixture = *state;
    create_and_take(fixture->journal, "c");
    assert_true(intend(fixture->journal, "a@x", NULL));
    settle(fixture->journal, "a@x", OUTCOME_SENT, 250, 0);
    assert_true(intend(fixture->journal, "b@x", NULL));
    GError *error = NULL;
    Journal *reader = journal_open(fixture->path, JOURNAL_READ, &fixture->clock,
                                   &error);
    assert_no_error(error);
    g_autoptr(Campaign) campaign = journal_find_campaign(reader, "c", &error);
    assert_no_error(error);
    assert_int_equal(campaign->counts[OUTCOME_SENT], 1);
    assert_int_equal(campaign->counts[OUTCOME_UNKNOWN], 1); /* on its way */
    assert_false(create(reader, "d", false, &error));
    assert_error(&error, ERROR_SYSTEM, "readonly");
    journal_close(reader);
}

static bool keep(Journal *journal, const char *name, const char *digest,
                 const char *text)
{
    const char *const texts[] = {name, digest, "Subject", text, "<p>"};
    char *copies[G_N_ELEMENTS(texts)];
    GError *error = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        copies[i] = g_strdup(texts[i]);
    KeptLetter letter = {copies[0], copies[1], copies[2],
                         copies[3], copies[4], 0};
    bool ok = journal_keep_letter(journal, &letter, &error);
    assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(copies[i]);
    return ok;
}

static void assert_newest(Journal *journal, const char *name, const char *text)
{
    GError *error = NULL;
    g_autoptr(KeptLetter) letter = journal_find_letter(journal, name, &error);
    assert_no_error(error);
    assert_non_null(letter);
    assert_string_equal(letter->text, text);
}

static void the_newest_version_of_a_letter_is_found(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    assert_null(journal_find_letter(fixture->journal, "c", &error));
    assert_no_error(error);
    fixture->time.wall_us = 42;
    assert_true(keep(fixture->journal, "c", "1", "one"));
    assert_true(keep(fixture->journal, "c", "2", "two\nlines\n"));
    assert_true(keep(fixture->journal, "other", "1", "another"));
    assert_newest(fixture->journal, "c", "two\nlines\n");
    assert_true(keep(fixture->journal, "c", "1", "one again"));
    assert_newest(fixture->journal, "c", "one again");
    g_autoptr(KeptLetter)
        letter = journal_find_letter(fixture->journal, "c", &error);
    assert_string_equal(letter->name, "c");
    assert_string_equal(letter->digest, "1");
    assert_string_equal(letter->subject, "Subject");
    assert_string_equal(letter->html, "<p>");
    assert_int_equal(letter->at_us, 42);
}

static void old_versions_are_forgotten(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    assert_true(keep(fixture->journal, "first", "0", "x"));
    for (int i = 1; i < JOURNAL_LETTERS_MAX; i++) {
        g_autofree char *digest = g_strdup_printf("%d", i);
        assert_true(keep(fixture->journal, "c", digest, digest));
    }
    assert_newest(fixture->journal, "first", "x");
    assert_true(keep(fixture->journal, "c", "last", "y"));
    assert_null(journal_find_letter(fixture->journal, "first", &error));
    assert_no_error(error);
    assert_newest(fixture->journal, "c", "y");
}

static void a_file_that_is_no_journal_is_refused(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *path = g_build_filename(fixture->folder, "f", NULL);
    static const struct {
        const char *content; /* NULL: made by sql */
        const char *sql;
        const char *part;
    } cases[] = {
        {"Dear diary, this is not a database, it is only a text.\n", NULL,
         "this is not a journal"},
        {NULL, "CREATE TABLE shopping (item TEXT)", "of another program"},
        {NULL, "PRAGMA user_version = 1", "of another program"},
        {NULL, "PRAGMA application_id = 1835627117; PRAGMA user_version = 7",
         "written by a newer mirmail (journal version 7"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        unlink(path);
        if (cases[i].content != NULL)
            assert_true(g_file_set_contents(path, cases[i].content, -1, NULL));
        else
            run_sql(path, cases[i].sql);
        for (int mode = JOURNAL_READ; mode <= JOURNAL_WRITE; mode++) {
            GError *error = NULL;
            assert_null(
                journal_open(path, (JournalMode)mode, &fixture->clock, &error));
            assert_true(g_str_has_prefix(error->message, path));
            assert_error(&error, ERROR_SYSTEM, cases[i].part);
        }
    }
}

/* The tables that version 1 had, made by its own words. */
static void a_journal_of_version_1_learns_to_keep_letters(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *path = g_build_filename(fixture->folder, "old", NULL);
    run_sql(path, "CREATE TABLE campaign (number INTEGER PRIMARY KEY "
                  "AUTOINCREMENT, id TEXT NOT NULL UNIQUE, digest TEXT NOT "
                  "NULL, subject TEXT NOT NULL, arguments TEXT NOT NULL, "
                  "directory TEXT NOT NULL, created_us INTEGER NOT NULL, "
                  "finished_us INTEGER NOT NULL, recipients INTEGER NOT NULL, "
                  "test INTEGER NOT NULL);"
                  "CREATE TABLE recipient (campaign INTEGER NOT NULL "
                  "REFERENCES campaign (number), key TEXT NOT NULL, address "
                  "TEXT, state INTEGER NOT NULL, attempts INTEGER NOT NULL, "
                  "message_id TEXT, code INTEGER NOT NULL, enhanced INTEGER "
                  "NOT NULL, reply TEXT, at_us INTEGER NOT NULL, next_us "
                  "INTEGER NOT NULL, PRIMARY KEY (campaign, key)) WITHOUT "
                  "ROWID;"
                  "INSERT INTO campaign VALUES (1, 'c', 'd', 's', '', '', 5, "
                  "0, 7, 0);"
                  "PRAGMA user_version = 1;"
                  "PRAGMA application_id = 1835627117");
    GError *error = NULL;
    Journal *reader = journal_open(path, JOURNAL_READ, &fixture->clock, &error);
    assert_no_error(error);
    assert_null(journal_find_letter(reader, "c", &error));
    assert_no_error(error);
    journal_close(reader);

    Journal *writer = journal_open(path, JOURNAL_WRITE, &fixture->clock,
                                   &error);
    assert_no_error(error);
    g_autoptr(Campaign) campaign = journal_find_campaign(writer, "c", &error);
    assert_int_equal(campaign->recipients, 7);
    assert_true(keep(writer, "c", "1", "text"));
    g_autoptr(KeptLetter) letter = journal_find_letter(writer, "c", &error);
    assert_no_error(error);
    assert_string_equal(letter->text, "text");
    journal_close(writer);
}

static void a_damaged_journal_says_so(void **state)
{
    Fixture *fixture = *state;
    create_and_take(fixture->journal, "c");
    for (int i = 0; i < 300; i++) {
        g_autofree char *text = g_strdup_printf("someone.%d@example.org", i);
        settle(fixture->journal, text, OUTCOME_FAILED, 550, 0);
    }
    journal_close(fixture->journal);
    fixture->journal = NULL;
    g_autofree char *bytes = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents(fixture->path, &bytes, &length, NULL));
    memset(bytes + 4096, 0xa5, length - 4096);
    assert_true(
        g_file_set_contents(fixture->path, bytes, (gssize)length, NULL));
    GError *error = NULL;
    fixture->journal = journal_open(fixture->path, JOURNAL_WRITE,
                                    &fixture->clock, &error);
    if (fixture->journal != NULL)
        assert_null(journal_list_campaigns(fixture->journal, &error));
    assert_error(&error, ERROR_SYSTEM, "malformed");
}

/* --- campaigns --- */

static void a_campaign_comes_back_as_it_was_created(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    fixture->time.wall_us = 4711;
    assert_true(create(fixture->journal, "2016-summer", false, &error));
    g_autoptr(Campaign) campaign = journal_find_campaign(fixture->journal,
                                                         "2016-summer", &error);
    assert_no_error(error);
    assert_string_equal(campaign->id, "2016-summer");
    assert_string_equal(campaign->digest, "0123");
    assert_string_equal(campaign->subject, "Hackathon in \xc3\xa9t\xc3\xa9");
    assert_string_equal(campaign->arguments, "send\npost.md");
    assert_string_equal(campaign->directory, "/home/a b");
    assert_int_equal(campaign->created_us, 4711);
    assert_int_equal(campaign->finished_us, 0);
    assert_int_equal(campaign->recipients, 10);
    assert_false(campaign->test);
    assert_int_equal(campaign->counts[OUTCOME_NONE], 10);
}

static void the_newest_campaign_that_is_no_test_is_found(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    assert_null(journal_find_campaign(fixture->journal, NULL, &error));
    assert_no_error(error);
    assert_true(create(fixture->journal, "old", false, &error));
    fixture->time.wall_us = 10; /* the clock was set back */
    assert_true(create(fixture->journal, "new", false, &error));
    assert_true(create(fixture->journal, "try", true, &error));
    g_autoptr(Campaign)
        newest = journal_find_campaign(fixture->journal, NULL, &error);
    assert_string_equal(newest->id, "new");
    g_autoptr(GPtrArray) all = journal_list_campaigns(fixture->journal, &error);
    assert_int_equal(all->len, 3);
    static const char *const order[] = {"try", "new", "old"};
    for (guint i = 0; i < 3; i++)
        assert_string_equal(((Campaign *)g_ptr_array_index(all, i))->id,
                            order[i]);
    assert_null(journal_find_campaign(fixture->journal, "none", &error));
    assert_no_error(error);
}

static void an_id_is_used_once_and_names_a_file(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    assert_true(create(fixture->journal, "c", false, &error));
    assert_false(create(fixture->journal, "c", false, &error));
    assert_error(&error, ERROR_INPUT, "there is a campaign `c` already");
    static const char *const bad[] = {"", "a/b", "..", ".x", "a b", "a\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_false(create(fixture->journal, bad[i], false, &error));
        assert_error(&error, ERROR_INPUT, "cannot name a campaign");
        int64_t unknown;
        assert_false(journal_take(fixture->journal, bad[i], &unknown, &error));
        assert_error(&error, ERROR_INPUT, "cannot name a campaign");
    }
}

static void a_campaign_is_finished_and_its_list_may_change(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    create_and_take(fixture->journal, "c");
    settle(fixture->journal, "a@x", OUTCOME_FAILED, 550, 0);
    settle(fixture->journal, "b@x", OUTCOME_SKIPPED, 0, 0);
    fixture->time.wall_us = 99;
    assert_true(journal_set_recipients(fixture->journal, "c", 7, &error));
    assert_true(journal_finish_campaign(fixture->journal, "c", &error));
    g_autoptr(Campaign)
        campaign = journal_find_campaign(fixture->journal, "c", &error);
    assert_int_equal(campaign->recipients, 7);
    assert_int_equal(campaign->finished_us, 99);
    assert_int_equal(campaign->counts[OUTCOME_FAILED], 1);
    assert_int_equal(campaign->counts[OUTCOME_SKIPPED], 1);
    assert_int_equal(campaign->counts[OUTCOME_NONE], 5);
    assert_false(journal_finish_campaign(fixture->journal, "none", &error));
    assert_error(&error, ERROR_MISSING, "there is no campaign `none`");
    assert_false(journal_set_recipients(fixture->journal, "none", 1, &error));
    assert_error(&error, ERROR_MISSING, "there is no campaign `none`");
}

/* --- taking --- */

static void a_campaign_is_taken_by_one_process(void **state)
{
    Fixture *fixture = *state;
    create_and_take(fixture->journal, "c");
    GError *error = NULL;
    int64_t unknown;
    Journal *other = open_journal(fixture);
    assert_true(create(other, "d", false, &error));
    assert_false(journal_take(other, "c", &unknown, &error));
    g_autofree char *number = g_strdup_printf("(%ld)", (long)getpid());
    assert_error(&error, ERROR_RETRY, number);
    assert_int_equal(take(other, "d"), 0);
    journal_release(fixture->journal);
    journal_release(other);
    assert_int_equal(take(other, "c"), 0);
    journal_close(other);
}

static void a_campaign_that_is_not_there_cannot_be_taken(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    int64_t unknown;
    assert_false(journal_take(fixture->journal, "c", &unknown, &error));
    assert_error(&error, ERROR_MISSING, "there is no campaign `c`");
    create_and_take(fixture->journal, "c"); /* and no lock is left */
}

static void a_reply_that_is_no_utf8_is_read_as_text(void **state)
{
    Fixture *fixture = *state;
    create_and_take(fixture->journal, "c");
    char text[] = "caf\xe9\n";
    Reply reply = {.code = 550, .text = text};
    Address address = make_address("a@x");
    assert_true(journal_settle(fixture->journal, &address, OUTCOME_FAILED,
                               &reply, 0, NULL));
    assert_true(journal_sync(fixture->journal, NULL));
    drop_address(&address);
    Entry entry;
    look_up(fixture->journal, "a@x", &entry);
    assert_string_equal(entry.reply.text, "caf\\xE9\\x0A");
    entry_clear(&entry);
}

static void an_intent_without_an_outcome_becomes_unknown(void **state)
{
    Fixture *fixture = *state;
    create_and_take(fixture->journal, "c");
    fixture->time.wall_us = 42;
    assert_true(intend(fixture->journal, "A.b@x", NULL));
    assert_true(intend(fixture->journal, "sent@x", NULL));
    settle(fixture->journal, "sent@x", OUTCOME_SENT, 250, 0);
    journal_close(fixture->journal);
    fixture->journal = open_journal(fixture);
    assert_int_equal(take(fixture->journal, "c"), 1);
    Entry entry;
    look_up(fixture->journal, "a.B@x", &entry);
    assert_int_equal(entry.outcome, OUTCOME_UNKNOWN);
    assert_string_equal(entry.address, "A.b@x");
    assert_string_equal(entry.message_id, "A.b@x.id@x");
    assert_int_equal(entry.attempts, 1);
    assert_int_equal(entry.at_us, 42);
    entry_clear(&entry);
    journal_release(fixture->journal);
    assert_int_equal(take(fixture->journal, "c"), 0); /* counted once */
}

/* --- recipients --- */

static void an_outcome_keeps_the_whole_reply(void **state)
{
    Fixture *fixture = *state;
    create_and_take(fixture->journal, "c");
    fixture->time.wall_us = 77;
    settle(fixture->journal, "a@x", OUTCOME_DEFERRED, 450, 123456789);
    for (int round = 0; round < 3; round++) {
        Entry entry;
        look_up(fixture->journal, "a@x", &entry);
        assert_int_equal(entry.outcome, OUTCOME_DEFERRED);
        assert_int_equal(entry.attempts, 1);
        assert_int_equal(entry.at_us, 77);
        assert_int_equal(entry.next_us, 123456789);
        assert_int_equal(entry.reply.code, 450);
        assert_int_equal(entry.reply.enhanced[0], 5);
        assert_int_equal(entry.reply.enhanced[1], 1);
        assert_int_equal(entry.reply.enhanced[2], 1);
        assert_string_equal(entry.reply.text, "5.1.1 no such user");
        entry_clear(&entry);
        if (round == 0)
            assert_true(journal_sync(fixture->journal, NULL));
        else {
            journal_close(fixture->journal);
            fixture->journal = open_journal(fixture);
            take(fixture->journal, "c");
        }
    }
}

/* Each step is looked at before and after it is written. */
static void assert_step(Fixture *fixture, Outcome outcome, int attempts)
{
    assert_state(fixture->journal, "a@x", outcome, attempts);
    assert_true(journal_sync(fixture->journal, NULL));
    assert_state(fixture->journal, "a@x", outcome, attempts);
    fixture->time.wall_us += 10;
}

static void attempts_are_counted_once_each(void **state)
{
    Fixture *fixture = *state;
    Journal *journal = fixture->journal;
    create_and_take(journal, "c");
    assert_step(fixture, OUTCOME_NONE, 0);
    settle(journal, "a@x", OUTCOME_DEFERRED, 450, 5); /* refused at RCPT */
    assert_step(fixture, OUTCOME_DEFERRED, 1);
    assert_true(intend(journal, "a@x", NULL));
    assert_step(fixture, OUTCOME_UNKNOWN, 2);
    settle(journal, "a@x", OUTCOME_DEFERRED, 450, 5); /* at the end of data */
    assert_step(fixture, OUTCOME_DEFERRED, 2);
    assert_true(intend(journal, "a@x", NULL));
    assert_step(fixture, OUTCOME_UNKNOWN, 3);
    settle(journal, "a@x", OUTCOME_NONE, 0, 0); /* it never left */
    assert_step(fixture, OUTCOME_NONE, 2);
    assert_true(intend(journal, "a@x", NULL));
    assert_step(fixture, OUTCOME_UNKNOWN, 3);
    settle(journal, "a@x", OUTCOME_SENT, 250, 0);
    assert_step(fixture, OUTCOME_SENT, 3);
}

static void taking_back_the_only_intent_leaves_nothing(void **state)
{
    Fixture *fixture = *state;
    create_and_take(fixture->journal, "c");
    assert_true(intend(fixture->journal, "a@x", NULL));
    settle(fixture->journal, "a@x", OUTCOME_NONE, 0, 0);
    settle(fixture->journal, "never@x", OUTCOME_NONE, 0, 0);
    assert_step(fixture, OUTCOME_NONE, 0);
    Entry entry;
    look_up(fixture->journal, "never@x", &entry);
    assert_int_equal(entry.outcome, OUTCOME_NONE);
    assert_null(entry.address);
    entry_clear(&entry);
}

static void who_may_have_the_message_gets_no_second_intent(void **state)
{
    Fixture *fixture = *state;
    Journal *journal = fixture->journal;
    create_and_take(journal, "c");
    static const struct {
        const char *text;
        Outcome outcome; /* OUTCOME_NONE: the intent stands alone */
        bool may_again;
    } cases[] = {
        {"intended@x", OUTCOME_NONE, false},
        {"sent@x", OUTCOME_SENT, false},
        {"unknown@x", OUTCOME_UNKNOWN, false},
        {"deferred@x", OUTCOME_DEFERRED, true},
        {"failed@x", OUTCOME_FAILED, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_true(intend(journal, cases[i].text, NULL));
        if (cases[i].outcome != OUTCOME_NONE)
            settle(journal, cases[i].text, cases[i].outcome, 250, 0);
        GError *error = NULL;
        g_autofree char *shouted = g_ascii_strup(cases[i].text, -1);
        bool again = intend(journal, shouted, &error);
        assert_int_equal(again, cases[i].may_again);
        if (!again)
            assert_error(&error, ERROR_SYSTEM, "may have this message");
    }
    /* On purpose: first taken back. */
    settle(journal, "unknown@x", OUTCOME_NONE, 0, 0);
    assert_true(intend(journal, "unknown@x", NULL));
}

static void campaigns_do_not_mix(void **state)
{
    Fixture *fixture = *state;
    create_and_take(fixture->journal, "one");
    settle(fixture->journal, "a@x", OUTCOME_FAILED, 550, 0);
    journal_release(fixture->journal);
    create_and_take(fixture->journal, "two");
    assert_state(fixture->journal, "a@x", OUTCOME_NONE, 0);
    assert_true(intend(fixture->journal, "a@x", NULL));
}

static void append_visited(void *data, const Entry *entry)
{
    g_string_append_printf(data, "%s=%s ", entry->address,
                           outcome_name(entry->outcome));
}

static void append_key(void *data, const char *key)
{
    g_string_append_printf(data, "%s ", key);
}

static void a_visit_shows_all_by_address(void **state)
{
    Fixture *fixture = *state;
    create_and_take(fixture->journal, "c");
    settle(fixture->journal, "Z@x", OUTCOME_FAILED, 550, 0);
    settle(fixture->journal, "b@x", OUTCOME_SKIPPED, 0, 0);
    assert_true(intend(fixture->journal, "M@x", NULL));
    GString *seen = g_string_new(NULL);
    GError *error = NULL;
    assert_true(
        journal_visit(fixture->journal, "c", append_visited, seen, &error));
    assert_string_equal(seen->str, "b@x=skipped M@x=unknown Z@x=failed ");
    g_string_truncate(seen, 0);
    assert_true(journal_visit_keys(fixture->journal, append_key, seen, &error));
    assert_string_equal(seen->str, "b@x m@x z@x ");
    g_string_truncate(seen, 0);
    assert_true(
        journal_visit(fixture->journal, "none", append_visited, seen, &error));
    assert_string_equal(seen->str, "");
    g_string_free(seen, TRUE);
}

/* --- what goes wrong --- */

static void append_history(void *data, const Entry *entry)
{
    g_string_append(data, entry->address);
    for (guint i = 0; entry->history != NULL && i < entry->history->len; i++) {
        const Entry *earlier = g_ptr_array_index(entry->history, i);
        g_string_append_printf(data, " %s %d %s,",
                               outcome_name(earlier->outcome),
                               earlier->reply.code, earlier->message_id);
    }
    g_string_append_printf(data, " %s\n", outcome_name(entry->outcome));
}

static void step(Fixture *fixture, const char *text, Outcome outcome, int code)
{
    fixture->time.wall_us++;
    assert_true(intend(fixture->journal, text, NULL));
    fixture->time.wall_us++;
    settle(fixture->journal, text, outcome, code, 0);
}

static void what_was_known_of_a_recipient_before_is_kept(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    create_and_take(fixture->journal, "c");
    step(fixture, "a@x", OUTCOME_SENT, 250);
    step(fixture, "b@x", OUTCOME_DEFERRED, 451);
    step(fixture, "b@x", OUTCOME_DEFERRED, 452);
    step(fixture, "b@x", OUTCOME_SENT, 250);
    g_autoptr(GString) seen = g_string_new(NULL);
    assert_true(
        journal_visit(fixture->journal, "c", append_history, seen, &error));
    assert_no_error(error);
    assert_string_equal(seen->str,
                        "a@x sent\n"
                        "b@x deferred 451 b@x.id@x, deferred 452 b@x.id@x,"
                        " sent\n");
}

static void who_is_unknown_can_be_sent_to_again_or_let_rest(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    int64_t count = 0;
    create_and_take(fixture->journal, "c");
    step(fixture, "a@x", OUTCOME_UNKNOWN, 0);
    step(fixture, "b@x", OUTCOME_SENT, 250);
    assert_false(intend(fixture->journal, "a@x", NULL));

    fixture->time.wall_us++;
    assert_true(journal_resolve_unknown(fixture->journal, OUTCOME_NONE, &count,
                                        &error));
    assert_int_equal(count, 1);
    assert_state(fixture->journal, "a@x", OUTCOME_NONE, 1);
    assert_state(fixture->journal, "b@x", OUTCOME_SENT, 1);
    step(fixture, "a@x", OUTCOME_UNKNOWN, 0);

    fixture->time.wall_us++;
    assert_true(journal_resolve_unknown(fixture->journal, OUTCOME_SKIPPED,
                                        &count, &error));
    assert_int_equal(count, 1);
    assert_state(fixture->journal, "a@x", OUTCOME_SKIPPED, 2);
    g_autoptr(GString) seen = g_string_new(NULL);
    assert_true(
        journal_visit(fixture->journal, "c", append_history, seen, &error));
    assert_string_equal(seen->str, "a@x unknown 0 a@x.id@x, unknown 0 a@x.id@x,"
                                   " skipped\nb@x sent\n");
}

static void a_full_disk_ends_writing_and_loses_nothing(void **state)
{
    Fixture *fixture = *state;
    create_and_take(fixture->journal, "c");
    assert_true(intend(fixture->journal, "a@x", NULL));
    /* A file may grow no further: to SQLite that is a full disk. */
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit tight = {.rlim_cur = 64 * 1024, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    GError *error = NULL;
    int stored = 0;
    while (stored < 10000) {
        g_autofree char *text = g_strdup_printf("u%d@x", stored);
        if (!intend(fixture->journal, text, &error))
            break;
        stored++;
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_in_range(stored, 1, 9999);
    assert_true(g_str_has_prefix(error->message, fixture->path));
    assert_error(&error, ERROR_SYSTEM, "the journal fails");
    /* There is room again, but this journal has seen too much. */
    assert_false(intend(fixture->journal, "late@x", &error));
    assert_error(&error, ERROR_SYSTEM, "the journal fails");
    journal_close(fixture->journal);
    fixture->journal = open_journal(fixture);
    int64_t unknown = take(fixture->journal, "c");
    assert_in_range(unknown, stored + 1, stored + 2);
    assert_state(fixture->journal, "late@x", OUTCOME_NONE, 0);
}

/* --- many threads --- */

enum { THREADS = 8, MESSAGES = 60 };

typedef struct Sender {
    pthread_t thread;
    Journal *journal;
    int number;
    int failures;
} Sender;

static void *send_all(void *data)
{
    Sender *sender = data;
    for (int i = 0; i < MESSAGES; i++) {
        g_autofree char *text = g_strdup_printf("t%d.m%d@x", sender->number, i);
        Address address = make_address(text);
        Entry entry;
        if (!journal_lookup(sender->journal, &address, &entry, NULL) ||
            entry.outcome != OUTCOME_NONE)
            sender->failures++;
        entry_clear(&entry);
        if (!journal_intend(sender->journal, &address, "i@x", NULL) ||
            !journal_settle(sender->journal, &address, OUTCOME_SENT, NULL, 0,
                            NULL) ||
            !journal_lookup(sender->journal, &address, &entry, NULL) ||
            entry.outcome != OUTCOME_SENT || entry.attempts != 1)
            sender->failures++;
        entry_clear(&entry);
        drop_address(&address);
    }
    return NULL;
}

static void many_threads_write_together(void **state)
{
    Fixture *fixture = *state;
    create_and_take(fixture->journal, "c");
    Sender senders[THREADS];
    for (int i = 0; i < THREADS; i++) {
        senders[i] = (Sender){.journal = fixture->journal, .number = i};
        pthread_create(&senders[i].thread, NULL, send_all, &senders[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(senders[i].thread, NULL);
        assert_int_equal(senders[i].failures, 0);
    }
    g_autoptr(Campaign)
        campaign = journal_find_campaign(fixture->journal, "c", NULL);
    assert_int_equal(campaign->counts[OUTCOME_SENT], THREADS * MESSAGES);
}

/* The child says on the pipe what it was told is durable, and is killed. */
static _Noreturn void write_until_killed(const char *path, const Clock *clock,
                                         int out)
{
    int64_t unknown = 0;
    Journal *journal = journal_open(path, JOURNAL_WRITE, clock, NULL);
    if (journal == NULL || !journal_take(journal, "c", &unknown, NULL))
        _exit(1);
    Entry entry;
    for (int32_t i = 0;; i++) {
        g_autofree char *text = g_strdup_printf("u%d@x", i);
        Address address = make_address(text);
        if (!journal_lookup(journal, &address, &entry, NULL))
            _exit(1);
        bool is_done = entry.outcome != OUTCOME_NONE;
        entry_clear(&entry);
        if (is_done)
            continue;
        if (!journal_intend(journal, &address, "i@x", NULL) ||
            write(out, &i, sizeof i) != sizeof i ||
            !journal_settle(journal, &address, OUTCOME_SENT, NULL, 0, NULL))
            _exit(1);
    }
}

static void kill_one_writer(Fixture *fixture, GRand *random, GHashTable *seen)
{
    int channel[2];
    assert_int_equal(pipe(channel), 0);
    pid_t child = fork();
    if (child == 0) {
        close(channel[0]);
        write_until_killed(fixture->path, &fixture->clock, channel[1]);
    }
    close(channel[1]);
    int wanted = g_rand_int_range(random, 1, 40);
    int32_t number;
    int got = 0;
    while (read(channel[0], &number, sizeof number) == sizeof number) {
        if (!g_hash_table_add(seen, GINT_TO_POINTER(number + 1)))
            fail_msg("%d was intended twice", number);
        if (++got == wanted)
            kill(child, SIGKILL);
    }
    waitpid(child, NULL, 0);
    close(channel[0]);
    assert_true(got >= wanted);
}

static void what_was_durable_outlives_a_kill_and_is_not_repeated(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    assert_true(create(fixture->journal, "c", false, &error));
    journal_close(fixture->journal);
    GRand *random = g_rand_new_with_seed(20160629);
    GHashTable *seen = g_hash_table_new(NULL, NULL);
    for (int i = 0; i < 15; i++)
        kill_one_writer(fixture, random, seen);
    fixture->journal = open_journal(fixture);
    take(fixture->journal, "c");
    GHashTableIter walk;
    void *key;
    g_hash_table_iter_init(&walk, seen);
    while (g_hash_table_iter_next(&walk, &key, NULL)) {
        g_autofree char *text = g_strdup_printf("u%d@x",
                                                GPOINTER_TO_INT(key) - 1);
        Entry entry;
        look_up(fixture->journal, text, &entry);
        assert_true(entry.outcome == OUTCOME_SENT ||
                    entry.outcome == OUTCOME_UNKNOWN);
        assert_int_equal(entry.attempts, 1);
        entry_clear(&entry);
    }
    g_hash_table_destroy(seen);
    g_rand_free(random);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_the_owner_may_read_a_journal),
        TEST(reading_where_no_journal_is_finds_nothing),
        TEST(a_reader_sees_what_a_writer_has_written),
        TEST(a_file_that_is_no_journal_is_refused),
        TEST(the_newest_version_of_a_letter_is_found),
        TEST(old_versions_are_forgotten),
        TEST(a_journal_of_version_1_learns_to_keep_letters),
        TEST(a_damaged_journal_says_so),
        TEST(a_campaign_comes_back_as_it_was_created),
        TEST(the_newest_campaign_that_is_no_test_is_found),
        TEST(an_id_is_used_once_and_names_a_file),
        TEST(a_campaign_is_finished_and_its_list_may_change),
        TEST(a_campaign_is_taken_by_one_process),
        TEST(a_campaign_that_is_not_there_cannot_be_taken),
        TEST(a_reply_that_is_no_utf8_is_read_as_text),
        TEST(an_intent_without_an_outcome_becomes_unknown),
        TEST(an_outcome_keeps_the_whole_reply),
        TEST(attempts_are_counted_once_each),
        TEST(taking_back_the_only_intent_leaves_nothing),
        TEST(who_may_have_the_message_gets_no_second_intent),
        TEST(campaigns_do_not_mix),
        TEST(a_visit_shows_all_by_address),
        TEST(what_was_known_of_a_recipient_before_is_kept),
        TEST(who_is_unknown_can_be_sent_to_again_or_let_rest),
        TEST(a_full_disk_ends_writing_and_loses_nothing),
        TEST(many_threads_write_together),
        TEST(what_was_durable_outlives_a_kill_and_is_not_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
