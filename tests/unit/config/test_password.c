#include "test.h"

#include <unistd.h>

#include <glib/gstdio.h>

#include "config/config.h"
#include "config/password.h"

#define LIMIT INT64_C(10000000000)

/* Each look at the time moves it on by a second. */
static int64_t hurry(const Clock *clock)
{
    int64_t *now = clock->data;
    return *now += INT64_C(1000000000);
}

static char *secret_file(const char *directory, const char *content,
                         gssize length, unsigned mode)
{
    char *path = g_build_filename(directory, "secret", NULL);
    assert_true(g_file_set_contents(path, content, length, NULL));
    assert_int_equal(g_chmod(path, mode), 0);
    return path;
}

static void a_command_gives_its_first_line(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        const char *password;
    } cases[] = {
        {"echo hunter2", "hunter2"},
        {"printf hunter2", "hunter2"},
        {"printf 'a b\\r\\nuser: me\\n'", "a b"},
        {"cat; echo after", "after"},
        {"printf '\\303\\251t\\303\\251\\n'", "\xC3\xA9t\xC3\xA9"},
        {"echo first; head -c 200000 /dev/zero", "first"},
        {"echo x; (exec 2>&-; sleep 30) &", "x"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        char *password = NULL;
        assert_true(password_from_command(cases[i].command, clock_system(),
                                          LIMIT, &password, &error));
        assert_no_error(error);
        assert_string_equal(password, cases[i].password);
        config_password_free(password);
    }
}

static void a_command_that_fails_gives_nothing_away(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        const char *message;
    } cases[] = {
        {"echo hunter2; exit 3", "ended with status 3"},
        {"echo hunter2; kill -9 $$", "ended by signal 9"},
        {"true", "the first line is empty"},
        {"echo; echo hunter2", "the first line is empty"},
        {"printf 'hunter2\\0x\\n'", "NUL"},
        {"printf 'hunter2%0300d' 1", "over 255 bytes"},
        {"no-such-command-anywhere 2>&-", "ended with status 127"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        char *password = NULL;
        assert_false(password_from_command(cases[i].command, clock_system(),
                                           LIMIT, &password, &error));
        assert_null(password);
        assert_null(strstr(error->message, "hunter2"));
        assert_error(&error, ERROR_CONFIG, cases[i].message);
    }
}

static void a_command_that_hangs_is_ended_at_the_limit(void **state)
{
    (void)state;
    static const char *const commands[] = {
        "sleep 1000", "echo hunter2; sleep 1000", "exec >&-; sleep 1000",
        "while :; do echo x; done", "trap '' TERM HUP; sleep 1000"};
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        int64_t now = 0;
        Clock clock = {NULL, hurry, &now};
        GError *error = NULL;
        char *password = NULL;
        assert_false(password_from_command(commands[i], &clock, LIMIT,
                                           &password, &error));
        assert_null(password);
        assert_error(&error, ERROR_CONFIG, "did not end within 10 seconds");
    }
}

static void a_file_gives_its_first_line(void **state)
{
    const char *directory = *state;
    static const struct {
        const char *content;
        const char *password;
    } cases[] = {{"hunter2\n", "hunter2"},
                 {"hunter2", "hunter2"},
                 {"a b \r\nmore\n", "a b "}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = secret_file(directory, cases[i].content, -1,
                                            0600);
        GError *error = NULL;
        char *password = NULL;
        assert_true(password_from_file(path, &password, &error));
        assert_no_error(error);
        assert_string_equal(password, cases[i].password);
        config_password_free(password);
    }
}

static void a_password_of_255_bytes_is_the_longest(void **state)
{
    const char *directory = *state;
    g_autofree char *longest = g_strnfill(255, 'x');
    g_autofree char *line = g_strconcat(longest, "\n", NULL);
    g_autofree char *path = secret_file(directory, line, -1, 0400);
    char *password = NULL;
    assert_true(password_from_file(path, &password, NULL));
    assert_string_equal(password, longest);
    config_password_free(password);
    g_autofree char *longer = g_strconcat("x", line, NULL);
    assert_int_equal(g_chmod(path, 0600), 0);
    g_autofree char *again = secret_file(directory, longer, -1, 0600);
    GError *error = NULL;
    assert_false(password_from_file(again, &password, &error));
    assert_error(&error, ERROR_CONFIG, "over 255 bytes");
}

static void a_file_that_others_may_read_is_refused(void **state)
{
    const char *directory = *state;
    static const unsigned modes[] = {0644, 0640, 0604, 0620, 0666};
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autofree char *path = secret_file(directory, "hunter2\n", -1,
                                            modes[i]);
        GError *error = NULL;
        char *password = NULL;
        assert_false(password_from_file(path, &password, &error));
        assert_null(strstr(error->message, "hunter2"));
        assert_error(&error, ERROR_PERMISSION, "chmod 600");
    }
}

static void what_is_no_file_is_refused(void **state)
{
    const char *directory = *state;
    g_autofree char *missing = g_build_filename(directory, "nowhere", NULL);
    char *password = NULL;
    GError *error = NULL;
    assert_false(password_from_file(missing, &password, &error));
    assert_error(&error, ERROR_MISSING, missing);
    assert_false(password_from_file(directory, &password, &error));
    assert_error(&error, ERROR_CONFIG, "no regular file");
    g_autofree char *empty = secret_file(directory, "", 0, 0600);
    assert_false(password_from_file(empty, &password, &error));
    assert_error(&error, ERROR_CONFIG, "the first line is empty");
}

