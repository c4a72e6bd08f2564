#include "test.h"

#include "mail/token.h"

static void digests_are_those_of_rfc_4231(void **state)
{
    (void)state;
    static const struct {
        unsigned char key_byte;
        size_t key_length;
        const char *key; /* instead of key_byte */
        const char *data;
        const char *hex;
    } cases[] = {
        {0x0b, 20, NULL, "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {0, 4, "Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {0xaa, 131, NULL,
         "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        unsigned char key[131];
        memset(key, cases[i].key_byte, sizeof key);
        if (cases[i].key != NULL)
            memcpy(key, cases[i].key, cases[i].key_length);
        uint8_t digest[TOKEN_HMAC_BYTES];
        token_hmac(key, cases[i].key_length, cases[i].data,
                   strlen(cases[i].data), digest);
        g_autoptr(GString) hex = g_string_new(NULL);
        for (size_t j = 0; j < sizeof digest; j++)
            g_string_append_printf(hex, "%02x", digest[j]);
        assert_string_equal(hex->str, cases[i].hex);
    }
}

static void base32_is_that_of_rfc_4648_in_lower_case(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"f", "my"},
        {"fo", "mzxq"},
        {"foo", "mzxw6"},
        {"foob", "mzxw6yq"},
        {"fooba", "mzxw6ytb"},
        {"foobar", "mzxw6ytboi"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new("x");
        token_base32_append(out, cases[i][0], strlen(cases[i][0]));
        assert_string_equal(out->str + 1, cases[i][1]);
        assert_int_equal(out->len, strlen(cases[i][1]) + 1);
    }
}

/* The expected tokens were computed with Python's hmac and base64. */
static void tokens_are_those_of_another_implementation(void **state)
{
    (void)state;
    static const struct {
        const char *parts[4];
        const char *token;
    } cases[] = {
        {{"mid", "news.example.org", "ada@example.org", NULL},
         "scz5oyfwvmv323hhkyfdsnytpq"},
        {{"mid", "news.example.orga", "da@example.org", NULL},
         "pybrdyu63afz3ez2qlstawepam"},
        {{"", NULL}, "f6rfoe2bvijzoqyub2xsr2kkya"},
        {{NULL}, "svudnxw27e5zktjqv7h3wjeaca"},
    };
    TokenKey key;
    token_key_from_text(&key, "news.example.org");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char token[TOKEN_LENGTH + 1];
        token_make(&key, cases[i].parts, token);
        assert_string_equal(token, cases[i].token);
    }
}

static void a_series_gives_the_same_token(void **state)
{
    (void)state;
    TokenKey key;
    token_key_from_text(&key, "news.example.org");
    const char *parts[] = {"mid", "news.example.org", NULL};
    TokenSeries *series = token_begin(&key, parts);
    char token[TOKEN_LENGTH + 1];
    for (int twice = 0; twice < 2; twice++) {
        token_finish(series, "ada@example.org", token);
        assert_string_equal(token, "scz5oyfwvmv323hhkyfdsnytpq");
    }
    token_series_free(series);
    token_series_free(NULL);
}

static void a_digest_is_that_of_fips_180(void **state)
{
    (void)state;
    g_autofree char *digest = token_digest("abc", 3);
    assert_string_equal(
        digest,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_rfc_4231),
        cmocka_unit_test(base32_is_that_of_rfc_4648_in_lower_case),
        cmocka_unit_test(tokens_are_those_of_another_implementation),
        cmocka_unit_test(a_series_gives_the_same_token),
        cmocka_unit_test(a_digest_is_that_of_fips_180),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
