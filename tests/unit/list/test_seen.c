#include "list/seen.h"

#include <stdio.h>

#include "test.h"

static const uint8_t key[SEEN_KEY_BYTES] = {0, 1, 2,  3,  4,  5,  6,  7,
                                            8, 9, 10, 11, 12, 13, 14, 15};

/* From `openssl mac -macopt hexkey:000102…0f -macopt size:16 SIPHASH`. */
static void fingerprints_are_those_of_another_implementation(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *hex;
    } cases[] = {
        {"", 0, "a3817f04ba25a8e66df67214c7550293"},
        {"a", 1, "0ea4f2fb02ad21d92d5fc91684f26426"},
        {"ada@exampl", 10, "c7d3e472f04b1f96103b838b178cdc07"},
        {"ada@example.org", 15, "e92cd28901da13a6dc71906bfb65d553"},
        {"\0\1\2\3\4\5\6\7", 8, "3b62a9ba6258f5610f83e264f31497b4"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Fingerprint print = seen_fingerprint(key, cases[i].bytes,
                                             cases[i].length);
        g_autofree char *hex = g_strdup_printf(
            "%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x",
            GUINT64_SWAP_LE_BE(print.low), GUINT64_SWAP_LE_BE(print.high));
        assert_string_equal(hex, cases[i].hex);
    }
}

static void a_text_is_new_once(void **state)
{
    (void)state;
    g_autoptr(Seen) seen = seen_new(key);
    assert_false(seen_has(seen, "a"));
    assert_true(seen_add(seen, "a"));
    assert_true(seen_has(seen, "a"));
    assert_false(seen_add(seen, "a"));
    assert_false(seen_has(seen, "b"));
    assert_int_equal(seen_count(seen), 1);
    seen_clear(seen);
    assert_true(seen_add(seen, "a"));
}

static void nothing_is_lost_while_it_grows(void **state)
{
    (void)state;
    enum { TEXTS = 100000 };
    g_autoptr(Seen) seen = seen_new(key);
    char text[32];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < TEXTS; i++) {
            snprintf(text, sizeof text, "user%d@example.org", i);
            assert_int_equal(seen_add(seen, text), round == 0);
        }
    }
    assert_int_equal(seen_count(seen), TEXTS);
    assert_false(seen_has(seen, "user100000@example.org"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fingerprints_are_those_of_another_implementation),
        cmocka_unit_test(a_text_is_new_once),
        cmocka_unit_test(nothing_is_lost_while_it_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
