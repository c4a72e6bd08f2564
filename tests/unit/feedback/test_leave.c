/*
 * test_leave.c - feedback/leave.h with feedback/unsubscribe.h below it, over
 * lists and keys in a folder. The tokens are those that test_keyring.c has
 * from Python.
 */
#include "keys.h"

#include "feedback/cgi.h"
#include "feedback/leave.h"

#define ADA "alg75u3hha4xr72jdv63yirnxzmhxvc42" /* of key a, for ada */
#define ONE_CLICK "List-Unsubscribe=One-Click"
#define FORM "application/x-www-form-urlencoded"

typedef struct Fixture {
    char *folder;
    char *keys;
    char *list;
    char *left; /* the suppressions */
    char *lists[2];
    Config config;
    FakeTime time;
    Clock clock;
    Leave *leave;
    LeaveAnswer answer;
} Fixture;

static void open_leave(Fixture *fixture)
{
    GError *error = NULL;
    UnsubscribeOptions options = {.config = &fixture->config,
                                  .clock = &fixture->clock,
                                  .fill_random = fill_sevens};
    leave_close(fixture->leave);
    fixture->leave = leave_open(&options, &error);
    assert_no_error(error);
}

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = scratch_new();
    fixture->keys = g_build_filename(fixture->folder, "keys", NULL);
    fixture->list = g_build_filename(fixture->folder, "a.csv", NULL);
    fixture->left = g_build_filename(fixture->folder, "left.csv", NULL);
    fixture->lists[0] = fixture->list;
    fixture->time = (FakeTime){.wall_us = INT64_C(1795869000000000)};
    fixture->clock = fake_clock(&fixture->time);
    fixture->config = (Config){
        .list = {.id = (char *)(uintptr_t) "news.example.org",
                 .name = (char *)(uintptr_t) "Ada & <friends>",
                 .unsubscribe_url = (char *)(uintptr_t) "https://"
                                                        "news.example.org/u/"
                                                        "{token}"},
        .keys = fixture->keys,
        .suppressions = fixture->left,
        .lists = fixture->lists,
    };
    keys_write(fixture->keys, KEY_A);
    scratch_write(fixture->list, "email,lang\nada@example.org,fr\n"
                                 "bob@example.org,\n");
    open_leave(fixture);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    leave_answer_clear(&fixture->answer);
    leave_close(fixture->leave);
    scratch_remove(fixture->folder);
    g_free(fixture->keys);
    g_free(fixture->list);
    g_free(fixture->left);
    g_free(fixture);
    return 0;
}

static const LeaveAnswer *ask(Fixture *fixture, const char *method,
                              const char *target, const char *body)
{
    LeaveRequest request = {.method = method,
                            .target = target,
                            .content_type = FORM,
                            .accept_language = "de",
                            .body = body,
                            .body_length = strlen(body)};
    leave_answer_clear(&fixture->answer);
    leave_answer(fixture->leave, &request, &fixture->answer);
    return &fixture->answer;
}

static char *read_left(Fixture *fixture)
{
    char *text = NULL;
    if (!g_file_get_contents(fixture->left, &text, NULL, NULL))
        return g_strdup("");
    return text;
}

static int count_lines(Fixture *fixture, const char *word)
{
    g_autofree char *text = read_left(fixture);
    int count = 0;
    for (char *at = text; (at = strstr(at, word)) != NULL; at++)
        count++;
    return count;
}

static void a_post_unsubscribes_and_says_so(void **state)
{
    Fixture *fixture = *state;
    const LeaveAnswer *answer = ask(fixture, "POST", "/u/" ADA, ONE_CLICK);
    assert_int_equal(answer->status, 200);
    assert_int_equal(answer->event, LEAVE_UNSUBSCRIBED);
    assert_string_equal(answer->language, "fr");
    assert_non_null(strstr(answer->body->str, "désabonné"));
    assert_null(strstr(answer->body->str, "<form"));
    assert_null(strstr(answer->body->str, "ada@example.org"));
    assert_null(strstr(answer->body->str, ADA));
    assert_int_equal(count_lines(fixture, ",unsubscribed,ada@example.org\n"),
                     1);
}

