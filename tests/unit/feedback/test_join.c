/*
 * test_join.c - feedback/join.h: who is asked, who is added, and who is not,
 * on Sunday, 29 November 2026. The tokens were worked out by a Python program
 * from keyring.h alone, for eve@example.org where nothing else is said.
 */
#include "keys.h"

#include "feedback/join.h"

#define NOW_US INT64_C(1795953600000000) /* 2026-11-29 12:00 UTC */

#define NEXT_WEEK "avtfifx7p7ynqird2vhl2poybnpncba56"
#define THIS_WEEK "avtfifx7p7ynqidkvtg2z4pxetz45hlsy" /* 2026-W48 */
#define LAST_WEEK "avtfifx7p7ynqi5qa7plwigoima75hy7t"
#define BEFORE_THAT "avtfifx7p7ynqjcdo4mg22ze3v2fshx7b"
#define WITHOUT_WEEK "avtfifx7p7ynqim6eueplk7u25or7jlk3"
#define OF_ANOTHER_LIST "avtfifx7p7ynqiqju5lp5edryffahsvx2"
#define TO_LEAVE "avtfifx7p7ynqjgfv3fmf7c3ek2oapw2o"
#define TO_LEAVE_THIS_WEEK "avtfifx7p7ynqj5kc5ymyh555qmlb7dgc"
#define OF_A_BOUNCE "avtfifx7p7ynqjfmjvjxyp6z6hcuae7kj"
#define OF_BOB "asbya4t7fx4pikrjl7wbezjcsueimnfvi"
#define OF_FAY "aaczzgh5m4ug2qpyzwyi7xslekcewql3z"

#define EVE "From: Eve <eve@example.org>\n"
#define TO_JOIN "To: join@example.net\n"
#define TO_TOKEN(token) "To: join+" token "@example.net\n"
#define TODAY "Date: Sun, 29 Nov 2026 11:00:00 +0000\n"

typedef struct Fixture {
    char *folder;
    char *keys;
    char *list;
    char *other;
    char *left;
    char *lists[3];
    Config config;
    FakeTime time;
    Clock clock;
    Joiner *joiner;
} Fixture;

static Joiner *open_joiner(Fixture *fixture, bool dry, GError **error)
{
    const JoinSource source = {&fixture->config, &fixture->clock, fill_sevens,
                               dry};
    return joiner_open(&source, error);
}

static void reopen(Fixture *fixture, bool dry)
{
    GError *error = NULL;
    joiner_close(fixture->joiner);
    fixture->joiner = open_joiner(fixture, dry, &error);
    assert_no_error(error);
}

static int set_up(void **state)
{
    GError *error = NULL;
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = scratch_new();
    fixture->keys = g_build_filename(fixture->folder, "keys", NULL);
    fixture->list = g_build_filename(fixture->folder, "a.csv", NULL);
    fixture->other = g_build_filename(fixture->folder, "b.csv", NULL);
    fixture->left = g_build_filename(fixture->folder, "left.csv", NULL);
    fixture->lists[0] = fixture->list;
    fixture->lists[1] = fixture->other;
    fixture->time.wall_us = NOW_US;
    fixture->clock = fake_clock(&fixture->time);
    fixture->config = (Config){
        .list = {.id = (char *)(uintptr_t) "news.example.org"},
        .keys = fixture->keys,
        .suppressions = fixture->left,
        .lists = fixture->lists,
    };
    assert_true(verp_parse("join+{token}@example.net",
                           &fixture->config.list.subscribe_mail, &error));
    keys_write(fixture->keys, KEY_A);
    scratch_write(fixture->list, "email,name,joined\nada@example.org,Ada,\n");
    scratch_write(fixture->other, "email,status\nbob@example.org,\n"
                                  "fay@example.org,unsubscribed\n");
    scratch_write(fixture->left,
                  "date,reason,who\n"
                  "2026-11-01T00:00:00Z,bounced,dan@example.org\n");
    *state = fixture;
    reopen(fixture, false);
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    joiner_close(fixture->joiner);
    verp_clear(&fixture->config.list.subscribe_mail);
    scratch_remove(fixture->folder);
    g_free(fixture->keys);
    g_free(fixture->list);
    g_free(fixture->other);
    g_free(fixture->left);
    g_free(fixture);
    return 0;
}

