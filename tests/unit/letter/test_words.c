#include "test.h"

#include "letter/words.h"

/* 1 June 2016 was a Wednesday, 29 June too. */
static const PostDate last = {.year = 2016, .month = 6, .day = 29};
static const PostDate first = {.year = 2016, .month = 6, .day = 1};

static void dates_are_written_as_the_language_does(void **state)
{
    (void)state;
    static const struct {
        const char *lang;
        const PostDate *date;
        const char *format;
        const char *text;
    } cases[] = {
        {"en", &last, NULL, "29 June 2016"},
        {"en-GB", &first, NULL, "1 June 2016"},
        {"fr", &last, NULL, "29 juin 2016"},
        {"fr-CH", &first, NULL, "1er juin 2016"},
        {"fr", &first, "%e %B %Y", "1 juin 2016"},
        {"de", &last, NULL, "29. Juni 2016"},
        {"es", &last, NULL, "29 de junio de 2016"},
        {"it", &first, NULL, "1º giugno 2016"},
        {"pt_BR", &last, NULL, "29 de junho de 2016"},
        {"nl", &last, NULL, "29 juni 2016"},
        {"ja", &last, NULL, "2016年6月29日"},
        {"ar", &last, NULL, "29 يونيو 2016"},
        {"sv", &last, NULL, "2016-06-29"},
        {NULL, &last, NULL, "29 June 2016"},
        {"de", &last, "%A, %a, %b, %d.%m.", "Mittwoch, Mi, Juni, 29.06."},
        {"fr", &last, "100%% %Bx", "100% juinx"},
        {"nl", &last, "%", "%"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = words_date(words_for(cases[i].lang),
                                           cases[i].date, cases[i].format);
        assert_string_equal(text, cases[i].text);
    }
}

/* Every word is there, every row has its count, every hole is one. */
static void every_language_says_everything(void **state)
{
    (void)state;
    static const char *const langs[] = {"en", "fr", "de", "es", "it",
                                        "pt", "nl", "ja", "ar", "xx"};
    for (size_t i = 0; i < G_N_ELEMENTS(langs); i++) {
        const Words *words = words_for(langs[i]);
        const DocumentWords *own = words->document;
        const char *const plain[] = {
            words->unsubscribe, words->read_online, words->and, words->date,
            own->links,         own->notes,         own->note,  own->image,
            own->video,         own->audio,         own->page,  own->colon,
            own->alerts[0],     own->alerts[4]};
        const char *const holed[] = {words->reason,  words->unsubscribe_mail,
                                     words->read_on, own->watch,
                                     own->listen,    own->open};
        const struct {
            const char *row;
            guint count;
        } rows[] = {{words->months, 12},
                    {words->months_short, 12},
                    {words->weekdays, 7},
                    {words->weekdays_short, 7}};
        assert_string_equal(words->lang, i == 9 ? "" : langs[i]);
        for (size_t j = 0; j < G_N_ELEMENTS(plain); j++)
            assert_true(plain[j] != NULL && *plain[j] != '\0');
        for (size_t j = 0; j < G_N_ELEMENTS(holed); j++)
            assert_non_null(strstr(holed[j], "{}"));
        assert_non_null(strstr(words->reason, "{{ email }}"));
        assert_non_null(strstr(words->reason_bare, "{{ email }}"));
        for (size_t j = 0; j < G_N_ELEMENTS(rows); j++) {
            g_auto(GStrv) split = g_strsplit(rows[j].row, " ", -1);
            assert_int_equal(g_strv_length(split), rows[j].count);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_written_as_the_language_does),
        cmocka_unit_test(every_language_says_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