static void again_is_the_same_as_once(void **state)
{
    Fixture *fixture = *state;
    const LeaveAnswer *answer = ask(fixture, "POST", "/u/" ADA, ONE_CLICK);
    g_autofree char *first = g_strdup(answer->body->str);
    for (int i = 0; i < 3; i++) {
        answer = ask(fixture, "POST", "/u/" ADA, ONE_CLICK);
        assert_int_equal(answer->status, 200);
        assert_int_equal(answer->event, LEAVE_REPEATED);
        assert_string_equal(answer->body->str, first);
    }
    assert_int_equal(count_lines(fixture, "ada@"), 1);
}

static void looking_changes_nothing(void **state)
{
    Fixture *fixture = *state;
    static const char *const methods[] = {"GET", "HEAD"};
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        const LeaveAnswer *answer = ask(fixture, methods[i], "/u/" ADA,
                                        ONE_CLICK);
        assert_int_equal(answer->status, 200);
        assert_int_equal(answer->event, LEAVE_SHOWED);
        assert_non_null(strstr(answer->body->str, "<form method=\"post\">"));
        assert_non_null(
            strstr(answer->body->str,
                   "name=\"List-Unsubscribe\" value=\"One-Click\""));
        assert_non_null(strstr(answer->body->str, "<html lang=\"fr\""));
    }
    assert_int_equal(count_lines(fixture, "ada@"), 0);
}

static void a_post_of_something_else_only_asks(void **state)
{
    Fixture *fixture = *state;
    static const char *const bodies[] = {"", "a=b", "List-Unsubscribe=no"};
    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        const LeaveAnswer *answer = ask(fixture, "POST", "/u/" ADA, bodies[i]);
        assert_int_equal(answer->status, 400);
        assert_int_equal(answer->event, LEAVE_REFUSED);
        assert_non_null(strstr(answer->body->str, "<form"));
    }
    assert_int_equal(count_lines(fixture, "ada@"), 0);
}

/* All alike, whatever is wrong. */
static void a_wrong_token_is_refused(void **state)
{
    Fixture *fixture = *state;
    static const char *const targets[] = {
        "/u/alg75u3hha4xr72jdv63yirnxzmhxvc4a", /* forged */
        "/u/blg75u3hha4xr72jdv63yirnxzmhxvc42", /* under no key of ours */
        "/u/alg75u3hha4xr72jdv63yirnxzmhxvc4",  /* cut off */
        "/u/alg75u3hha4xr72jdv63yirnxzmhxvc42a",
        "/u/",
        "/",
        "",
        "*",
        "/u/%61lg75u3hha4xr72jdv63yirnxzmhxvc42",
        "/u/" ADA "%00",
        "/admin"};
    const LeaveAnswer *answer = ask(fixture, "GET", "/u/x", "");
    g_autofree char *refusal = g_strdup(answer->body->str);
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        answer = ask(fixture, i % 2 ? "GET" : "POST", targets[i], ONE_CLICK);
        assert_int_equal(answer->status, 404);
        assert_int_equal(answer->event, LEAVE_REFUSED);
        assert_string_equal(answer->body->str, refusal);
    }
    assert_int_equal(count_lines(fixture, "@"), 0);
}

static void a_token_for_something_else_is_refused(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    static const KeyringScope scopes[] = {
        {KEYRING_BOUNCE, "news.example.org", "summer"},
        {KEYRING_SUBSCRIBE, "news.example.org", NULL},
        {KEYRING_UNSUBSCRIBE, "other.example.org", NULL},
        {KEYRING_UNSUBSCRIBE, "news.example.org", "summer"},
    };
    g_autoptr(Keyring) keyring = keyring_load(fixture->keys, &error);
    for (size_t i = 0; i < G_N_ELEMENTS(scopes); i++) {
        char token[KEYRING_TOKEN_LENGTH + 1];
        keyring_make(keyring, &scopes[i], "ada@example.org", token);
        g_autofree char *target = g_strconcat("/u/", token, NULL);
        const LeaveAnswer *answer = ask(fixture, "POST", target, ONE_CLICK);
        assert_int_equal(answer->status, 404);
    }
    assert_int_equal(count_lines(fixture, "ada@"), 0);
}

