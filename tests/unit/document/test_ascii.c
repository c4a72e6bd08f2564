#include "test.h"

#include "document/ascii.h"

static void characters_become_what_a_plain_keyboard_has(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *lang;
        const char *ascii;
    } cases[] = {
        {"“a” ‘b’ „c“ ‚d‘ «e»", "en", "\"a\" 'b' \"c\" 'd' <<e>>"},
        {"a – b — c … • d", "en", "a - b -- c ... * d"},
        {"José Muñoz, Zoë, Åse, Łódź", "en", "Jose Munoz, Zoe, Ase, Lodz"},
        {"e\u0301a\u0308", "en", "ea"},
        {"Größe", "de", "Groesse"},
        {"Größe", "de-CH", "Groesse"},
        {"Größe", "en", "Grosse"},
        {"Über ÜBER", "de", "Ueber UEBER"},
        {"Œuvre", "fr", "Oeuvre"},
        {"→ ← ≤ ≠ € © ™", "en", "-> <- <= != EUR (C) (TM)"},
        {"日本 Ελλάδα 😀", "ja", "日本 Ελλάδα 😀"},
        {"a\u00a0b\u200bc\u00add", "en", "a\u00a0b\u200bc\u00add"},
        {"is it? yes!", "en", "is it? yes!"},
        {"1\ufe0f\u20e3 one", "en", "1 one"},
        {"", "en", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new("");
        ascii_append(out, cases[i].text, strlen(cases[i].text), cases[i].lang);
        assert_string_equal(out->str, cases[i].ascii);
    }
}

static void what_stays_is_counted_without_blanks(void **state)
{
    (void)state;
    char first[7] = "";
    assert_int_equal(ascii_count_others("a\u00a0b\u200b 日本", first), 2);
    assert_string_equal(first, "日");
    assert_int_equal(ascii_count_others("é", first), 1);
    assert_string_equal(first, "日");
    assert_int_equal(ascii_count_others("plain", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_become_what_a_plain_keyboard_has),
        cmocka_unit_test(what_stays_is_counted_without_blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
