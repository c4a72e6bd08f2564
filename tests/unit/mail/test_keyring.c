/*
 * test_keyring.c - mail/keyring.h. The tokens here were worked out by Python's
 * hmac and base64 from the header's words; tests/lint/test_vectors.py does it
 * again.
 */
#include "scratch.h"

#include <sys/stat.h>

#include "mail/keyring.h"

#define KEY_A "a aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq\n"
#define KEY_B "b eaqseizeeutcokbjfivsyljof4ydcmrtgq2tmnzyhe5dwpb5hy7q\n"

static const KeyringScope leave = {KEYRING_UNSUBSCRIBE, "news.example.org",
                                   NULL};
static const char ada[] = "ada@example.org";

typedef struct Fixture {
    char *folder;
    char *path;
} Fixture;

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->folder = scratch_new();
    fixture->path = g_build_filename(fixture->folder, "keys", NULL);
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

static Keyring *load(Fixture *fixture, const char *text)
{
    GError *error = NULL;
    assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
    chmod(fixture->path, 0600);
    Keyring *keyring = keyring_load(fixture->path, &error);
    assert_no_error(error);
    return keyring;
}

static void tokens_are_those_that_others_compute(void **state)
{
    static const struct {
        KeyringScope scope;
        const char *token;
    } cases[] = {
        {{KEYRING_UNSUBSCRIBE, "news.example.org", NULL},
         "alg75u3hha4xr72jdv63yirnxzmhxvc42"},
        {{KEYRING_BOUNCE, "news.example.org", "retreat"},
         "alg75u3hha4xr7n2v7ydgjojuq5fj2xm2"},
        {{KEYRING_SUBSCRIBE, "news.example.org", NULL},
         "alg75u3hha4xr6qfzxd7yzkz5kle65uxi"},
    };
    g_autoptr(Keyring) keyring = load(*state, KEY_A);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char token[KEYRING_TOKEN_LENGTH + 1];
        keyring_make(keyring, &cases[i].scope, ada, token);
        assert_string_equal(token, cases[i].token);
        KeyringMatch match;
        assert_true(keyring_check(keyring, &cases[i].scope, token, &match));
        assert_true(keyring_is_for(keyring, &match, ada));
        assert_false(keyring_is_for(keyring, &match, "bob@example.org"));
    }
}

static void the_newest_key_makes_tokens_and_all_of_them_check(void **state)
{
    KeyringMatch match;
    char token[KEYRING_TOKEN_LENGTH + 1];
    g_autoptr(Keyring) both = load(*state, "# two keys\n" KEY_B KEY_A);
    keyring_make(both, &leave, ada, token);
    assert_string_equal(token, "bqqimzdp3n27tlc6ytbwj2wzfv7gnoo5p");
    assert_true(keyring_check(both, &leave, token, &match));
    assert_true(keyring_check(both, &leave, "alg75u3hha4xr72jdv63yirnxzmhxvc42",
                              &match));
    g_autoptr(Keyring) rotated = load(*state, KEY_B);
    assert_false(keyring_check(rotated, &leave,
                               "alg75u3hha4xr72jdv63yirnxzmhxvc42", &match));
}

static void upper_case_is_lower_case(void **state)
{
    KeyringMatch match;
    g_autoptr(Keyring) keyring = load(*state, KEY_A);
    assert_true(keyring_check(keyring, &leave,
                              "ALG75U3HHA4XR72JDV63YIRNXZMHXVC42", &match));
    assert_true(keyring_is_for(keyring, &match, ada));
}

static void any_letter_changed_is_refused(void **state)
{
    static const char others[] = "abcdefghijklmnopqrstuvwxyz234567-_=.0189";
    g_autoptr(Keyring) keyring = load(*state, KEY_A KEY_B);
    char token[KEYRING_TOKEN_LENGTH + 1];
    KeyringMatch match;
    keyring_make(keyring, &leave, ada, token);
    for (int i = 0; i < KEYRING_TOKEN_LENGTH; i++) {
        char right = token[i];
        for (const char *other = others; *other != '\0'; other++) {
            token[i] = *other;
            assert_int_equal(keyring_check(keyring, &leave, token, &match),
                             *other == right);
        }
        token[i] = right;
    }
}