static void take(Fixture *fixture, const char *text, Join *join)
{
    GError *error = NULL;
    g_autoptr(Mail) mail = mail_parse(text, strlen(text));
    assert_true(join_take(fixture->joiner, mail, join, &error));
    assert_no_error(error);
}

static void assert_list(const Fixture *fixture, const char *expected)
{
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(fixture->list, &text, NULL, NULL));
    assert_string_equal(text, expected);
}

static void assert_untouched(const Fixture *fixture)
{
    assert_list(fixture, "email,name,joined\nada@example.org,Ada,\n");
}

typedef struct Case {
    const char *mail;
    JoinVerdict verdict;
    const char *why; /* a part of it; NULL: none is said */
} Case;

static void check_cases(Fixture *fixture, const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_auto(Join) join = {0};
        take(fixture, cases[i].mail, &join);
        bool says = cases[i].why == NULL
                        ? join.why == NULL
                        : join.why && strstr(join.why, cases[i].why);
        if (join.verdict != cases[i].verdict || !says)
            fail_msg("%s: %d, %s", cases[i].mail, join.verdict,
                     join.why ? join.why : "nothing");
    }
}

static void
a_request_is_one_person_s_own_mail_of_today_or_yesterday(void **state)
{
    static const Case cases[] = {
        {EVE TO_JOIN TODAY "\n", JOIN_ASKED, NULL},
        {"From: EVE@Example.ORG\nTo: x@y.example, <JOIN@Example.NET>\n" TODAY
         "\n",
         JOIN_ASKED, NULL},
        {EVE "To: undisclosed:;\nDelivered-To: join@example.net\n" TODAY "\n",
         JOIN_ASKED, NULL},
        {EVE TO_JOIN "Date: Sat, 28 Nov 2026 00:00:00 +0000\n\n", JOIN_ASKED,
         NULL},
        {EVE TO_JOIN "Date: Sun, 29 Nov 2026 20:00:00 +0000\n\n", JOIN_ASKED,
         NULL},
        {EVE TO_JOIN "Auto-Submitted: no\n" TODAY "\n", JOIN_ASKED, NULL},
        {"From: ada@example.org\n" TO_JOIN TODAY "\n", JOIN_PRESENT, NULL},
        {"From: BOB@example.org\n" TO_JOIN TODAY "\n", JOIN_PRESENT, NULL},
        {"From: fay@example.org\n" TO_JOIN TODAY "\n", JOIN_SUPPRESSED,
         "left, as a list says; with their consent: "},
        {"From: dan@example.org\n" TO_JOIN TODAY "\n", JOIN_SUPPRESSED,
         "bounced on 2026-11-01; with their consent: "},
        {EVE TO_JOIN "Date: Fri, 27 Nov 2026 23:59:59 +0000\n\n", JOIN_IGNORED,
         "before yesterday"},
        {EVE TO_JOIN "Date: Tue, 01 Dec 2026 12:00:00 +0000\n\n", JOIN_IGNORED,
         "future"},
        {EVE TO_JOIN "\n", JOIN_IGNORED, "without a date"},
        {EVE TO_JOIN "Date: soon\n\n", JOIN_IGNORED, "without a date"},
        {EVE TODAY "\n", JOIN_IGNORED, "not to the address"},
        {EVE "To: joined@example.net\n" TODAY "\n", JOIN_IGNORED,
         "not to the address"},
        {TO_JOIN TODAY "\n", JOIN_IGNORED, "nobody, or several"},
        {"From: eve@example.org, bob@example.org\n" TO_JOIN TODAY "\n",
         JOIN_IGNORED, "nobody, or several"},
        {EVE "From: bob@example.org\n" TO_JOIN TODAY "\n", JOIN_IGNORED,
         "nobody, or several"},
        {"From: eve\n" TO_JOIN TODAY "\n", JOIN_IGNORED, "nobody, or several"},
        {"From: join@example.net\n" TO_JOIN TODAY "\n", JOIN_IGNORED, "ours"},
        {"From: join+" THIS_WEEK "@example.net\n" TO_JOIN TODAY "\n",
         JOIN_IGNORED, "ours"},
        {EVE TO_JOIN TODAY "Auto-Submitted: auto-generated\n\n", JOIN_IGNORED,
         "program"},
        {EVE TO_JOIN TODAY "Return-Path: <>\n\n", JOIN_IGNORED, "program"},
        {EVE TO_JOIN TODAY "List-Id: <a.example.com>\n\n", JOIN_IGNORED,
         "program"},
        {"", JOIN_IGNORED, "nobody, or several"},
    };
    check_cases(*state, cases, G_N_ELEMENTS(cases));
    assert_untouched(*state);
}

