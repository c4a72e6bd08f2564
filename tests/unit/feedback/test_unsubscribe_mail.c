/*
 * test_unsubscribe_mail.c - feedback/unsubscribe_mail.h: what people's mail
 * programs send, with the token that test_keyring.c has from Python.
 */
#include "keys.h"

#include "feedback/unsubscribe_mail.h"

#define ADA "alg75u3hha4xr72jdv63yirnxzmhxvc42" /* of ada@example.org */
#define BOUNCE_OF_ADA "ala75u3hha4xr72jdv63yirnxzmhxvc42"

typedef struct Fixture {
    char *folder;
    char *keys;
    char *list;
    char *left;
    char *lists[2];
    Config config;
    FakeTime time;
    Clock clock;
    Unsubscriber *unsubscriber;
} Fixture;

static int set_up(void **state)
{
    GError *error = NULL;
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = scratch_new();
    fixture->keys = g_build_filename(fixture->folder, "keys", NULL);
    fixture->list = g_build_filename(fixture->folder, "a.csv", NULL);
    fixture->left = g_build_filename(fixture->folder, "left.csv", NULL);
    fixture->lists[0] = fixture->list;
    fixture->clock = fake_clock(&fixture->time);
    fixture->config = (Config){
        .list = {.id = (char *)(uintptr_t) "news.example.org"},
        .keys = fixture->keys,
        .suppressions = fixture->left,
        .lists = fixture->lists,
    };
    keys_write(fixture->keys, KEY_A);
    scratch_write(fixture->list, "email\nada@example.org\n"
                                 "bob@example.org\n");
    UnsubscribeOptions options = {.config = &fixture->config,
                                  .clock = &fixture->clock,
                                  .fill_random = fill_sevens};
    fixture->unsubscriber = unsubscriber_open(&options, &error);
    assert_no_error(error);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    unsubscriber_close(fixture->unsubscriber);
    scratch_remove(fixture->folder);
    g_free(fixture->keys);
    g_free(fixture->list);
    g_free(fixture->left);
    g_free(fixture);
    return 0;
}

static UnsubscribeResult take(Fixture *fixture, const char *text)
{
    UnsubscribeMail outcome;
    GError *error = NULL;
    g_autoptr(Mail) mail = mail_parse(text, strlen(text));
    unsubscribe_by_mail(fixture->unsubscriber, mail, &outcome, &error);
    assert_no_error(error);
    UnsubscribeResult result = outcome.result;
    if (result == UNSUBSCRIBE_DONE)
        assert_string_equal(outcome.person.address, "ada@example.org");
    unsubscribe_mail_clear(&outcome);
    return result;
}

static void a_right_token_unsubscribes_whatever_the_mail_says(void **state)
{
    Fixture *fixture = *state;
    static const char *const mails[] = {
        "From: ada@example.org\nTo: leave+" ADA "@example.org\n"
        "Subject: unsubscribe\n\nunsubscribe\n",
        /* An empty subject, from another account, its local part in capitals.
         */
        "From: me@phone.example\nTo: <LEAVE+ALG75U3HHA4XR72JDV63YIRNXZMHXVC42"
        "@Example.ORG>\nSubject: \n\n",
        "To: \"leave\" <leave+" ADA "@example.org>, x@example.org\n\n",
        "To: undisclosed-recipients:;\nDelivered-To: leave+" ADA
        "@mail.example.org\n\n",
        "X-Original-To: leave-" ADA "@example.org\nTo: list@example.org\n\n",
        "To: list@example.org\nCc: u" ADA "@example.org\n\n",
        "Envelope-To: " ADA "@example.org\n\nKeep me!\n",
        "To: leave+" ADA "@example.org\nAuto-Submitted: auto-generated\n"
        "Precedence: bulk\n\n",
        "To: leave+" ADA "@example.org\n"
        "From: bob@example.org\nSubject: do not unsubscribe\n\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
        if (take(fixture, mails[i]) != UNSUBSCRIBE_DONE)
            fail_msg("%s", mails[i]);
        assert_int_equal(take(fixture, mails[i]), UNSUBSCRIBE_BEFORE);
        assert_true(
            g_file_set_contents(fixture->left, "date,reason,who\n", -1, NULL));
    }
}

