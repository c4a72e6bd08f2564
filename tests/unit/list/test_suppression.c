/* test_suppression.c - list/suppression.h over its file. */
#include "scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "list/list.h"
#include "list/suppression.h"

typedef struct Fixture {
    char *folder;
    char *path;
    FakeTime time;
    Clock clock;
} Fixture;

static bool fill_counting(void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)i;
    return true;
}

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = scratch_new();
    fixture->path = g_build_filename(fixture->folder, "s.csv", NULL);
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

static Suppressions *open_file(Fixture *fixture)
{
    GError *error = NULL;
    Suppressions *suppressions = suppressions_open(
        fixture->path, &fixture->clock, fill_counting, &error);
    assert_no_error(error);
    return suppressions;
}

static void add(Suppressions *suppressions, const char *text,
                const char *reason, bool hashed)
{
    Address address = make_address(text);
    GError *error = NULL;
    assert_true(
        suppressions_add(suppressions, &address, reason, hashed, &error));
    assert_no_error(error);
    drop_address(&address);
}

/* "" when this person may be written to. */
static void assert_reason(Suppressions *suppressions, const char *text,
                          const char *reason)
{
    Address address = make_address(text);
    Suppression suppression = {0};
    GError *error = NULL;
    bool found = false;
    assert_true(suppressions_find(suppressions, &address, &found, &suppression,
                                  &error));
    assert_no_error(error);
    assert_string_equal(found ? suppression.reason : "", reason);
    drop_address(&address);
}

static char *read_file(Fixture *fixture)
{
    char *text = NULL;
    assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
    return text;
}

static void write_file(Fixture *fixture, const char *text)
{
    assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
}

static void a_file_that_is_not_there_suppresses_nobody(void **state)
{
    g_autoptr(Suppressions) suppressions = open_file(*state);
    assert_reason(suppressions, "ada@example.org", "");
    assert_int_equal(suppressions_count(suppressions), 0);
}

