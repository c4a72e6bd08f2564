/* test_quote.c - list/quote.h: texts as CSV and YAML write them. */
#include "list/quote.h"

#include "test.h"

static void a_cell_has_quotes_only_where_it_needs_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *first;
        const char *later;
    } cases[] = {
        {"", "", ""},
        {"plain text", "plain text", "plain text"},
        {"a,b", "\"a,b\"", "\"a,b\""},
        {"say \"x\"", "\"say \"\"x\"\"\"", "\"say \"\"x\"\"\""},
        {"two\nlines", "\"two\nlines\"", "\"two\nlines\""},
        {" blank", "\" blank\"", "\" blank\""},
        {"blank ", "\"blank \"", "\"blank \""},
        {"#1", "\"#1\"", "#1"},
        {"a;b", "a;b", "a;b"},
        {"Zoë", "Zoë", "Zoë"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) first = g_string_new(NULL);
        g_autoptr(GString) later = g_string_new(NULL);
        quote_csv(cases[i].text, ",\"\r\n", true, first);
        quote_csv(cases[i].text, ",\"\r\n", false, later);
        assert_string_equal(first->str, cases[i].first);
        assert_string_equal(later->str, cases[i].later);
    }
}

static void a_text_stays_a_text_in_yaml(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *yaml;
    } cases[] = {
        {"London", "London"}, {"ada@example.org", "ada@example.org"},
        {"no", "'no'"},       {"Yes", "'Yes'"},
        {"1e3", "'1e3'"},     {"", "''"},
        {"a: b", "'a: b'"},   {"it's", "'it''s'"},
        {"- x", "'- x'"},     {"[a]", "'[a]'"},
        {"a, b", "'a, b'"},   {"x # y", "'x # y'"},
        {"*x", "'*x'"},       {"tab\there", "\"tab\\u0009here\""},
        {"Zoë", "Zoë"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) yaml = g_string_new(NULL);
        quote_yaml(cases[i].text, false, yaml);
        if (strcmp(yaml->str, cases[i].yaml) != 0)
            fail_msg("`%s`: %s", cases[i].text, yaml->str);
    }
}

static void what_was_plain_stays_plain_in_yaml(void **state)
{
    (void)state;
    g_autoptr(GString) yaml = g_string_new(NULL);
    quote_yaml("no", true, yaml);
    assert_string_equal(yaml->str, "no");
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_cell_has_quotes_only_where_it_needs_them),
        TEST(a_text_stays_a_text_in_yaml),
        TEST(what_was_plain_stays_plain_in_yaml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