static void a_request_belongs_to_the_day_it_was_written_on(void **state)
{
    Fixture *fixture = *state;
    static const struct {
        const char *mail;
        const char *campaign;
    } cases[] = {
        {EVE TO_JOIN TODAY "\n", "join-2026-11-29"},
        {EVE TO_JOIN "Date: Sun, 29 Nov 2026 00:30:00 +0100\n\n",
         "join-2026-11-28"},
        {EVE TO_JOIN "Date: Mon, 30 Nov 2026 00:05:00 +0000\n\n",
         "join-2026-11-29"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Join) join = {0};
        take(fixture, cases[i].mail, &join);
        assert_int_equal(join.verdict, JOIN_ASKED);
        assert_string_equal(joiner_campaign(fixture->joiner, join.days_ago),
                            cases[i].campaign);
    }
    assert_string_equal(joiner_week(fixture->joiner), "2026-W48");
}

static void only_the_right_token_of_its_two_weeks_adds_anybody(void **state)
{
#define IGNORED(token)                                                         \
    {                                                                          \
        EVE TO_TOKEN(token) TODAY "\n", JOIN_IGNORED, "no right token"         \
    }
    static const Case cases[] = {
        IGNORED(NEXT_WEEK),
        IGNORED(BEFORE_THAT),
        IGNORED(WITHOUT_WEEK),
        IGNORED(OF_ANOTHER_LIST),
        IGNORED(TO_LEAVE),
        IGNORED(TO_LEAVE_THIS_WEEK),
        IGNORED(OF_A_BOUNCE),
        IGNORED(OF_BOB),
        {"From: bob@example.org\n" TO_TOKEN(THIS_WEEK) TODAY "\n", JOIN_IGNORED,
         "no right token"},
        {EVE TO_TOKEN(THIS_WEEK) "Auto-Submitted: auto-replied\n\n",
         JOIN_IGNORED, "program"},
        {EVE TO_TOKEN(THIS_WEEK) "X-Auto-Response-Suppress: All\n\n",
         JOIN_IGNORED, "program"},
        {EVE TO_TOKEN(THIS_WEEK) "Precedence: auto_reply\n\n", JOIN_IGNORED,
         "program"},
        {EVE "To: join+" THIS_WEEK "@example.com\n\n", JOIN_IGNORED,
         "not to the address"},
        {EVE TO_JOIN "Subject: " THIS_WEEK "\n" TODAY "\n", JOIN_ASKED, NULL},
        {"From: fay@example.org\n" TO_TOKEN(OF_FAY) "\n", JOIN_SUPPRESSED,
         "left"},
        {"From: bob@example.org\n" TO_TOKEN(OF_BOB) "\n", JOIN_PRESENT, NULL},
    };
#undef IGNORED
    check_cases(*state, cases, G_N_ELEMENTS(cases));
    assert_untouched(*state);
}

static void a_confirmation_adds_once(void **state)
{
    Fixture *fixture = *state;
    static const Case cases[] = {
        {EVE TO_TOKEN(LAST_WEEK) "\n", JOIN_ADDED, NULL},
        {EVE TO_TOKEN(THIS_WEEK) "\n", JOIN_PRESENT, NULL},
        {EVE TO_JOIN TODAY "\n", JOIN_PRESENT, NULL},
    };
    static const char added[] = "email,name,joined\nada@example.org,Ada,\n"
                                "eve@example.org,Eve,2026-11-29\n";
    check_cases(fixture, cases, G_N_ELEMENTS(cases));
    assert_list(fixture, added);
    reopen(fixture, false);
    check_cases(fixture, cases + 1, 2);
    assert_list(fixture, added);
}

static void a_token_in_capitals_is_right(void **state)
{
    static const Case cases[] = {
        {EVE "To: JOIN+AVTFIFX7P7YNQIDKVTG2Z4PXETZ45HLSY@EXAMPLE.NET\n\n",
         JOIN_ADDED, NULL},
    };
    check_cases(*state, cases, G_N_ELEMENTS(cases));
}