static void a_right_token_of_nobody_adds_nothing(void **state)
{
    Fixture *fixture = *state;
    scratch_write(fixture->list, "email\nbob@example.org\n");
    const LeaveAnswer *answer = ask(fixture, "POST", "/u/" ADA, ONE_CLICK);
    assert_int_equal(answer->status, 200);
    assert_int_equal(answer->event, LEAVE_UNKNOWN);
    assert_string_equal(answer->language, "de"); /* the request's */
    assert_int_equal(count_lines(fixture, "@"), 0);
}

static void a_new_key_leaves_old_links_right(void **state)
{
    Fixture *fixture = *state;
    keys_write(fixture->keys, KEY_B KEY_A);
    assert_int_equal(ask(fixture, "GET", "/u/" ADA, "")->status, 200);
    g_autoptr(Keyring) keyring = keyring_load(fixture->keys, NULL);
    const KeyringScope scope = {KEYRING_UNSUBSCRIBE, "news.example.org", NULL};
    char token[KEYRING_TOKEN_LENGTH + 1];
    keyring_make(keyring, &scope, "bob@example.org", token);
    assert_int_equal(token[0], 'b');
    g_autofree char *target = g_strconcat("/u/", token, NULL);
    assert_int_equal(ask(fixture, "POST", target, ONE_CLICK)->event,
                     LEAVE_UNSUBSCRIBED);
    assert_int_equal(count_lines(fixture, "bob@"), 1);
    keys_write(fixture->keys, KEY_B); /* the old one is taken out */
    assert_int_equal(ask(fixture, "POST", "/u/" ADA, ONE_CLICK)->status, 404);
}

static void a_new_key_counts_as_soon_as_the_list_can_be_read(void **state)
{
    Fixture *fixture = *state;
    char token[KEYRING_TOKEN_LENGTH + 1];
    const KeyringScope scope = {KEYRING_UNSUBSCRIBE, "news.example.org", NULL};
    assert_int_equal(unlink(fixture->list), 0);
    keys_write(fixture->keys, KEY_B KEY_A);
    g_autoptr(Keyring) keyring = keyring_load(fixture->keys, NULL);
    keyring_make(keyring, &scope, "bob@example.org", token);
    g_autofree char *target = g_strconcat("/u/", token, NULL);
    ask(fixture, "GET", target, "");
    assert_int_equal(ask(fixture, "POST", "/u/" ADA, ONE_CLICK)->status, 200);
    scratch_write(fixture->list, "email\nbob@example.org\n");
    assert_int_equal(ask(fixture, "POST", target, ONE_CLICK)->status, 200);
    assert_int_equal(count_lines(fixture, "bob@"), 1);
}

static void keys_that_are_lost_stay_in_use(void **state)
{
    Fixture *fixture = *state;
    assert_int_equal(unlink(fixture->keys), 0);
    assert_int_equal(ask(fixture, "POST", "/u/" ADA, ONE_CLICK)->status, 200);
}

static void what_cannot_be_written_is_no_success(void **state)
{
    Fixture *fixture = *state;
    assert_int_equal(mkdir(fixture->left, 0700), 0);
    const LeaveAnswer *answer = ask(fixture, "POST", "/u/" ADA, ONE_CLICK);
    assert_int_equal(answer->status, 503);
    assert_int_equal(answer->event, LEAVE_FAILED);
    assert_string_equal(answer->retry_after, "60");
    assert_string_equal(answer->language, "fr");
    assert_non_null(strstr(answer->error->message, "left.csv"));
    assert_null(strstr(answer->error->message, "ada"));
    assert_int_equal(rmdir(fixture->left), 0);
    assert_int_equal(ask(fixture, "POST", "/u/" ADA, ONE_CLICK)->status, 200);
}

static void other_methods_are_named(void **state)
{
    Fixture *fixture = *state;
    static const char *const methods[] = {
        "PUT", "DELETE", "OPTIONS", "post", "CONNECT", "", "TRACE"};
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        const LeaveAnswer *answer = ask(fixture, methods[i], "/u/" ADA,
                                        ONE_CLICK);
        assert_int_equal(answer->status, 405);
        assert_string_equal(answer->allow, "GET, HEAD, POST");
    }
    assert_int_equal(count_lines(fixture, "ada@"), 0);
}

