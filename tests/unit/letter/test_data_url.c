#include "test.h"

#include "letter/data_url.h"

static void assert_data(const char *url, const char *expected)
{
    g_autoptr(GBytes) bytes = data_url_decode(url);
    if (expected == NULL) {
        assert_null(bytes);
        return;
    }
    assert_non_null(bytes);
    gsize length = 0;
    const void *data = g_bytes_get_data(bytes, &length);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(data, expected, length);
}

/* The first three from RFC 2397 4 and RFC 4648 10. */
static void data_are_decoded_as_they_say(void **state)
{
    (void)state;
    assert_data("data:,A%20brief%20note", "A brief note");
    assert_data("data:text/plain;charset=iso-8859-7,%be%fg", NULL);
    assert_data("data:;base64,Zm9vYmE=", "fooba");
    assert_data("DATA:image/gif;BASE64,Zm9v", "foo");
    assert_data("data:image/png;base64,Zm9vYg", "foob");
    assert_data("data:image/png;base64,Zm9v%0AYmFy Zm9v", "foobarfoo");
    assert_data("data:image/svg+xml;utf8,<svg/>", "<svg/>");
    assert_data("data:text/plain;base64x,abc", "abc");
}

static void broken_data_are_none(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "",
        "data:",
        "data:,",
        "data:;base64,",
        "data:;base64,Zm9v!",
        "data:;base64,Zm=9v",
        "data:;base64,Z",
        "data:;base64,Zg===",
        "data:,%4",
        "https://example.org/,x",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(urls); i++)
        assert_data(urls[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_are_decoded_as_they_say),
        cmocka_unit_test(broken_data_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