static void what_is_no_token_for_this_is_refused(void **state)
{
    static const char *const tokens[] = {
        "",
        "a",
        "alg75u3hha4xr72jdv63yirnxzmhxvc4",   /* cut */
        "alg75u3hha4xr72jdv63yirnxzmhxvc42a", /* longer */
        "alg75u3hha4xr7n2v7ydgjojuq5fj2xm2",  /* for a bounce */
        "alg75u3hha4xr6qfzxd7yzkz5kle65uxi",  /* for joining */
        "zlg75u3hha4xr72jdv63yirnxzmhxvc42",  /* of no key */
    };
    g_autoptr(Keyring) keyring = load(*state, KEY_A);
    KeyringMatch match;
    for (size_t i = 0; i < G_N_ELEMENTS(tokens); i++)
        assert_false(keyring_check(keyring, &leave, tokens[i], &match));
    const KeyringScope elsewhere = {KEYRING_UNSUBSCRIBE, "other.example.org",
                                    NULL};
    assert_false(keyring_check(keyring, &elsewhere,
                               "alg75u3hha4xr72jdv63yirnxzmhxvc42", &match));
    const KeyringScope later = {KEYRING_BOUNCE, "news.example.org", "autumn"};
    assert_false(keyring_check(keyring, &later,
                               "alg75u3hha4xr7n2v7ydgjojuq5fj2xm2", &match));
}

static void a_file_that_is_wrong_says_where(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"", "no key in this file"},
        {"# nothing\n\n", "no key in this file"},
        {KEY_A "c tooshort\n", ":2: no key"},
        {KEY_A KEY_A, ":2: a second key"},
        {"1" KEY_A, ":1: no key"},
        {"a aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypr\n",
         ":1: no key"},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        assert_true(
            g_file_set_contents(fixture->path, cases[i].text, -1, NULL));
        chmod(fixture->path, 0600);
        assert_null(keyring_load(fixture->path, &error));
        assert_error(&error, ERROR_CONFIG, cases[i].words);
    }
}

static void a_file_that_is_too_long_is_not_read_in_part(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(GString) text = g_string_new(KEY_A);
    while (text->len < 10000)
        g_string_append(text, "# a comment\n");
    GError *error = NULL;
    assert_true(g_file_set_contents(fixture->path, text->str, -1, NULL));
    chmod(fixture->path, 0600);
    assert_null(keyring_load(fixture->path, &error));
    assert_error(&error, ERROR_CONFIG, "over 8192 bytes");
}

static void keys_that_others_may_read_are_refused(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    keyring_free(load(fixture, KEY_A));
    chmod(fixture->path, 0640);
    assert_null(keyring_load(fixture->path, &error));
    assert_error(&error, ERROR_PERMISSION, "chmod 600");
    unlink(fixture->path);
    assert_null(keyring_load(fixture->path, &error));
    assert_error(&error, ERROR_MISSING, "mirmail keygen");
}

static bool fill_counting(void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)i;
    return true;
}

static bool fill_nothing(void *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    return false;
}

static void a_new_key_has_a_letter_of_its_own(void **state)
{
    GError *error = NULL;
    g_autofree char *first = keyring_new_line(NULL, fill_counting, &error);
    assert_string_equal(first,
                        "a aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha"
                        "5dypq");
    g_autoptr(Keyring) keyring = load(*state, KEY_A);
    g_autofree char *second = keyring_new_line(keyring, fill_counting, &error);
    assert_int_equal(second[0], 'b');
    assert_null(keyring_new_line(keyring, fill_nothing, &error));
    assert_error(&error, ERROR_SYSTEM, "random");
}