static void an_addition_is_a_line_and_said_once(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    add(suppressions, "Ada@example.org", "unsubscribed", false);
    add(suppressions, "ada@example.org", "unsubscribed", false);
    assert_reason(suppressions, "ADA@example.org", "unsubscribed");
    g_autofree char *text = read_file(fixture);
    assert_string_equal(text, "# salt aaaqeayeaudaocajbifqydiob4\n"
                              "date,reason,who\n"
                              "2026-11-28T12:30:00Z,unsubscribed,"
                              "Ada@example.org\n");
    struct stat status;
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_hash_stands_for_an_address(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    add(suppressions, "ada@example.org", "bounced", true);
    assert_reason(suppressions, "ada@example.org", "bounced");
    assert_reason(suppressions, "bob@example.org", "");
    g_autofree char *text = read_file(fixture);
    assert_null(strstr(text, "ada@"));
    g_autoptr(Suppressions) again = open_file(fixture);
    assert_reason(again, "ada@example.org", "bounced");
}

/* By Python: hmac.new(b"mzxw6ytboi", b"ada@example.org", "sha256") */
static void the_hash_is_the_one_that_others_compute(void **state)
{
    Fixture *fixture = *state;
    write_file(fixture, "# salt mzxw6ytboi\n");
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    Address address = make_address("Ada@example.org");
    g_autofree char *hash = suppressions_hash(suppressions, &address, NULL);
    assert_string_equal(hash, "#2hb53tm4swbwd6n4aviw5p3fihyysaqr");
    drop_address(&address);
}

static void the_last_line_about_somebody_counts(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    add(suppressions, "ada@example.org", "bounced", false);
    fixture->time.wall_us += 1000000;
    add(suppressions, "ada@example.org", "allowed", false);
    assert_reason(suppressions, "ada@example.org", "");
    assert_int_equal(suppressions_count(suppressions), 0);
    fixture->time.wall_us += 1000000;
    add(suppressions, "ada@example.org", "complained", true);
    assert_reason(suppressions, "ada@example.org", "complained");
}

static void what_another_process_appends_is_seen_at_once(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    assert_reason(suppressions, "ada@example.org", "");
    pid_t child = fork();
    if (child == 0) {
        Suppressions *other = suppressions_open(fixture->path, &fixture->clock,
                                                fill_counting, NULL);
        Address address = make_address("ada@example.org");
        _exit(!suppressions_add(other, &address, "unsubscribed", false, NULL));
    }
    int status = 1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_reason(suppressions, "ada@example.org", "unsubscribed");
}

static void many_processes_lose_no_line(void **state)
{
    Fixture *fixture = *state;
    enum { WRITERS = 4, EACH = 50 };
    for (int writer = 0; writer < WRITERS; writer++) {
        if (fork() != 0)
            continue;
        Suppressions *own = suppressions_open(fixture->path, &fixture->clock,
                                              fill_counting, NULL);
        for (int i = 0; i < EACH; i++) {
            g_autofree char *text = g_strdup_printf("p%d-%d@x", writer, i);
            Address address = make_address(text);
            if (!suppressions_add(own, &address, "bounced", i % 2 == 0, NULL))
                _exit(1);
        }
        _exit(0);
    }
    for (int writer = 0; writer < WRITERS; writer++) {
        int status = 1;
        wait(&status);
        assert_int_equal(status, 0);
    }
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    assert_int_equal(suppressions_count(suppressions), WRITERS * EACH);
}

static void a_file_written_anew_is_read_anew(void **state)
{
    Fixture *fixture = *state;
    write_file(fixture, "date,reason,who\n2026-01-01,manual,ada@x.org\n");
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    assert_reason(suppressions, "ada@x.org", "manual");
    write_file(fixture, "2026-01-01,manual,bob@x.org\r\n\n# and\n"
                        "2026-01-01,manual,cy@x.org");
    assert_reason(suppressions, "ada@x.org", "");
    assert_reason(suppressions, "bob@x.org", "manual");
    assert_reason(suppressions, "cy@x.org", "manual"); /* without an end */
    add(suppressions, "dee@x.org", "bounced", false);
    assert_reason(suppressions, "cy@x.org", "manual");
    assert_reason(suppressions, "dee@x.org", "bounced");
}

/* As editors do that keep the file. */
static void write_in_place(Fixture *fixture, const char *text)
{
    FILE *file = fopen(fixture->path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static void a_file_changed_in_its_place_is_read_anew(void **state)
{
    Fixture *fixture = *state;
    write_file(fixture, "date,reason,who\n2026-01-01,manual,ada@x.org\n");
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    assert_reason(suppressions, "ada@x.org", "manual");
    write_in_place(fixture, "date,reason,who\n2026-01-01,manual,zoe@x.org\n"
                            "2026-01-02,manual,ada@x.org\n");
    assert_reason(suppressions, "zoe@x.org", "manual");
    write_in_place(fixture, "date,reason,who\n# these by hand\n"
                            "2026-01-01,manual,zoe@x.org\n"
                            "2026-01-02,manual,bob@x.org\n");
    assert_reason(suppressions, "bob@x.org", "manual");
    assert_reason(suppressions, "ada@x.org", "");
}

static void a_last_line_without_an_end_counts_as_it_is_now(void **state)
{
    Fixture *fixture = *state;
    write_file(fixture, "2026-01-01,manual,ada@x.or");
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    assert_reason(suppressions, "ada@x.or", "manual");
    write_in_place(fixture, "2026-01-01,manual,ada@x.org");
    assert_reason(suppressions, "ada@x.org", "manual");
    assert_reason(suppressions, "ada@x.or", "");
    assert_int_equal(suppressions_count(suppressions), 1);
}

/* With the lock held, as suppressions_add() does. */
static void append_in_halves(const Fixture *fixture, int told)
{
    static const char text[] = "2026-01-01,manual,ada@x.org\n";
    const size_t half = strlen(text) - strlen("g\n");
    int file = open(fixture->path, O_WRONLY | O_APPEND);
    bool ok = flock(file, LOCK_EX) == 0 &&
              write(file, text, half) == (ssize_t)half &&
              write(told, "!", 1) == 1;
    usleep(50000);
    ok = ok && write(file, text + half, strlen(text) - half) == 2;
    _exit(!ok);
}

static void half_a_line_of_another_process_is_waited_for(void **state)
{
    Fixture *fixture = *state;
    int status = 1;
    int told[2];
    char byte;
    write_file(fixture, "date,reason,who\n");
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    assert_int_equal(pipe(told), 0);
    if (fork() == 0)
        append_in_halves(fixture, told[1]);
    assert_int_equal(read(told[0], &byte, 1), 1);
    assert_reason(suppressions, "ada@x.org", "manual");
    assert_int_equal(suppressions_count(suppressions), 1);
    wait(&status);
    assert_int_equal(status, 0);
    close(told[0]);
    close(told[1]);
}

/* A limit on the size of files is as good as a disk that is full. */
static void add_on_a_full_disk(Fixture *fixture, rlim_t room)
{
    signal(SIGXFSZ, SIG_IGN);
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    Address address = make_address("bob@x.org");
    const struct rlimit limit = {room, room};
    bool ok = setrlimit(RLIMIT_FSIZE, &limit) == 0 &&
              !suppressions_add(suppressions, &address, "bounced", false, NULL);
    _exit(!ok);
}

static void a_full_disk_leaves_no_half_line(void **state)
{
    static const char text[] = "# salt a\ndate,reason,who\n";
    Fixture *fixture = *state;
    int status = 1;
    write_file(fixture, text);
    if (fork() == 0)
        add_on_a_full_disk(fixture, strlen(text) + 10);
    wait(&status);
    assert_int_equal(status, 0);
    g_autofree char *after = read_file(fixture);
    assert_string_equal(after, text);
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    add(suppressions, "cy@x.org", "bounced", false);
    assert_reason(suppressions, "cy@x.org", "bounced");
}

static void a_bad_line_keeps_its_number_and_may_be_mended(void **state)
{
    Fixture *fixture = *state;
    Address address = make_address("bob@x.org");
    bool found = false;
    write_file(fixture, "date,reason,who\n2026-01-01,manual,ada@x.org\n");
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    write_in_place(fixture,
                   "date,reason,who\n2026-01-01,manual,ada@x.org\nx\n");
    for (int i = 0; i < 3; i++) {
        GError *error = NULL;
        assert_false(
            suppressions_find(suppressions, &address, &found, NULL, &error));
        assert_error(&error, ERROR_INPUT, "s.csv:3: not three values");
    }
    write_in_place(fixture, "date,reason,who\n2026-01-01,manual,bob@x.org\n"
                            "2026-01-01,manual,cy@x.org\n");
    assert_reason(suppressions, "cy@x.org", "manual");
    assert_int_equal(suppressions_count(suppressions), 2);
    drop_address(&address);
}

/* git takes the old file away before it writes the new one. */
static void a_file_that_goes_away_suppresses_not_nobody(void **state)
{
    Fixture *fixture = *state;
    Address address = make_address("ada@x.org");
    bool found = false;
    write_file(fixture, "2026-01-01,manual,ada@x.org\n");
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    for (int is_empty = 0; is_empty < 2; is_empty++) {
        GError *error = NULL;
        unlink(fixture->path);
        if (is_empty)
            write_in_place(fixture, "");
        assert_false(
            suppressions_find(suppressions, &address, &found, NULL, &error));
        assert_error(&error, ERROR_RETRY, "s.csv: is gone or empty");
        error = NULL;
        assert_false(
            suppressions_add(suppressions, &address, "bounced", false, &error));
        assert_error(&error, ERROR_RETRY, "s.csv: is gone or empty");
        write_file(fixture, "2026-01-01,manual,bob@x.org\n");
        assert_reason(suppressions, "ada@x.org", "");
        assert_reason(suppressions, "bob@x.org", "manual");
    }
    drop_address(&address);
}

static void where_nobody_can_be_added_is_known_before(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    assert_true(suppressions_may_add(suppressions, &error));
    add(suppressions, "ada@x.org", "manual", false);
    assert_true(suppressions_may_add(suppressions, &error));
    g_autofree char *below = g_strconcat(fixture->path, ".d/a/b/left.csv",
                                         NULL);
    g_autoptr(Suppressions)
        deep = suppressions_open(below, &fixture->clock, fill_counting, &error);
    assert_no_error(error);
    assert_true(suppressions_may_add(deep, &error));
}

static void hashes_of_two_files_in_one_are_all_known(void **state)
{
    Fixture *fixture = *state;
    write_file(fixture, "# salt one\n2026-01-01,manual,#x\n");
    Suppressions *suppressions = open_file(fixture);
    add(suppressions, "ada@x.org", "manual", true);
    suppressions_close(suppressions);
    g_autofree char *first = read_file(fixture);
    write_file(fixture, "# salt two\n");
    suppressions = open_file(fixture);
    add(suppressions, "bob@x.org", "bounced", true);
    suppressions_close(suppressions);
    g_autofree char *second = read_file(fixture);
    g_autofree char *both = g_strconcat(first, second, NULL);
    write_file(fixture, both);
    suppressions = open_file(fixture);
    assert_reason(suppressions, "ada@x.org", "manual");
    assert_reason(suppressions, "bob@x.org", "bounced");
    add(suppressions, "bob@x.org", "complained", false);
    g_autofree char *text = read_file(fixture);
    assert_null(strstr(text, "bob")); /* whoever is a hash stays one */
    suppressions_close(suppressions);
}

static void a_spreadsheet_may_put_its_signs_behind_the_salt(void **state)
{
    Fixture *fixture = *state;
    write_file(fixture, "# salt one\n");
    Suppressions *suppressions = open_file(fixture);
    add(suppressions, "ada@x.org", "manual", true);
    suppressions_close(suppressions);
    g_autofree char *text = read_file(fixture);
    g_autofree char *saved = g_strconcat("# salt one,,",
                                         text + strlen("# salt one"), NULL);
    write_file(fixture, saved);
    suppressions = open_file(fixture);
    assert_reason(suppressions, "ada@x.org", "manual");
    suppressions_close(suppressions);
}

static void a_line_that_cannot_be_read_is_an_error(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"ada@x.org\n", ":1: not three values"},
        {"date,reason,who\nyesterday,manual,ada@x.org\n", ":2: no date"},
        {"2026-01-01,Left!,ada@x.org\n", "no reason"},
        {"2026-01-01,manual,nobody\n", "no address"},
        {"2026-01-01,manual,#\n", "no address"},
        {"date,reason,who\n2026-01-01,man", ":2: not three values"},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        write_file(fixture, cases[i].text);
        assert_null(suppressions_open(fixture->path, &fixture->clock,
                                      fill_counting, &error));
        assert_error(&error, ERROR_INPUT, cases[i].words);
    }
}

static void append_person(void *data, const char *who,
                          const Suppression *suppression)
{
    g_string_append_printf(data, "%s %s\n", who, suppression->reason);
}

static void a_visit_shows_who_is_suppressed_now(void **state)
{
    g_autoptr(Suppressions) suppressions = open_file(*state);
    add(suppressions, "b@x", "bounced", false);
    add(suppressions, "a@x", "manual", false);
    add(suppressions, "b@x", "allowed", false);
    g_autoptr(GString) seen = g_string_new(NULL);
    assert_true(suppressions_visit(suppressions, append_person, seen, NULL));
    assert_string_equal(seen->str, "a@x manual\n");
}

static void a_visit_shows_somebody_once_by_the_last_word(void **state)
{
    g_autoptr(Suppressions) suppressions = open_file(*state);
    add(suppressions, "a@x", "manual", false);
    add(suppressions, "a@x", "complained", true);
    add(suppressions, "b@x", "manual", false);
    add(suppressions, "b@x", "bounced", true);
    add(suppressions, "b@x", "allowed", false);
    g_autoptr(GString) seen = g_string_new(NULL);
    assert_true(suppressions_visit(suppressions, append_person, seen, NULL));
    assert_string_equal(seen->str, "a@x complained\n");
}

/* Whichever of the two salts of a merged file the hash is under. */
static void a_visit_knows_the_hashes_of_every_salt(void **state)
{
    Fixture *fixture = *state;
    write_file(fixture, "# salt two\n");
    Suppressions *suppressions = open_file(fixture);
    add(suppressions, "a@x", "manual", true);
    suppressions_close(suppressions);
    g_autofree char *second = read_file(fixture);
    g_autofree char *both = g_strconcat("# salt one\n", second,
                                        "2026-11-29,bounced,a@x\n", NULL);
    write_file(fixture, both);
    suppressions = open_file(fixture);
    g_autoptr(GString) seen = g_string_new(NULL);
    assert_true(suppressions_visit(suppressions, append_person, seen, NULL));
    assert_string_equal(seen->str, "a@x bounced\n");
    suppressions_close(suppressions);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const int64_t day_us = INT64_C(86400000000);

static void add_all(Suppressions *suppressions, const Address *addresses,
                    const char *const *reasons, const int64_t *at_us,
                    size_t count)
{
    SuppressionEvent events[8];
    GError *error = NULL;
    for (size_t i = 0; i < count; i++)
        events[i] = (SuppressionEvent){&addresses[i], reasons[i], at_us[i]};
    assert_true(suppressions_add_all(suppressions, events, count, &error));
    assert_no_error(error);
}

static void many_are_added_at_once_with_their_own_dates(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    int64_t now_us = fixture->time.wall_us;
    Address addresses[] = {
        make_address("Ada@example.org"), make_address("bob@example.org"),
        make_address("ada@example.org"), make_address("eve@example.org")};
    const char *const reasons[] = {"unsubscribed", "bounced", "complained",
                                   "imported"};
    const int64_t at_us[] = {INT64_C(1420070400000000), 0, 0, now_us + day_us};
    add_all(suppressions, addresses, reasons, at_us, 4);
    g_autofree char *text = read_file(fixture);
    const char *records = strstr(text, "date,reason,who\n");
    assert_non_null(records);
    assert_string_equal(records, "date,reason,who\n"
                                 "2015-01-01T00:00:00Z,unsubscribed,"
                                 "Ada@example.org\n"
                                 "2026-11-28T12:30:00Z,bounced,"
                                 "bob@example.org\n"
                                 "2026-11-28T12:30:00Z,imported,"
                                 "eve@example.org\n");
    add_all(suppressions, addresses, reasons, at_us, 4);
    g_autofree char *again = read_file(fixture);
    assert_string_equal(again, text);
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++)
        drop_address(&addresses[i]);
}

static void nobody_is_added_to_no_file(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    assert_true(suppressions_add_all(suppressions, NULL, 0, NULL));
    assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
}

static void who_came_back_later_stays_whatever_an_old_export_says(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    add(suppressions, "ada@example.org", SUPPRESSION_UNSUBSCRIBED, false);
    add(suppressions, "ada@example.org", SUPPRESSION_ALLOWED, false);
    Address ada = make_address("ada@example.org");
    const struct {
        int64_t at_us;
        SuppressionVerdict verdict;
        const char *reason;
    } cases[] = {
        {fixture->time.wall_us - day_us, SUPPRESSION_LIFTED, ""},
        {fixture->time.wall_us, SUPPRESSION_NEW, "bounced"},
        {0, SUPPRESSION_KNOWN, "bounced"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        SuppressionEvent event = {&ada, "bounced", cases[i].at_us};
        SuppressionVerdict verdict = SUPPRESSION_NEW;
        assert_true(suppressions_judge(suppressions, &event, &verdict, NULL));
        assert_int_equal(verdict, cases[i].verdict);
        assert_true(suppressions_add_all(suppressions, &event, 1, NULL));
        assert_reason(suppressions, "ada@example.org", cases[i].reason);
    }
    drop_address(&ada);
}

/* 2026-11-28, on whose afternoon she came back. */
static void whoever_left_on_the_day_they_came_back_has_left(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    add(suppressions, "ada@example.org", SUPPRESSION_UNSUBSCRIBED, false);
    add(suppressions, "ada@example.org", SUPPRESSION_ALLOWED, false);
    Address ada = make_address("ada@example.org");
    int64_t today_us = fixture->time.wall_us - fixture->time.wall_us % day_us;
    const struct {
        int64_t at_us;
        SuppressionVerdict verdict;
    } cases[] = {
        {today_us - day_us, SUPPRESSION_LIFTED},
        {today_us, SUPPRESSION_NEW},
        {today_us + 1000000, SUPPRESSION_LIFTED},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        SuppressionEvent event = {&ada, "unsubscribed", cases[i].at_us};
        SuppressionVerdict verdict = SUPPRESSION_KNOWN;
        assert_true(suppressions_judge(suppressions, &event, &verdict, NULL));
        assert_int_equal(verdict, cases[i].verdict);
    }
    drop_address(&ada);
}

static char *read_all(Fixture *fixture)
{
    char *text = NULL;
    assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
    return text;
}

static void who_is_forgotten_is_known_by_the_hash_only(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    g_autoptr(Suppressions) other = open_file(fixture);
    add(suppressions, "ada@example.org", "bounced", false);
    add(suppressions, "zoe@example.org", "bounced", false);
    add(suppressions, "Ada@Example.org", "allowed", false);
    Address address = make_address("ADA@example.org");
    bool found = true;
    int lines = 0;
    g_autofree char *hash = suppressions_hash(other, &address, NULL);
    assert_true(suppressions_forget(suppressions, &address, &lines, NULL));
    assert_int_equal(lines, 2);
    /* Who had the old file open looks into the new one. */
    assert_true(suppressions_find(other, &address, &found, NULL, NULL));
    assert_true(found);
    add(suppressions, "ada@example.org", "allowed", false);
    assert_true(suppressions_find(other, &address, &found, NULL, NULL));
    assert_false(found);
    add(other, "ada@example.org", "unsubscribed", false);
    g_autofree char *text = read_all(fixture);
    g_autofree char *wanted = g_strdup_printf(
        "# salt aaaqeayeaudaocajbifqydiob4\ndate,reason,who\n"
        "2026-11-28T12:30:00Z,bounced,%s\n"
        "2026-11-28T12:30:00Z,bounced,zoe@example.org\n"
        "2026-11-28T12:30:00Z,allowed,%s\n"
        "2026-11-28T12:30:00Z,forgotten,%s\n"
        "2026-11-28T12:30:00Z,allowed,%s\n"
        "2026-11-28T12:30:00Z,unsubscribed,%s\n",
        hash, hash, hash, hash, hash);
    assert_string_equal(text, wanted);
    drop_address(&address);
}

static void to_forget_keeps_a_suppression_and_its_reason(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    add(suppressions, "ada@example.org", "complained", false);
    Address address = make_address("ada@example.org");
    Suppression why;
    bool found = false;
    int lines = 0;
    assert_true(suppressions_forget(suppressions, &address, &lines, NULL));
    assert_true(suppressions_find(suppressions, &address, &found, &why, NULL));
    assert_string_equal(why.reason, "complained");
    assert_true(suppressions_forget(suppressions, &address, &lines, NULL));
    assert_int_equal(lines, 0);
    assert_int_equal(suppressions_count(suppressions), 1);
    drop_address(&address);
}

static void comments_about_who_is_forgotten_go(void **state)
{
    Fixture *fixture = *state;
    assert_true(g_file_set_contents(
        fixture->path,
        "# salt abc\r\n# Ada@example.org called\r\n# zoe too\r\n"
        "2026-11-28,manual,ada@example.org\r\n",
        -1, NULL));
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    Address address = make_address("ada@example.org");
    int lines = 0;
    assert_true(suppressions_forget(suppressions, &address, &lines, NULL));
    assert_int_equal(lines, 2);
    g_autofree char *text = read_all(fixture);
    g_autofree char *hash = suppressions_hash(suppressions, &address, NULL);
    g_autofree char *wanted = g_strdup_printf(
        "# salt abc\r\n# zoe too\r\n2026-11-28,manual,%s\n", hash);
    assert_string_equal(text, wanted);
    drop_address(&address);
}

static void of_two_lines_of_one_second_the_later_counts(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    add(suppressions, "ada@example.org", SUPPRESSION_UNSUBSCRIBED, true);
    Address address = make_address("ada@example.org");
    g_autofree char *hash = suppressions_hash(suppressions, &address, NULL);
    g_autofree char *text = read_file(fixture);
    static const char at[] = "2026-11-28T10:00:00Z";
    g_autofree char *both = g_strdup_printf(
        "%.*s\n%s,manual,%s\n%s,allowed,ada@example.org\n",
        (int)strcspn(text, "\n"), text, at, hash, at); /* of it the salt */
    write_file(fixture, both);
    assert_reason(suppressions, "ada@example.org", "");
    g_autofree char *more = g_strdup_printf("%s%s,bounced,%s\n", both, at,
                                            hash);
    write_file(fixture, more);
    assert_reason(suppressions, "ada@example.org", "bounced");
    drop_address(&address);
}

static void a_list_gives_whom_it_counted_on_whatever_happens(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *path = g_build_filename(fixture->folder, "l.csv", NULL);
    assert_true(g_file_set_contents(path, "email\na@b.org\nc@b.org\nd@b.org\n",
                                    -1, NULL));
    g_autoptr(Suppressions) suppressions = open_file(fixture);
    add(suppressions, "a@b.org", SUPPRESSION_BOUNCED, false);
    const char *const paths[] = {path, NULL};
    g_autoptr(List) list = list_open(
        &(ListOptions){.paths = paths, .suppressions = suppressions}, NULL,
        NULL);
    list_give_newly_suppressed(list);
    add(suppressions, "c@b.org", SUPPRESSION_UNSUBSCRIBED, false);
    const char *const wanted[] = {"c@b.org", "d@b.org"};
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
        assert_string_equal(subscriber_address(list_next(list, NULL))->text,
                            wanted[i]);
    assert_null(list_next(list, NULL));
    assert_int_equal(list_counts(list)->suppressed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_that_is_not_there_suppresses_nobody),
        TEST(an_addition_is_a_line_and_said_once),
        TEST(a_hash_stands_for_an_address),
        TEST(the_hash_is_the_one_that_others_compute),
        TEST(the_last_line_about_somebody_counts),
        TEST(what_another_process_appends_is_seen_at_once),
        TEST(many_processes_lose_no_line),
        TEST(a_file_written_anew_is_read_anew),
        TEST(a_file_changed_in_its_place_is_read_anew),
        TEST(a_last_line_without_an_end_counts_as_it_is_now),
        TEST(half_a_line_of_another_process_is_waited_for),
        TEST(a_full_disk_leaves_no_half_line),
        TEST(a_bad_line_keeps_its_number_and_may_be_mended),
        TEST(a_line_that_cannot_be_read_is_an_error),
        TEST(a_file_that_goes_away_suppresses_not_nobody),
        TEST(where_nobody_can_be_added_is_known_before),
        TEST(hashes_of_two_files_in_one_are_all_known),
        TEST(a_spreadsheet_may_put_its_signs_behind_the_salt),
        TEST(whoever_left_on_the_day_they_came_back_has_left),
        TEST(a_visit_shows_who_is_suppressed_now),
        TEST(a_visit_shows_somebody_once_by_the_last_word),
        TEST(a_visit_knows_the_hashes_of_every_salt),
        TEST(many_are_added_at_once_with_their_own_dates),
        TEST(nobody_is_added_to_no_file),
        TEST(who_is_forgotten_is_known_by_the_hash_only),
        TEST(to_forget_keeps_a_suppression_and_its_reason),
        TEST(comments_about_who_is_forgotten_go),
        TEST(of_two_lines_of_one_second_the_later_counts),
        TEST(a_list_gives_whom_it_counted_on_whatever_happens),
        TEST(who_came_back_later_stays_whatever_an_old_export_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
