#include "test.h"

#include "letter/escape.h"

static void each_place_has_its_own_escaping(void **state)
{
    static const struct {
        const char *value;
        const char *text;
        const char *html;
        const char *part;
    } cases[] = {
        {"", "", "", ""},
        {"Ada", "Ada", "Ada", "Ada"},
        {"a&b<c>d\"e'f", "a&b<c>d\"e'f", "a&amp;b&lt;c&gt;d&quot;e&#39;f",
         "a%26b%3Cc%3Ed%22e%27f"},
        {"a\nb", "a b", "a b", "a%0Ab"},
        {"a\r\n\tb", "a b", "a b", "a%0D%0A%09b"},
        {"a\x01\x1c\x7f"
         "b",
         "ab", "ab", "a%01%1C%7Fb"},
        {"\xc2\x9b"
         "a\xc2\x85"
         "b",
         "a b", "a b", "%C2%9Ba%C2%85b"},
        {"a\xe2\x80\xae"
         "b\xe2\x81\xa6",
         "ab", "ab", "a%E2%80%AEb%E2%81%A6"},
        {"a\xe2\x80\xa8"
         "b",
         "a b", "a b", "a%E2%80%A8b"},
        {"é…\xe2\x80\x8e", "é…\xe2\x80\x8e", "é…\xe2\x80\x8e",
         "%C3%A9%E2%80%A6%E2%80%8E"},
        {"-._~%", "-._~%", "-._~%", "-._~%25"},
        {"{{x}}", "{{x}}", "{{x}}", "%7B%7Bx%7D%7D"},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(GString) html = g_string_new(NULL);
        g_autoptr(GString) part = g_string_new(NULL);
        escape_text(text, cases[i].value);
        escape_html(html, cases[i].value);
        escape_url_part(part, cases[i].value);
        assert_string_equal(text->str, cases[i].text);
        assert_string_equal(html->str, cases[i].html);
        assert_string_equal(part->str, cases[i].part);
    }
}

static void a_whole_address_needs_a_harmless_scheme(void **state)
{
    static const struct {
        const char *value;
        const char *expected; /* NULL: refused */
    } cases[] = {
        {"https://a.org/?b=1&c=2", "https://a.org/?b=1&amp;c=2"},
        {"HTTP://a.org", "HTTP://a.org"},
        {"mailto:a@b.org", "mailto:a@b.org"},
        {"https://a.org/ü \"<>'", "https://a.org/%C3%BC%20%22%3C%3E&#39;"},
        {"javascript:alert(1)", NULL},
        {" https://a.org", NULL},
        {"java\nscript:x", NULL},
        {"https://a.org/\nb", NULL},
        {"data:text/html,x", NULL},
        {"//a.org", NULL},
        {"a.org", NULL},
        {"https://", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        bool good = escape_url_whole(out, cases[i].value, true);
        assert_int_equal(good, cases[i].expected != NULL);
        assert_string_equal(out->str, good ? cases[i].expected : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_has_its_own_escaping),
        cmocka_unit_test(a_whole_address_needs_a_harmless_scheme),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