static char *read_keys(Fixture *fixture)
{
    char *text = NULL;
    assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
    return text;
}

static void the_first_key_makes_a_file_for_its_owner_alone(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *folder = g_build_filename(fixture->folder, "new", NULL);
    g_autofree char *path = g_build_filename(folder, "keys", NULL);
    GError *error = NULL;
    KeyringChange change;
    struct stat status;
    assert_true(keyring_add(path, fill_counting, &change, &error));
    assert_int_equal(change.letter, 'a');
    assert_int_equal(change.older, 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(stat(folder, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    char token[KEYRING_TOKEN_LENGTH + 1];
    g_autoptr(Keyring) keyring = keyring_load(path, &error);
    assert_no_error(error);
    keyring_make(keyring, &leave, ada, token);
    assert_string_equal(token, "alg75u3hha4xr72jdv63yirnxzmhxvc42");
}

static void
a_later_key_stands_first_and_the_older_ones_still_check(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    KeyringChange change;
    KeyringMatch match;
    char token[KEYRING_TOKEN_LENGTH + 1];
    keyring_free(load(fixture, "# ours\n\n" KEY_B "# old\n"));
    assert_true(keyring_add(fixture->path, fill_counting, &change, &error));
    assert_int_equal(change.letter, 'a');
    assert_int_equal(change.older, 1);
    g_autofree char *text = read_keys(fixture);
    assert_string_equal(text, "# ours\n\n" KEY_A KEY_B "# old\n");
    g_autoptr(Keyring) keyring = keyring_load(fixture->path, &error);
    assert_no_error(error);
    keyring_make(keyring, &leave, ada, token);
    assert_int_equal(token[0], 'a');
    assert_true(keyring_check(keyring, &leave,
                              "bqqimzdp3n27tlc6ytbwj2wzfv7gnoo5p", &match));
}

static void a_file_that_cannot_take_a_key_stays_as_it_was(void **state)
{
    static const struct {
        const char *text;
        int mode;
        ErrorCode code;
        const char *words;
    } cases[] = {
        {KEY_A "c tooshort\n", 0600, ERROR_CONFIG, ":2: no key"},
        {KEY_A, 0640, ERROR_PERMISSION, "chmod 600"},
        {KEY_A, 0600, ERROR_SYSTEM, "no random numbers"},
    };
    Fixture *fixture = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        KeyringChange change;
        g_file_set_contents(fixture->path, cases[i].text, -1, NULL);
        chmod(fixture->path, (mode_t)cases[i].mode);
        assert_false(keyring_add(fixture->path, fill_nothing, &change, &error));
        assert_error(&error, cases[i].code, cases[i].words);
        g_autofree char *text = read_keys(fixture);
        assert_string_equal(text, cases[i].text);
    }
}

static void there_is_a_key_for_each_letter_and_no_more(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    KeyringChange change;
    for (int i = 0; i < KEYRING_KEYS_MAX; i++) {
        assert_true(keyring_add(fixture->path, fill_counting, &change, &error));
        assert_int_equal(change.older, i);
    }
    assert_false(keyring_add(fixture->path, fill_counting, &change, &error));
    assert_error(&error, ERROR_INPUT, "take the oldest line out");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tokens_are_those_that_others_compute),
        TEST(the_newest_key_makes_tokens_and_all_of_them_check),
        TEST(upper_case_is_lower_case),
        TEST(any_letter_changed_is_refused),
        TEST(what_is_no_token_for_this_is_refused),
        TEST(a_file_that_is_wrong_says_where),
        TEST(a_file_that_is_too_long_is_not_read_in_part),
        TEST(keys_that_others_may_read_are_refused),
        TEST(a_new_key_has_a_letter_of_its_own),
        TEST(the_first_key_makes_a_file_for_its_owner_alone),
        TEST(a_later_key_stands_first_and_the_older_ones_still_check),
        TEST(a_file_that_cannot_take_a_key_stays_as_it_was),
        TEST(there_is_a_key_for_each_letter_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
