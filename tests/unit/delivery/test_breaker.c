/* test_breaker.c - delivery/breaker.h */
#include "scratch.h"

#include "delivery/breaker.h"

static bool refuse(Breaker *breaker, const char *text, int code, int detail)
{
    Reply reply = {.code = code, .enhanced = {5, 7, detail}};
    Address address = make_address(text);
    bool complete = breaker_refuse(breaker, &reply, &address);
    drop_address(&address);
    return complete;
}

static void five_equal_refusals_over_three_domains_complete_a_row(void **state)
{
    (void)state;
    Breaker *breaker = breaker_new();
    assert_false(refuse(breaker, "a@one", 554, 1));
    assert_false(refuse(breaker, "b@one", 554, 1));
    assert_false(refuse(breaker, "c@two", 554, 1));
    assert_false(refuse(breaker, "d@three", 554, 1));
    assert_true(refuse(breaker, "e@three", 554, 1));
    GPtrArray *row = breaker_take_row(breaker);
    assert_int_equal(row->len, 5);
    assert_string_equal(((Address *)g_ptr_array_index(row, 0))->text, "a@one");
    g_ptr_array_unref(row);
    /* One that was under way belongs to it, even after a late success. */
    breaker_accept(breaker);
    assert_true(refuse(breaker, "f@one", 554, 1));
    row = breaker_take_row(breaker);
    assert_int_equal(row->len, 1);
    g_ptr_array_unref(row);
    assert_false(refuse(breaker, "g@one", 550, 1));
    breaker_free(breaker);
}

static void few_domains_complete_no_row_until_a_third_comes(void **state)
{
    (void)state;
    Breaker *breaker = breaker_new();
    for (int i = 0; i < 200; i++)
        assert_false(refuse(breaker, i % 2 ? "a@one" : "b@two", 554, 1));
    assert_true(refuse(breaker, "c@three", 554, 1));
    GPtrArray *row = breaker_take_row(breaker);
    assert_int_equal(row->len, BREAKER_MEMORY);
    g_ptr_array_unref(row);
    breaker_free(breaker);
}

static void a_success_or_another_answer_ends_the_row(void **state)
{
    (void)state;
    Breaker *breaker = breaker_new();
    static const char *const people[] = {"a@one", "b@two", "c@three", "d@four"};
    for (int i = 0; i < 4; i++)
        assert_false(refuse(breaker, people[i], 554, 1));
    breaker_accept(breaker);
    for (int i = 0; i < 4; i++)
        assert_false(refuse(breaker, people[i], 554, 1));
    assert_false(refuse(breaker, "e@five", 550, 1));
    for (int i = 0; i < 4; i++)
        assert_false(refuse(breaker, people[i], 550, 2));
    assert_true(refuse(breaker, "e@five", 550, 2));
    breaker_free(breaker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_equal_refusals_over_three_domains_complete_a_row),
        cmocka_unit_test(few_domains_complete_no_row_until_a_third_comes),
        cmocka_unit_test(a_success_or_another_answer_ends_the_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