static void the_lists_name_is_escaped(void **state)
{
    Fixture *fixture = *state;
    const LeaveAnswer *answer = ask(fixture, "GET", "/u/" ADA, "");
    assert_non_null(strstr(answer->body->str, "Ada &amp; &lt;friends&gt;"));
    assert_null(strstr(answer->body->str, "<friends"));
}

static void the_policy_allows_the_style_by_its_hash(void **state)
{
    Fixture *fixture = *state;
    const LeaveAnswer *answer = ask(fixture, "GET", "/u/" ADA, "");
    const char *start = strstr(answer->body->str, "<style>");
    assert_non_null(start);
    start += strlen("<style>");
    const char *end = strstr(start, "</style>");
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize length = sizeof digest;
    g_checksum_update(sum, (const guchar *)start, end - start);
    g_checksum_get_digest(sum, digest, &length);
    g_autofree char *hash = g_base64_encode(digest, length);
    assert_non_null(strstr(answer->policy, hash));
    assert_non_null(strstr(answer->policy, "default-src 'none'"));
    assert_non_null(strstr(answer->policy, "form-action 'self'"));
    assert_null(strstr(answer->policy, "unsafe"));
}

static void what_is_not_configured_is_named(void **state)
{
    Fixture *fixture = *state;
    UnsubscribeOptions options = {.config = &fixture->config,
                                  .clock = &fixture->clock,
                                  .fill_random = fill_sevens};
    GError *error = NULL;
    fixture->config.suppressions = NULL;
    assert_null(leave_open(&options, &error));
    assert_error(&error, ERROR_CONFIG, "`suppressions` is not set");
    fixture->config.suppressions = fixture->left;
    fixture->config.keys = NULL;
    assert_null(leave_open(&options, &error));
    assert_error(&error, ERROR_CONFIG, "`keys` is not set");
    fixture->config.keys = fixture->keys;
    fixture->config.list.unsubscribe_url = (char *)(uintptr_t) "https://a.b/c";
    assert_null(leave_open(&options, &error));
    assert_error(&error, ERROR_CONFIG, "has no {token}");
    fixture->config.list.unsubscribe_url = NULL;
    assert_null(leave_open(&options, &error));
    assert_error(&error, ERROR_CONFIG, "is not set");
}

static void nothing_is_written_when_dry(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    UnsubscribeOptions options = {.config = &fixture->config,
                                  .clock = &fixture->clock,
                                  .fill_random = fill_sevens,
                                  .dry = true};
    g_auto(Person) person = {0};
    g_autoptr(Unsubscriber) unsubscriber = unsubscriber_open(&options, &error);
    assert_no_error(error);
    assert_int_equal(unsubscribe(unsubscriber, ADA, &person, &error),
                     UNSUBSCRIBE_DONE);
    assert_string_equal(person.address, "ada@example.org");
    assert_int_equal(count_lines(fixture, "ada@"), 0);
}

/* --- CGI --- */

static char *ask_cgi(Fixture *fixture, const char *method, const char *path,
                     const char *query, const char *body)
{
    CgiRequest request;
    GError *error = NULL;
    GString *out = g_string_new(NULL);
    g_auto(GStrv)
        environment = g_environ_setenv(NULL, "REQUEST_METHOD", method, TRUE);
    environment = g_environ_setenv(environment, "PATH_INFO", path, TRUE);
    environment = g_environ_setenv(environment, "QUERY_STRING", query, TRUE);
    environment = g_environ_setenv(environment, "CONTENT_TYPE", FORM, TRUE);
    environment = g_environ_setenv(environment, "HTTP_ACCEPT_LANGUAGE", "nl",
                                   TRUE);
    assert_true(cgi_read(environment, body, strlen(body), &request, &error));
    leave_answer_clear(&fixture->answer);
    leave_answer(fixture->leave, &request.request, &fixture->answer);
    cgi_append_answer(out, &fixture->answer, method);
    cgi_request_clear(&request);
    return g_string_free(out, FALSE);
}

