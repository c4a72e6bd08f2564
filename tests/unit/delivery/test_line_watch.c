/* test_line_watch.c - which command each reply answers. */
#include "test.h"

#include "delivery/line_private.h"

typedef struct Talk {
    Watch watch;
    GString *passed;
    char *failure;
} Talk;

static int begin(void **state)
{
    Talk *talk = g_new0(Talk, 1);
    watch_init(&talk->watch);
    talk->passed = g_string_new(NULL);
    *state = talk;
    return 0;
}

static int end(void **state)
{
    Talk *talk = *state;
    watch_clear(&talk->watch);
    g_string_free(talk->passed, TRUE);
    g_free(talk->failure);
    g_free(talk);
    return 0;
}

static void say(Talk *talk, const char *text)
{
    watch_sent(&talk->watch, text, strlen(text));
}

/* True when the reply fits; `passed` then holds only what it gave. */
static bool hear(Talk *talk, const char *text)
{
    g_string_truncate(talk->passed, 0);
    return watch_received(&talk->watch, text, strlen(text), talk->passed,
                          &talk->failure);
}

static void reach_data(Talk *talk)
{
    say(talk, "MAIL FROM:<a@example.org>\r\n");
    assert_true(hear(talk, "250 sender\r\n"));
    say(talk, "RCPT TO:<b@example.net>\r\nDATA\r\n");
    assert_true(hear(talk, "250 recipient\r\n354 go\r\n"));
}

static void each_reply_goes_to_its_command(void **state)
{
    Talk *talk = *state;
    reach_data(talk);
    assert_string_equal(talk->passed->str, "250 recipient\r\n354 go\r\n");
    assert_string_equal(talk->watch.replies[WATCH_MAIL], "250 sender\r\n");
    assert_string_equal(talk->watch.replies[WATCH_RCPT], "250 recipient\r\n");
    assert_string_equal(talk->watch.replies[WATCH_DATA], "354 go\r\n");
    say(talk, "Subject: x\r\n\r\nhello\r\n");
    assert_false(talk->watch.dot_left);
    say(talk, ".\r\n");
    assert_true(talk->watch.dot_left);
    assert_true(hear(talk, "250 queued\r\n"));
    assert_string_equal(talk->watch.replies[WATCH_DOT], "250 queued\r\n");
    assert_string_equal(talk->watch.last, "250 queued\r\n");
}

static void the_dot_is_found_however_the_bytes_are_cut(void **state)
{
    static const char body[] = "MAIL DATA\r\n..\r\n.. \r\nx.\r\n\r\n.\r\n";
    Talk *talk = *state;
    for (size_t cut = 0; cut < sizeof body - 1; cut++) {
        reach_data(talk);
        watch_sent(&talk->watch, body, cut);
        assert_false(talk->watch.dot_left);
        for (size_t i = cut; i < sizeof body - 1; i++)
            watch_sent(&talk->watch, body + i, 1);
        assert_true(talk->watch.dot_left);
        assert_true(hear(talk, "250 ok\r\n"));
        assert_int_equal(talk->watch.pending_count, 0);
    }
    assert_int_equal(talk->watch.transactions, (int)sizeof body - 1);
}

static void an_empty_message_has_an_end_too(void **state)
{
    Talk *talk = *state;
    reach_data(talk);
    say(talk, ".\r\n");
    assert_true(talk->watch.dot_left);
}

static void a_refused_data_is_followed_by_commands(void **state)
{
    Talk *talk = *state;
    say(talk, "MAIL FROM:<a@example.org>\r\n");
    assert_true(hear(talk, "250 ok\r\n"));
    say(talk, "RCPT TO:<b@example.net>\r\nDATA\r\n");
    assert_true(hear(talk, "550 no\r\n503 out of turn\r\n"));
    say(talk, "RSET\r\nMAIL FROM:<a@example.org>\r\n");
    assert_null(talk->watch.replies[WATCH_RCPT]);
    assert_true(hear(talk, "250 reset\r\n250 sender\r\n"));
    assert_string_equal(talk->watch.replies[WATCH_MAIL], "250 sender\r\n");
    assert_int_equal(talk->watch.transactions, 2);
}

static void a_reply_in_pieces_passes_when_it_is_whole(void **state)
{
    Talk *talk = *state;
    say(talk, "MAIL FROM:<a@example.org>\r\n");
    static const char *const pieces[] = {"2", "50", "-one\r", "\n250", " two"};
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        assert_true(hear(talk, pieces[i]));
        assert_string_equal(talk->passed->str, "");
    }
    assert_true(hear(talk, "\r\n"));
    assert_string_equal(talk->passed->str, "250-one\r\n250 two\r\n");
}