static void a_mail_from_before_somebody_came_back_takes_nobody_off(void **state)
{
#define TO "To: leave+" ADA "@example.org\n"
    Fixture *fixture = *state;
    static const struct {
        const char *mail;
        UnsubscribeResult result;
    } cases[] = {
        {"Received: from a by b; Sat, 28 Nov 2026 12:29:00 +0000 (UTC)\n" TO,
         UNSUBSCRIBE_LIFTED},
        {"Received: by b with LMTP id 1;\n Sat, 28 Nov 2026 13:29:59 +0100\n"
         "Received: by a; Sat, 28 Nov 2026 14:00:00 +0000\n" TO,
         UNSUBSCRIBE_LIFTED},
        {"Received: (qmail 1 invoked); 28 Nov 2026 12:00:00 -0000\n" TO,
         UNSUBSCRIBE_LIFTED},
        {"Received: by b; Sat, 28 Nov 2026 12:31:00 +0000\n"
         "Received: by a; Sat, 28 Nov 2026 12:00:00 +0000\n" TO,
         UNSUBSCRIBE_DONE},
        /* What the sender says counts for nothing. */
        {"Date: Sat, 28 Nov 2026 12:00:00 +0000\n" TO, UNSUBSCRIBE_DONE},
        {"Received: by b; yesterday\n" TO, UNSUBSCRIBE_DONE},
        {"Received: by b\n" TO, UNSUBSCRIBE_DONE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        scratch_write(fixture->left,
                      "2026-11-28T12:00:00Z,unsubscribed,ada@example.org\n"
                      "2026-11-28T12:30:00Z,allowed,ada@example.org\n");
        fixture->time.wall_us = INT64_C(1795869060000000); /* 12:31 */
        g_autofree char *text = g_strconcat(cases[i].mail, "\n", NULL);
        UnsubscribeResult result = take(fixture, text);
        if (result != cases[i].result)
            fail_msg("%d: %s", result, text);
    }
#undef TO
}

static void without_a_right_token_nobody_leaves(void **state)
{
    Fixture *fixture = *state;
    static const char *const mails[] = {
        "",
        "\n\nleave+" ADA "@example.org\n",
        "From: ada@example.org\nTo: leave@example.org\n"
        "Subject: unsubscribe\n\nunsubscribe\n",
        "From: leave+" ADA "@example.org\nTo: leave@example.org\n\n",
        "To: leave@example.org\nSubject: " ADA "\n\n" ADA "\n",
        "To: leave+" BOUNCE_OF_ADA "@example.org\n\n",
        "To: leave+alg75u3hha4xr72jdv63yirnxzmhxvc4@example.org\n\n",
        "Reply-To: leave+" ADA "@example.org\n\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(mails); i++)
        if (take(fixture, mails[i]) != UNSUBSCRIBE_REFUSED)
            fail_msg("%s", mails[i]);
    assert_false(g_file_test(fixture->left, G_FILE_TEST_EXISTS));
}

static void who_wrote_is_said(void **state)
{
    Fixture *fixture = *state;
    UnsubscribeMail outcome;
    static const char text[] = "From: Ada <ada@example.org>\n"
                               "To: leave@example.org\n"
                               "Auto-Submitted: auto-replied\n\n";
    g_autoptr(Mail) mail = mail_parse(text, strlen(text));
    unsubscribe_by_mail(fixture->unsubscriber, mail, &outcome, NULL);
    assert_int_equal(outcome.result, UNSUBSCRIBE_REFUSED);
    assert_true(outcome.automatic);
    assert_string_equal(outcome.from, "Ada <ada@example.org>");
    assert_null(outcome.person.address);
    unsubscribe_mail_clear(&outcome);
}

static void a_token_is_found_wherever_it_stands(void **state)
{
    Fixture *fixture = *state;
    static const char *const texts[] = {
        ADA,
        "https://news.example.org/u/" ADA,
        "<mailto:leave+" ADA "@example.org?subject=unsubscribe>",
        "aaaa" ADA "aaaa",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *token = unsubscribe_find_token(fixture->unsubscriber,
                                                        texts[i]);
        assert_string_equal(token ? token : "none", ADA);
    }
    assert_null(unsubscribe_find_token(fixture->unsubscriber, ""));
    assert_null(unsubscribe_find_token(fixture->unsubscriber, "a"));
    g_autofree char *far = g_strnfill(UNSUBSCRIBE_TEXT_MAX, 'x');
    g_autofree char *text = g_strconcat(far, ADA, NULL);
    assert_null(unsubscribe_find_token(fixture->unsubscriber, text));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_right_token_unsubscribes_whatever_the_mail_says),
        TEST(a_mail_from_before_somebody_came_back_takes_nobody_off),
        TEST(without_a_right_token_nobody_leaves),
        TEST(who_wrote_is_said),
        TEST(a_token_is_found_wherever_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