static void a_request_by_cgi_is_answered(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *answer = ask_cgi(fixture, "POST", "/" ADA, "", ONE_CLICK);
    assert_true(g_str_has_prefix(answer, "Status: 200 OK\r\n"));
    assert_non_null(strstr(answer, "\r\nContent-Type: text/html; "
                                   "charset=utf-8\r\n"));
    assert_non_null(strstr(answer, "\r\nCache-Control: no-store\r\n"));
    assert_non_null(strstr(answer, "\r\nContent-Security-Policy: "));
    assert_non_null(strstr(answer, "\r\n\r\n<!DOCTYPE html>"));
    assert_int_equal(count_lines(fixture, "ada@"), 1);
    g_autofree char *head = ask_cgi(fixture, "HEAD", "/u/" ADA, "", "");
    assert_true(g_str_has_prefix(head, "Status: 200 OK\r\n"));
    assert_true(g_str_has_suffix(head, "\r\n\r\n"));
    g_autofree char *wrong = ask_cgi(fixture, "GET", "/u/x", "t=" ADA, "");
    assert_true(g_str_has_prefix(wrong, "Status: 404 Not Found\r\n"));
    g_autofree char *put = ask_cgi(fixture, "PUT", "/u/" ADA, "", "");
    assert_non_null(strstr(put, "\r\nAllow: GET, HEAD, POST\r\n"));
}

static void a_query_may_carry_the_token(void **state)
{
    Fixture *fixture = *state;
    fixture->config.list.unsubscribe_url =
        (char *)(uintptr_t) "https://example.org/leave?t={token}";
    open_leave(fixture);
    g_autofree char *answer = ask_cgi(fixture, "POST", "", "t=" ADA, ONE_CLICK);
    assert_true(g_str_has_prefix(answer, "Status: 200 OK\r\n"));
    assert_int_equal(count_lines(fixture, "ada@"), 1);
}

static void a_length_is_bounded(void **state)
{
    static const struct {
        const char *text;
        int status; /* 0: right */
        size_t length;
    } rows[] = {
        {"", 0, 0},
        {"26", 0, 26},
        {"8192", 0, 8192},
        {"8193", 413, 0},
        {"18446744073709551615", 413, 0},
        {"18446744073709551616", 400, 0},
        {"-1", 400, 0},
        {"+1", 400, 0},
        {"0x10", 400, 0},
        {"26 ", 400, 0},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t length = 0;
        int status = 0;
        g_auto(GStrv) environment = g_environ_setenv(NULL, "CONTENT_LENGTH",
                                                     rows[i].text, TRUE);
        bool ok = cgi_body_length(environment, &length, &status);
        if (ok != (rows[i].status == 0) || (ok && length != rows[i].length) ||
            (!ok && status != rows[i].status))
            fail_msg("%s: %d %zu %d", rows[i].text, ok, length, status);
    }
}

static void what_is_no_cgi_says_so(void **state)
{
    CgiRequest request;
    GError *error = NULL;
    (void)state;
    g_auto(GStrv) environment = g_environ_setenv(NULL, "PATH", "/bin", TRUE);
    assert_false(cgi_read(environment, "", 0, &request, &error));
    assert_error(&error, ERROR_USAGE, "REQUEST_METHOD");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_post_unsubscribes_and_says_so),
        TEST(again_is_the_same_as_once),
        TEST(looking_changes_nothing),
        TEST(a_post_of_something_else_only_asks),
        TEST(a_wrong_token_is_refused),
        TEST(a_token_for_something_else_is_refused),
        TEST(a_right_token_of_nobody_adds_nothing),
        TEST(a_new_key_leaves_old_links_right),
        TEST(a_new_key_counts_as_soon_as_the_list_can_be_read),
        TEST(keys_that_are_lost_stay_in_use),
        TEST(what_cannot_be_written_is_no_success),
        TEST(other_methods_are_named),
        TEST(the_lists_name_is_escaped),
        TEST(the_policy_allows_the_style_by_its_hash),
        TEST(what_is_not_configured_is_named),
        TEST(nothing_is_written_when_dry),
        TEST(a_request_by_cgi_is_answered),
        TEST(a_query_may_carry_the_token),
        cmocka_unit_test(a_length_is_bounded),
        cmocka_unit_test(what_is_no_cgi_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