static void the_right_source_is_asked(void **state)
{
    (void)state;
    char user[] = "me";
    char name[] = "MIRMAIL_TEST_PASSWORD";
    char command[] = "echo from-command";
    RelayConfig relay = {0};
    char *password = NULL;
    GError *error = NULL;
    assert_true(config_password(&relay, &password, &error));
    assert_null(password);

    relay.user = user;
    assert_false(config_password(&relay, &password, &error));
    assert_error(&error, ERROR_CONFIG, "`relay.password_command`");

    relay.password_env = name;
    g_unsetenv(name);
    assert_false(config_password(&relay, &password, &error));
    assert_error(&error, ERROR_CONFIG, name);
    g_setenv(name, "", TRUE);
    assert_false(config_password(&relay, &password, &error));
    assert_error(&error, ERROR_CONFIG, "empty");
    g_setenv(name, "from-variable", TRUE);
    assert_true(config_password(&relay, &password, &error));
    assert_string_equal(password, "from-variable");
    config_password_free(password);

    relay.password_env = NULL;
    relay.password_command = command;
    assert_true(config_password(&relay, &password, &error));
    assert_string_equal(password, "from-command");
    config_password_free(password);

    relay.auth = AUTH_NONE;
    assert_true(config_password(&relay, &password, &error));
    assert_null(password);
    config_password_free(NULL);
}

/* --- tokens --- */

static void a_token_may_be_longer_than_a_password(void **state)
{
    (void)state;
    char *token = NULL;
    GError *error = NULL;
    assert_true(token_from_command("printf 'ya29.a-b_c~d+e/f==\\nmore'", -1,
                                   clock_system(), LIMIT, &token, &error));
    assert_no_error(error);
    assert_string_equal(token, "ya29.a-b_c~d+e/f==");
    config_password_free(token);
    assert_true(token_from_command("printf '%08192d' 7", -1, clock_system(),
                                   LIMIT, &token, &error));
    assert_int_equal(strlen(token), 8192);
    config_password_free(token);
}

static void what_is_no_token_is_not_sent(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        const char *message;
    } cases[] = {
        {"echo 'error: hunter2 has expired'", "is no access token"},
        {"printf 'hunter2\\001auth\\n'", "is no access token"},
        {"printf 'hunter2\\303\\251\\n'", "is no access token"},
        {"printf '%08193d' 7", "over 8192 bytes, too long for a token"},
        {"true", "no token: the first line is empty"},
        {"echo hunter2; exit 2", "`relay.token_command`: ended with status 2"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        char *token = NULL;
        assert_false(token_from_command(cases[i].command, -1, clock_system(),
                                        LIMIT, &token, &error));
        assert_null(token);
        assert_null(strstr(error->message, "hunter2"));
        assert_error(&error, ERROR_CONFIG, cases[i].message);
    }
}

static void a_token_command_can_be_broken_off(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "", 1), 1);
    char *token = NULL;
    GError *error = NULL;
    assert_false(token_from_command("sleep 1000; echo x", ends[0],
                                    clock_system(), LIMIT, &token, &error));
    assert_null(token);
    assert_error(&error, ERROR_RETRY, "broken off here");
    close(ends[0]);
    close(ends[1]);
}

static void a_password_is_not_asked_for_beside_a_token(void **state)
{
    (void)state;
    char user[] = "me";
    char command[] = "exit 9";
    char *password = NULL;
    GError *error = NULL;
    RelayConfig relay = {.user = user, .token_command = command};
    assert_true(config_password(&relay, &password, &error));
    assert_null(password);
}

static void secrets_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    char text[] = "x";
    const struct {
        RelayConfig relay;
        const char *message; /* NULL: fits */
    } cases[] = {
        {{0}, NULL},
        {{.token_command = text}, NULL},
        {{.token_command = text, .auth = AUTH_XOAUTH2}, NULL},
        {{.password_env = text, .auth = AUTH_SCRAM_SHA_256}, NULL},
        {{.client_certificate = text}, NULL},
        {{.client_certificate = text, .client_key = text}, NULL},
        {{.token_command = text, .password_file = text},
         "`password_file` and `token_command` both say"},
        {{.auth = AUTH_OAUTHBEARER}, "`token_command` must say"},
        {{.password_env = text, .auth = AUTH_XOAUTH2},
         "`token_command` must say"},
        {{.token_command = text, .auth = AUTH_PLAIN}, "with a password"},
        {{.client_key = text}, "without `client_certificate`"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        bool fits = secrets_fit(&cases[i].relay, NULL, &error);
        assert_int_equal(fits, cases[i].message == NULL);
        if (cases[i].message != NULL)
            assert_error(&error, ERROR_CONFIG, cases[i].message);
    }
}

static int make_directory(void **state)
{
    *state = g_dir_make_tmp("mirmail-password-XXXXXX", NULL);
    return *state == NULL;
}

static int remove_directory(void **state)
{
    g_autofree char *directory = *state;
    g_autofree char *path = g_build_filename(directory, "secret", NULL);
    g_remove(path);
    return g_rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_gives_its_first_line),
        cmocka_unit_test(a_command_that_fails_gives_nothing_away),
        cmocka_unit_test(a_command_that_hangs_is_ended_at_the_limit),
        cmocka_unit_test(a_file_gives_its_first_line),
        cmocka_unit_test(a_password_of_255_bytes_is_the_longest),
        cmocka_unit_test(a_file_that_others_may_read_is_refused),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(the_right_source_is_asked),
        cmocka_unit_test(a_token_may_be_longer_than_a_password),
        cmocka_unit_test(what_is_no_token_is_not_sent),
        cmocka_unit_test(a_token_command_can_be_broken_off),
        cmocka_unit_test(a_password_is_not_asked_for_beside_a_token),
        cmocka_unit_test(secrets_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
