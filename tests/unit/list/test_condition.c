#include "list/condition.h"

#include "list/reading.h"

static const char *const known[] = {"email", "name", "city", "Home Town",
                                    "lang",  "tags", "age",  "joined",
                                    "note",  NULL};

static const char csv[] =
    "email,name,city,Home Town,lang,tags,age,joined,note\n"
    "a@b.org,Ada,Berlin,Ulm,de,\"speaker, OCaml\",36,2025-03-20T10:00,"
    "2024\n"
    "c@b.org,Cy,Bonn,New York,en,organiser;speakers,9,2024-12-31,x and y\n"
    "d@b.org,Dan,M\xc3\xbcnchen,,,,,,a=b\n";

/* The first letters of those for whom it holds, or `!` and the error. */
static char *choose(const char *text)
{
    Files files;
    files_init(&files);
    const char *const paths[] = {files_write(&files, "a.csv", csv), NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(Condition)
        condition = condition_parse(text, "--only", known, &error);
    g_autoptr(List)
        list = list_open(&(ListOptions){.paths = paths}, NULL, NULL);
    GString *out = g_string_new(NULL);
    const Subscriber *subscriber;
    while (condition != NULL && (subscriber = list_next(list, NULL)) != NULL) {
        bool holds = false;
        assert_true(condition_holds(condition, subscriber, &holds, NULL));
        if (holds)
            g_string_append_c(out, subscriber_address(subscriber)->text[0]);
    }
    if (error != NULL)
        g_string_append_printf(out, "!%s", error->message);
    files_clear(&files);
    return g_string_free(out, FALSE);
}

typedef struct Case {
    const char *text;
    const char *chosen;
} Case;

static void check(const Case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *chosen = choose(cases[i].text);
        assert_string_equal(chosen, cases[i].chosen);
    }
}

#define CHECK(cases) check(cases, G_N_ELEMENTS(cases))

static void tests_compare_as_they_say(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"city = Berlin", "a"},
        {"city == Berlin", "a"},
        {"city = berlin", ""},
        {"city != Berlin", "cd"},
        {"Home Town = New York", "c"},
        {"home_town = 'New York'", "c"},
        {"'Home Town' = \"New York\"", "c"},
        {"city = Mu\xcc\x88nchen", "d"},
        {"lang = ''", "d"},
        {"note = 'x and y'", "c"},
        {"note = 'it''s'", ""},
        {"age > 9", "a"},
        {"age >= 9", "ac"},
        {"age < 36", "c"},
        {"age <= 36.0", "ac"},
        {"joined >= 2025-01-01", "a"},
        {"joined <= 2025-03-20", "ac"},
        {"joined > 2025-03-20", ""},
        {"joined < 2025", "c"},
        {"joined >= 2024-12", "ac"},
        {"name < B", "a"},
        {"city >= 2025-01", ""},
        {"city > 2025-01-01", ""},
        {"note < 2024-06-01", "a"},
        {"note > 2023-12-31", "a"},
        {"note >= 2024", "a"},
        {"city ~ /^B/", "ac"},
        {"city ~ /^b/", ""},
        {"city ~ /\\/|ber/i", "a"},
        {"city !~ /^B/", "d"},
        {"city contains \xc3\x9cNCH", "d"},
        {"tags has speaker", "a"},
        {"tags HAS ocaml", "a"},
        {"tags has speakers", "c"},
    };
    CHECK(cases);
}

static void conditions_are_joined_by_their_strength(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"city = Berlin or city = Bonn and lang = en", "ac"},
        {"(city = Berlin or city = Bonn) and lang = en", "c"},
        {"not city = Berlin and lang = en", "c"},
        {"not (city = Berlin and lang = en)", "acd"},
        {"not not lang = de", "a"},
        {"lang=de OR lang=en", "ac"},
        {"Home Town = New York and tags has organiser", "c"},
    };
    CHECK(cases);
}

static void what_cannot_be_read_is_told_with_its_character(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"", "!--only ``, character 1: a test such as `city = Berlin` is "
             "missing here"},
        {"lang", "!--only `lang`, character 5: one of = != < <= > >= ~ !~ "
                 "contains has stands here"},
        {"lang =", "!--only `lang =`, character 7: a value is missing here; '' "
                   "is the empty one"},
        {"lang = de and", "!--only `lang = de and`, character 14: a test such "
                          "as `city = Berlin` is missing here"},
        {"lang = de lage = 3",
         "!--only `lang = de lage = 3`, character 16: `and`, `or` or the end "
         "stands here; a value with signs in it stands in 'quotes'"},
        {"lang = de and ctiy = x",
         "!--only `lang = de and ctiy = x`, character 15: no list has a column "
         "`ctiy`; did you mean `city`?"},
        {"(lang = de", "!--only `(lang = de`, character 1: this parenthesis is "
                       "never closed"},
        {"city = 'x", "!--only `city = 'x`, character 8: this quote is never "
                      "closed"},
        {"city ~ x", "!--only `city ~ x`, character 8: a regular expression "
                     "stands here, /like this/ or /like this/i"},
        {"city ~ /x", "!--only `city ~ /x`, character 8: this expression has "
                      "no `/` at its end"},
    };
    CHECK(cases);
}

static void nothing_nests_without_end(void **state)
{
    (void)state;
    GString *text = g_string_new(NULL);
    for (int i = 0; i < 3000; i++)
        g_string_append(text, i % 2 ? "not " : "(");
    g_autofree char *chosen = choose(text->str);
    assert_non_null(strstr(chosen, "too many conditions within others"));
    g_string_free(text, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tests_compare_as_they_say),
        cmocka_unit_test(conditions_are_joined_by_their_strength),
        cmocka_unit_test(what_cannot_be_read_is_told_with_its_character),
        cmocka_unit_test(nothing_nests_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
