/*
 * test_journal.c - journal/journal.h over a backend in memory: who waits for
 * which commit, and what a failed one does.
 */
#include "scratch.h"

#include <pthread.h>

#include "journal/backend.h"

typedef struct Ram {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int writes;
    size_t records;
    size_t largest;
    bool is_held; /* write() waits until it is not */
    bool is_inside;
    int fail_from; /* the write that fails, from 1; 0: none */
} Ram;

static Ram ram;

static JournalStore *ram_open(const char *path, JournalMode mode,
                              GError **error)
{
    (void)path;
    (void)mode;
    (void)error;
    return (JournalStore *)&ram;
}

static void ram_close(JournalStore *store)
{
    (void)store;
}

static bool ram_take(JournalStore *store, const char *id, int64_t *unknown,
                     GError **error)
{
    (void)store;
    (void)id;
    (void)error;
    *unknown = 0;
    return true;
}

static bool ram_write(JournalStore *store, JournalRecord *const *records,
                      size_t count, GError **error)
{
    (void)store;
    pthread_mutex_lock(&ram.mutex);
    assert_false(ram.is_inside); /* one at a time */
    ram.is_inside = true;
    ram.writes++;
    ram.records += count;
    ram.largest = MAX(ram.largest, count);
    for (size_t i = 0; i < count; i++)
        records[i]->was_refused = g_str_has_prefix(records[i]->key, "twice");
    pthread_cond_broadcast(&ram.changed);
    while (ram.is_held)
        pthread_cond_wait(&ram.changed, &ram.mutex);
    bool ok = ram.fail_from == 0 || ram.writes < ram.fail_from;
    ram.is_inside = false;
    pthread_mutex_unlock(&ram.mutex);
    if (!ok)
        error_set(error, ERROR_SYSTEM, "the disk is full");
    return ok;
}

static bool ram_lookup(JournalStore *store, const char *key, Entry *entry,
                       GError **error)
{
    (void)store;
    (void)key;
    (void)entry;
    (void)error;
    return true;
}

static const JournalBackend ram_backend = {
    .open = ram_open,
    .close = ram_close,
    .take = ram_take,
    .write = ram_write,
    .lookup = ram_lookup,
};

static char *folder;
static FakeTime fake_time = {.wall_us = 1000};
static Clock test_clock;

static Journal *open_ram(void)
{
    ram = (Ram){.mutex = PTHREAD_MUTEX_INITIALIZER,
                .changed = PTHREAD_COND_INITIALIZER};
    folder = scratch_new();
    test_clock = fake_clock(&fake_time);
    g_autofree char *path = g_build_filename(folder, "journal", NULL);
    GError *error = NULL;
    Journal *journal = journal_open_with(&ram_backend, path, JOURNAL_WRITE,
                                         &test_clock, &error);
    int64_t unknown = -1;
    assert_true(journal_take(journal, "c", &unknown, &error));
    assert_no_error(error);
    return journal;
}

static void close_ram(Journal *journal)
{
    journal_close(journal);
    scratch_remove(folder);
}

static bool intend(Journal *journal, const char *text, GError **error)
{
    Address address = make_address(text);
    bool ok = journal_intend(journal, &address, "id@x", error);
    drop_address(&address);
    return ok;
}

static bool settle(Journal *journal, const char *text, Outcome outcome,
                   GError **error)
{
    static char ok_text[] = "2.0.0 fine";
    Reply reply = {.code = 250, .text = ok_text};
    Address address = make_address(text);
    bool ok = journal_settle(journal, &address, outcome, &reply, 0, error);
    drop_address(&address);
    return ok;
}

static Outcome outcome_of(Journal *journal, const char *text)
{
    Address address = make_address(text);
    Entry entry;
    GError *error = NULL;
    assert_true(journal_lookup(journal, &address, &entry, &error));
    Outcome outcome = entry.outcome;
    entry_clear(&entry);
    drop_address(&address);
    return outcome;
}

static void an_intent_is_written_before_it_returns(void **state)
{
    (void)state;
    Journal *journal = open_ram();
    GError *error = NULL;
    assert_true(intend(journal, "a@x", &error));
    assert_int_equal(ram.writes, 1);
    assert_int_equal(ram.records, 1);
    close_ram(journal);
}

static void an_outcome_waits_for_the_next_commit(void **state)
{
    (void)state;
    Journal *journal = open_ram();
    GError *error = NULL;
    assert_true(settle(journal, "a@x", OUTCOME_SENT, &error));
    assert_int_equal(ram.writes, 0);
    assert_int_equal(outcome_of(journal, "a@x"), OUTCOME_SENT);
    assert_true(intend(journal, "b@x", &error));
    assert_int_equal(ram.writes, 1);
    assert_int_equal(ram.records, 2);
    assert_true(settle(journal, "b@x", OUTCOME_SENT, &error));
    assert_true(journal_sync(journal, &error));
    assert_int_equal(ram.writes, 2);
    assert_true(journal_sync(journal, &error));
    assert_int_equal(ram.writes, 2);
    close_ram(journal);
}

static void many_outcomes_do_not_pile_up(void **state)
{
    (void)state;
    Journal *journal = open_ram();
    GError *error = NULL;
    for (int i = 0; i < 5000; i++)
        assert_true(settle(journal, "a@x", OUTCOME_FAILED, &error));
    assert_in_range(ram.writes, 5, 50);
    assert_true(ram.largest < 1001);
    close_ram(journal);
}

