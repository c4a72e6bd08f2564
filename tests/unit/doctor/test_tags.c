#include "test.h"

#include "doctor/tags.h"

static void blanks_around_names_and_values_do_not_count(void **state)
{
    (void)state;
    g_autoptr(Tags)
        tags = tags_parse(" v = DMARC1 ;p=none;  rua=mailto:a@b ; ");
    assert_non_null(tags);
    assert_string_equal(tags_get(tags, "v"), "DMARC1");
    assert_string_equal(tags_get(tags, "p"), "none");
    assert_string_equal(tags_get(tags, "rua"), "mailto:a@b");
    assert_null(tags_get(tags, "sp"));
    assert_true(tags_begins(tags, "v", "DMARC1"));
    assert_false(tags_begins(tags, "p", "none"));
}

static void a_folded_value_is_packed(void **state)
{
    (void)state;
    g_autoptr(Tags) tags = tags_parse("p=AB \t CD\r\n EF==");
    g_autofree char *packed = tags_get_packed(tags, "p");
    assert_string_equal(packed, "ABCDEF==");
    assert_null(tags_get_packed(tags, "q"));
}

static void words_are_compared_whole_and_without_case(void **state)
{
    (void)state;
    assert_true(
        tags_has_word("From : To:List-Unsubscribe", "list-unsubscribe"));
    assert_true(tags_has_word("y", "Y"));
    assert_false(tags_has_word("List-Unsubscribe-Post", "List-Unsubscribe"));
    assert_false(tags_has_word("", "y"));
}

static void what_is_no_list_of_tags_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", ";", "hello", "=x", "a=1; a=2", "a=1;; b=2", "1=2", "a b=c",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (tags_parse(texts[i]) != NULL)
            fail_msg("`%s` was taken", texts[i]);
}

static void loosely_what_can_be_read_counts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *p; /* NULL: no list of tags */
        bool is_whole;
    } cases[] = {
        {"v=DMARC1; p=none;", "none", true},
        {"V=DMARC1; P=None", "None", true},
        {"v=DMARC1;; p=none", "none", false},
        {"v=DMARC1; garbage; p=none", "none", false},
        {"v=DMARC1; p=none; p=reject", "none", false},
        {"v=DMARC1; 1=2; p=none", "none", false},
        {"garbage; v=DMARC1; p=none", NULL, false},
        {";p=none", NULL, false},
        {"", NULL, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool is_whole = false;
        g_autoptr(Tags) tags = tags_parse_loosely(cases[i].text, &is_whole);
        const char *found = tags != NULL ? tags_get(tags, "p") : NULL;
        if (g_strcmp0(found, cases[i].p) != 0 ||
            (tags != NULL && is_whole != cases[i].is_whole))
            fail_msg("`%s`: %s", cases[i].text, found ? found : "none");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_around_names_and_values_do_not_count),
        cmocka_unit_test(a_folded_value_is_packed),
        cmocka_unit_test(words_are_compared_whole_and_without_case),
        cmocka_unit_test(what_is_no_list_of_tags_is_none),
        cmocka_unit_test(loosely_what_can_be_read_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
