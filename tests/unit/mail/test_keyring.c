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

static void a_derived_key_is_the_oldest_ones(void **state)
{
    static const uint8_t mid[] = {0x15, 0x4c, 0x17, 0xac, 0x91, 0x6c};
    TokenKey key;
    g_autoptr(Keyring) keyring = load(*state, KEY_B KEY_A);
    keyring_derive(keyring, "mid", &key);
    assert_memory_equal(key.bytes, mid, sizeof mid);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tokens_are_those_that_others_compute),
        TEST(the_newest_key_makes_tokens_and_all_of_them_check),
        TEST(upper_case_is_lower_case),
        TEST(any_letter_changed_is_refused),
        TEST(what_is_no_token_for_this_is_refused),
        TEST(a_derived_key_is_the_oldest_ones),
        TEST(a_file_that_is_wrong_says_where),
        TEST(keys_that_others_may_read_are_refused),
        TEST(a_new_key_has_a_letter_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