static void what_libesmtp_cannot_read_passes_in_short(void **state)
{
    Talk *talk = *state;
    g_autofree char *wide = g_strnfill(1500, 'x');
    g_autofree char *line = g_strdup_printf("550 %s\r\n", wide);
    GString *tall = g_string_new(NULL);
    for (int i = 0; i < 500; i++)
        g_string_append(tall, "550-another\r\n");
    g_string_append(tall, "550 end\r\n");
    const char *replies[] = {"550\r\n", "550\n", line, tall->str};
    for (size_t i = 0; i < G_N_ELEMENTS(replies); i++) {
        say(talk, "RSET\r\n");
        assert_true(hear(talk, replies[i]));
        assert_string_equal(talk->passed->str, "550 see the whole reply\r\n");
        assert_string_equal(talk->watch.replies[WATCH_RSET], replies[i]);
    }
    g_string_free(tall, TRUE);
}

static void an_unasked_reply_ends_the_conversation(void **state)
{
    Talk *talk = *state;
    assert_false(hear(talk, "250 hello again\r\n"));
    assert_string_equal(talk->failure, "unasked reply: 250 hello again\r\n");
    assert_string_equal(talk->passed->str, "");
}

static void a_second_go_ahead_is_no_answer_to_the_message(void **state)
{
    Talk *talk = *state;
    reach_data(talk);
    say(talk, "Subject: x\r\n\r\nhello\r\n.\r\n");
    assert_false(hear(talk, "354 go\r\n"));
    assert_string_equal(talk->failure, "reply out of place: 354 go\r\n");
    assert_true(talk->watch.dot_left);
    assert_null(talk->watch.replies[WATCH_DOT]);
}

static void an_unasked_421_does_not(void **state)
{
    Talk *talk = *state;
    assert_true(hear(talk, "421 closing\r\n"));
    assert_string_equal(talk->passed->str, "421 closing\r\n");
    assert_string_equal(talk->watch.stray, "421 closing\r\n");
}

static void unreadable_replies_end_the_conversation(void **state)
{
    static const char *const replies[] = {
        "hello\r\n",          "\r\n",      "25\r\n",    "2500 x\r\n",
        "250-a\r\n450 b\r\n", "150 x\r\n", "600 x\r\n", "250_x\r\n",
        "250-a\r\nb\r\n",
    };
    Talk *talk = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(replies); i++) {
        g_clear_pointer(&talk->failure, g_free);
        watch_clear(&talk->watch);
        watch_init(&talk->watch);
        say(talk, "MAIL FROM:<a@example.org>\r\n");
        assert_false(hear(talk, replies[i]));
        assert_true(g_str_has_prefix(talk->failure, "unreadable reply: "));
        assert_string_equal(talk->passed->str, "");
        assert_string_equal(talk->watch.last, replies[i]);
    }
}

static void a_reply_has_a_limit(void **state)
{
    Talk *talk = *state;
    g_autofree char *line = g_strnfill(LINE_REPLY_LINE_MAX + 1, '2');
    say(talk, "NOOP\r\n");
    assert_false(hear(talk, line));
    assert_string_equal(talk->failure, "endless reply");
}

static void so_have_many_lines(void **state)
{
    Talk *talk = *state;
    say(talk, "NOOP\r\n");
    bool fits = true;
    int lines = 0;
    while (fits && lines < LINE_REPLY_MAX) {
        fits = hear(talk, "250-more\r\n");
        lines++;
    }
    assert_false(fits);
    assert_true(lines * 10 > LINE_REPLY_MAX);
    assert_true(lines * 10 < LINE_REPLY_MAX + 20);
}

static void quit_and_rset_are_not_the_last_word(void **state)
{
    Talk *talk = *state;
    say(talk, "MAIL FROM:<a@example.org>\r\n");
    assert_true(hear(talk, "451 later\r\n"));
    say(talk, "RSET\r\n");
    assert_true(hear(talk, "250 reset\r\n"));
    say(talk, "QUIT\r\n");
    assert_true(hear(talk, "221 bye\r\n"));
    assert_string_equal(talk->watch.last, "451 later\r\n");
}

#define TALK(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TALK(each_reply_goes_to_its_command),
        TALK(the_dot_is_found_however_the_bytes_are_cut),
        TALK(an_empty_message_has_an_end_too),
        TALK(a_refused_data_is_followed_by_commands),
        TALK(a_reply_in_pieces_passes_when_it_is_whole),
        TALK(what_libesmtp_cannot_read_passes_in_short),
        TALK(an_unasked_reply_ends_the_conversation),
        TALK(a_second_go_ahead_is_no_answer_to_the_message),
        TALK(an_unasked_421_does_not),
        TALK(unreadable_replies_end_the_conversation),
        TALK(a_reply_has_a_limit),
        TALK(so_have_many_lines),
        TALK(quit_and_rset_are_not_the_last_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
