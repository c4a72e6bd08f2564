#include "test.h"

#include "mail/dkim_key.h"

/* The key of RFC 8463 A.1, as PKCS#8. */
static const char rfc8463_pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
static const char rfc8463_public[] =
    "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

static DkimKey *parse(const char *pem, GError **error)
{
    return dkim_key_parse(pem, strlen(pem), error);
}

static void the_record_of_an_ed25519_key_is_that_of_the_rfc(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(DkimKey) key = parse(rfc8463_pem, &error);
    assert_no_error(error);
    assert_int_equal(dkim_key_algorithm(key), DKIM_ED25519_SHA256);
    assert_string_equal(dkim_key_algorithm_name(key), "ed25519-sha256");
    g_autofree char *record = dkim_key_record(key, &error);
    assert_no_error(error);
    g_autofree char *expected = g_strconcat(
        "v=DKIM1; k=ed25519; p=", rfc8463_public, NULL);
    assert_string_equal(record, expected);
    assert_true(dkim_key_is_public(key, rfc8463_public));
    assert_false(dkim_key_is_public(
        key, "21qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="));
    assert_false(dkim_key_is_public(key, ""));
}

static void a_new_key_can_be_written_and_read_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        DkimAlgorithm algorithm = i == 0 ? DKIM_RSA_SHA256
                                         : DKIM_ED25519_SHA256;
        g_autoptr(GError) error = NULL;
        g_autoptr(DkimKey) made = dkim_key_generate(algorithm, &error);
        assert_no_error(error);
        char *pem = dkim_key_pem(made, &error);
        assert_no_error(error);
        g_autoptr(DkimKey) read = parse(pem, &error);
        assert_no_error(error);
        g_autofree char *first = dkim_key_record(made, &error);
        g_autofree char *second = dkim_key_record(read, &error);
        assert_string_equal(first, second);
        assert_int_equal(dkim_key_algorithm(read), algorithm);
        if (algorithm == DKIM_RSA_SHA256)
            assert_int_equal(dkim_key_bits(read), 2048);
        dkim_key_wipe(pem);
        assert_string_equal(pem, "");
        g_free(pem);
    }
}

static void the_same_digest_gives_the_same_signature(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(DkimKey) key = dkim_key_generate(DKIM_RSA_SHA256, &error);
    uint8_t digest[DKIM_DIGEST_BYTES];
    uint8_t first[DKIM_SIGNATURE_MAX];
    uint8_t second[DKIM_SIGNATURE_MAX];
    size_t length = 0;
    dkim_digest("abc", 3, digest);
    assert_int_equal(digest[0], 0xba); /* FIPS 180-2 B.1 */
    assert_int_equal(digest[31], 0xad);
    assert_true(dkim_key_sign(key, digest, first, &length, &error));
    assert_int_equal(length, 256);
    assert_int_equal(dkim_key_signature_bytes(key), 256);
    assert_true(dkim_key_sign(key, digest, second, &length, &error));
    assert_memory_equal(first, second, length);
    digest[0] ^= 1;
    assert_true(dkim_key_sign(key, digest, second, &length, &error));
    assert_memory_not_equal(first, second, length);
}

static void what_is_no_key_is_an_error_with_the_way_out(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "hello",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
        "-----END PUBLIC KEY-----\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(parse(texts[i], &error));
        assert_error(&error, ERROR_CONFIG, "keygen --dkim");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_record_of_an_ed25519_key_is_that_of_the_rfc),
        cmocka_unit_test(a_new_key_can_be_written_and_read_again),
        cmocka_unit_test(the_same_digest_gives_the_same_signature),
        cmocka_unit_test(what_is_no_key_is_an_error_with_the_way_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
