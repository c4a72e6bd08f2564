/* test_leave_words.c - feedback/leave_words.h. */
#include "test.h"

#include "feedback/leave_words.h"

static const char *const spoken[] = {"en", "fr", "de", "es", "it",
                                     "pt", "nl", "ja", "ar", "he"};

static void every_language_says_everything(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(spoken); i++) {
        const LeaveWords *words = leave_words_for(spoken[i]);
        assert_non_null(words);
        assert_string_equal(words->lang, spoken[i]);
        assert_true(g_utf8_validate(words->button, -1, NULL));
        for (int saying = 0; saying < LEAVE_SAYINGS; saying++) {
            const char *title = words->says[saying].title;
            const char *text = words->says[saying].text;
            assert_true(title != NULL && text != NULL);
            assert_true(g_utf8_validate(title, -1, NULL));
            assert_true(g_utf8_validate(text, -1, NULL));
            assert_null(strpbrk(title, "<>&"));
            assert_null(strpbrk(text, "<>&"));
            /* A sentence of one language in two places is a slip. */
            for (size_t j = 0; j < i; j++) {
                const LeaveWords *other = leave_words_for(spoken[j]);
                assert_string_not_equal(text, other->says[saying].text);
            }
        }
    }
}

static void some_are_written_from_the_right(void **state)
{
    (void)state;
    assert_true(leave_words_for("ar")->right_to_left);
    assert_true(leave_words_for("he")->right_to_left);
    assert_false(leave_words_for("en")->right_to_left);
    assert_false(leave_words_for("ja")->right_to_left);
}

static void a_language_is_found_as_people_write_it(void **state)
{
    (void)state;
    assert_string_equal(leave_words_for("fr-CH")->lang, "fr");
    assert_string_equal(leave_words_for("PT_br")->lang, "pt");
    assert_null(leave_words_for("tlh"));
    assert_null(leave_words_for(""));
    assert_null(leave_words_for(NULL));
}

static void the_request_chooses_among_what_there_is(void **state)
{
    static const struct {
        const char *field;
        const char *lang;
    } rows[] = {
        {NULL, "en"},
        {"", "en"},
        {"de", "de"},
        {"de-AT,de;q=0.9,en;q=0.8", "de"},
        {"en;q=0.5, fr;q=0.9", "fr"},
        {"da, nl;q=0.7, en;q=0.6", "nl"},
        {"fr;q=0, it;q=0.1", "it"},
        {"fr;q=0", "en"},
        {"es;q=0.999,it;q=1.0", "it"},
        {"es;q=nonsense", "es"},
        {"*", "en"},
        {";;;,,,;q=,", "en"},
        {" ja ; q=0.3 , he ; q=0.4 ", "he"},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const LeaveWords *words = leave_words_accepted(rows[i].field);
        if (strcmp(words->lang, rows[i].lang) != 0)
            fail_msg("%s: %s", rows[i].field, words->lang);
    }
}

static void a_field_without_an_end_is_not_read_to_it(void **state)
{
    (void)state;
    GString *field = g_string_new(NULL);
    for (int i = 0; i < 10000; i++)
        g_string_append(field, "xx,");
    g_string_append(field, "de");
    assert_string_equal(leave_words_accepted(field->str)->lang, "en");
    g_string_free(field, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_language_says_everything),
        cmocka_unit_test(some_are_written_from_the_right),
        cmocka_unit_test(a_language_is_found_as_people_write_it),
        cmocka_unit_test(the_request_chooses_among_what_there_is),
        cmocka_unit_test(a_field_without_an_end_is_not_read_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
