#include "test.h"

#include <glib.h>

#include "mail/lang.h"

static void a_tag_is_a_language_and_subtags(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_tag;
    } cases[] = {
        {"fr", true},
        {"pt-BR", true},
        {"zh-Hant-TW", true},
        {"gsw", true},
        {"sl-rozaj-1994", true},
        {"de-1901-x-y", true},
        {"", false},
        {"f", false},
        {"fran", false},
        {"draft", false},
        {"2", false},
        {"fr_CH", false},
        {"fr-", false},
        {"fr--CH", false},
        {"fr-abcdefghi", false},
        {"-fr", false},
        {"fr.x", false},
        {"fr-abcdefgh-abcdefgh-abcdefgh-abcdefgh", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        if (lang_is_tag(cases[i].text, strlen(cases[i].text)) !=
            cases[i].is_tag)
            fail_msg("%s", cases[i].text);
}

static void a_reader_gets_the_nearest_language(void **state)
{
    (void)state;
    static const char *const tags[] = {"en", "fr", "pt-BR", "zh-Hant", "fr-CA"};
    static const struct {
        const char *wanted;
        int index;
    } cases[] = {
        {"fr", 1},
        {"FR", 1},
        {"fr-CH", 1},
        {"fr-CA", 4},
        {"fr_ca", 4},
        {"fr_CH.UTF-8", 1},
        {"fr@euro", 1},
        {"pt-BR", 2},
        {"pt", -1},
        {"pt-PT", -1},
        {"zh-Hant-TW", 3},
        {"zh-Hant-x-y", 3},
        {"zh", -1},
        {"f", -1},
        {"", -1},
        {"french", -1},
        {"-", -1},
        {"en, fr", -1},
        {"en-GB-oxendict", 0},
        {"fr-abcdefgh-abcdefgh-abcdefgh-abcdefgh", -1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        if (lang_lookup(tags, G_N_ELEMENTS(tags), cases[i].wanted) !=
            cases[i].index)
            fail_msg("%s", cases[i].wanted);
    assert_int_equal(lang_lookup(tags, 0, "fr"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tag_is_a_language_and_subtags),
        cmocka_unit_test(a_reader_gets_the_nearest_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