static void an_intent_for_one_who_may_have_it_is_refused_alone(void **state)
{
    (void)state;
    Journal *journal = open_ram();
    GError *error = NULL;
    assert_false(intend(journal, "Twice@x", &error));
    assert_error(&error, ERROR_SYSTEM, "Twice@x may have this message");
    assert_true(intend(journal, "a@x", &error));
    close_ram(journal);
}

typedef struct Caller {
    pthread_t thread;
    Journal *journal;
    char *text;
    bool ok;
    GError *error;
} Caller;

static void *call_intend(void *data)
{
    Caller *caller = data;
    caller->ok = intend(caller->journal, caller->text, &caller->error);
    return NULL;
}

static void start_caller(Caller *caller, Journal *journal, int number)
{
    *caller = (Caller){.journal = journal,
                       .text = g_strdup_printf("u%d@x", number)};
    assert_int_equal(pthread_create(&caller->thread, NULL, call_intend, caller),
                     0);
}

static void wait_inside(void)
{
    pthread_mutex_lock(&ram.mutex);
    while (!ram.is_inside)
        pthread_cond_wait(&ram.changed, &ram.mutex);
    pthread_mutex_unlock(&ram.mutex);
}

static void let_go(void)
{
    pthread_mutex_lock(&ram.mutex);
    ram.is_held = false;
    pthread_cond_broadcast(&ram.changed);
    pthread_mutex_unlock(&ram.mutex);
}

/* Waits until so many of the intents stand in the queue. */
static void wait_queued(Journal *journal, int count)
{
    for (int seen = 0; seen < count;) {
        seen = 0;
        for (int i = 1; i <= count; i++) {
            g_autofree char *text = g_strdup_printf("u%d@x", i);
            seen += outcome_of(journal, text) == OUTCOME_UNKNOWN;
        }
        sched_yield();
    }
}

static void all_who_come_during_a_commit_share_the_next(void **state)
{
    (void)state;
    enum { OTHERS = 20 };
    Journal *journal = open_ram();
    ram.is_held = true;
    Caller callers[OTHERS + 1];
    start_caller(&callers[0], journal, 0);
    wait_inside();
    for (int i = 1; i <= OTHERS; i++)
        start_caller(&callers[i], journal, i);
    wait_queued(journal, OTHERS);
    let_go();
    for (int i = 0; i <= OTHERS; i++) {
        pthread_join(callers[i].thread, NULL);
        assert_true(callers[i].ok);
        g_free(callers[i].text);
    }
    assert_int_equal(ram.writes, 2);
    assert_int_equal(ram.largest, OTHERS);
    close_ram(journal);
}

static void a_failed_commit_fails_all_who_wait_and_all_later_calls(void **state)
{
    (void)state;
    enum { OTHERS = 5 };
    Journal *journal = open_ram();
    ram.is_held = true;
    ram.fail_from = 1;
    Caller callers[OTHERS + 1];
    start_caller(&callers[0], journal, 0);
    wait_inside();
    for (int i = 1; i <= OTHERS; i++)
        start_caller(&callers[i], journal, i);
    wait_queued(journal, OTHERS);
    let_go();
    for (int i = 0; i <= OTHERS; i++) {
        pthread_join(callers[i].thread, NULL);
        assert_false(callers[i].ok);
        assert_error(&callers[i].error, ERROR_SYSTEM, "the disk is full");
        g_free(callers[i].text);
    }
    GError *error = NULL;
    assert_false(intend(journal, "late@x", &error));
    assert_error(&error, ERROR_SYSTEM, "the disk is full");
    assert_false(settle(journal, "late@x", OUTCOME_SENT, &error));
    assert_error(&error, ERROR_SYSTEM, "the disk is full");
    assert_false(journal_sync(journal, &error));
    assert_error(&error, ERROR_SYSTEM, "the disk is full");
    assert_int_equal(ram.writes, 1); /* never tried again */
    close_ram(journal);
}

static void a_lookup_sees_what_is_not_yet_written(void **state)
{
    (void)state;
    Journal *journal = open_ram();
    GError *error = NULL;
    assert_int_equal(outcome_of(journal, "a@x"), OUTCOME_NONE);
    ram.is_held = true;
    Caller caller;
    start_caller(&caller, journal, 1);
    wait_inside();
    assert_int_equal(outcome_of(journal, "U1@x"), OUTCOME_UNKNOWN);
    assert_true(settle(journal, "a@x", OUTCOME_FAILED, &error));
    assert_int_equal(outcome_of(journal, "a@x"), OUTCOME_FAILED);
    let_go();
    pthread_join(caller.thread, NULL);
    g_free(caller.text);
    close_ram(journal);
}

static void outcomes_have_names(void **state)
{
    (void)state;
    assert_string_equal(outcome_name(OUTCOME_NONE), "none");
    assert_string_equal(outcome_name(OUTCOME_SENT), "sent");
    assert_string_equal(outcome_name(OUTCOME_DEFERRED), "deferred");
    assert_string_equal(outcome_name(OUTCOME_FAILED), "failed");
    assert_string_equal(outcome_name(OUTCOME_UNKNOWN), "unknown");
    assert_string_equal(outcome_name(OUTCOME_SKIPPED), "skipped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_intent_is_written_before_it_returns),
        cmocka_unit_test(an_outcome_waits_for_the_next_commit),
        cmocka_unit_test(many_outcomes_do_not_pile_up),
        cmocka_unit_test(an_intent_for_one_who_may_have_it_is_refused_alone),
        cmocka_unit_test(all_who_come_during_a_commit_share_the_next),
        cmocka_unit_test(
            a_failed_commit_fails_all_who_wait_and_all_later_calls),
        cmocka_unit_test(a_lookup_sees_what_is_not_yet_written),
        cmocka_unit_test(outcomes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