static void a_dry_run_writes_nothing(void **state)
{
    Fixture *fixture = *state;
    static const Case cases[] = {
        {EVE TO_TOKEN(THIS_WEEK) "\n", JOIN_ADDED, NULL},
        {EVE TO_TOKEN(THIS_WEEK) "\n", JOIN_PRESENT, NULL},
    };
    reopen(fixture, true);
    check_cases(fixture, cases, G_N_ELEMENTS(cases));
    assert_untouched(fixture);
}

static void who_came_onto_the_list_meanwhile_is_not_added(void **state)
{
    Fixture *fixture = *state;
    static const char now[] = "email\nada@example.org\nEve@example.org\n";
    static const Case cases[] = {
        {EVE TO_TOKEN(THIS_WEEK) "\n", JOIN_PRESENT, NULL},
    };
    scratch_write(fixture->list, now);
    check_cases(fixture, cases, G_N_ELEMENTS(cases));
    assert_list(fixture, now);
}

static void a_list_gets_no_new_columns(void **state)
{
    Fixture *fixture = *state;
    static const Case cases[] = {
        {EVE TO_TOKEN(THIS_WEEK) "\n", JOIN_ADDED, NULL},
    };
    scratch_write(fixture->list, "email\nada@example.org\n");
    check_cases(fixture, cases, G_N_ELEMENTS(cases));
    assert_list(fixture, "email\nada@example.org\neve@example.org\n");
}

static void a_name_is_kept_when_it_is_one(void **state)
{
    Fixture *fixture = *state;
    static const struct {
        const char *from;
        const char *name;
    } cases[] = {
        {"eve@example.org", ""},
        {"=?utf-8?q?=C3=88ve?= <eve@example.org>", "Ève"},
        {"\"Example, Eve\" <eve@example.org>", "Example, Eve"},
        {"\"eve@example.org\" <eve@example.org>", ""},
        {"=?utf-8?q?Eve=0AX?= <eve@example.org>", ""},
        {"=?utf-8?q?Eve=E2=80=AE?= <eve@example.org>", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Join) join = {0};
        g_autofree char *text = g_strconcat("From: ", cases[i].from,
                                            "\n" TO_JOIN TODAY "\n", NULL);
        take(fixture, text, &join);
        assert_int_equal(join.verdict, JOIN_ASKED);
        assert_string_equal(join.person.address.text, "eve@example.org");
        assert_string_equal(join.person.name, cases[i].name);
    }
    g_autofree char *far = g_strnfill(JOIN_NAME_MAX + 1, 'x');
    g_autofree char *text = g_strconcat(
        "From: ", far, " <eve@example.org>\n" TO_JOIN TODAY "\n", NULL);
    g_auto(Join) join = {0};
    take(fixture, text, &join);
    assert_string_equal(join.person.name, "");
}

static void joining_that_is_not_set_up_says_what_is_missing(void **state)
{
    Fixture *fixture = *state;
    Config whole = fixture->config;
    Config lacks[] = {whole, whole, whole};
    static const char *const words[] = {"subscribe_mail: join+{token}@",
                                        "list.id", "`lists`"};
    lacks[0].list.subscribe_mail.before = NULL;
    lacks[1].list.id = NULL;
    lacks[2].lists = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(lacks); i++) {
        g_autoptr(GError) error = NULL;
        fixture->config = lacks[i];
        assert_null(open_joiner(fixture, false, &error));
        assert_non_null(error);
        assert_int_equal(error->code, ERROR_CONFIG);
        assert_non_null(strstr(error->message, words[i]));
    }
    fixture->config = whole;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_one_person_s_own_mail_of_today_or_yesterday),
        TEST(a_request_belongs_to_the_day_it_was_written_on),
        TEST(only_the_right_token_of_its_two_weeks_adds_anybody),
        TEST(a_confirmation_adds_once),
        TEST(a_token_in_capitals_is_right),
        TEST(a_dry_run_writes_nothing),
        TEST(who_came_onto_the_list_meanwhile_is_not_added),
        TEST(a_list_gets_no_new_columns),
        TEST(a_name_is_kept_when_it_is_one),
        TEST(joining_that_is_not_set_up_says_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
