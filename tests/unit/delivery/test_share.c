#include "test.h"

#include "delivery/share.h"

#define SECOND UNITS_SECOND_NS

static int take_all(Share *share, size_t index, int64_t at_ns)
{
    int count = 0;
    while (count < 100 && share_take(share, index, at_ns))
        count++;
    return count;
}

static void who_is_ahead_waits_for_who_is_behind(void **state)
{
    (void)state;
    Share *share = share_new(2);
    share_set_weight(share, 0, 3);
    share_set_weight(share, 1, 1);
    int taken[2] = {0};
    for (int i = 0; i < 400; i++)
        for (size_t one = 0; one < 2; one++)
            taken[one] += share_take(share, one, SECOND);
    assert_in_range(taken[0], 3 * taken[1] - 3, 3 * taken[1] + 3);
    assert_true(taken[1] > 50);
    share_free(share);
}

static void alone_one_never_waits(void **state)
{
    (void)state;
    Share *share = share_new(2);
    share_set_weight(share, 0, 1);
    share_set_weight(share, 1, 1);
    assert_int_equal(take_all(share, 0, SECOND), 100);
    share_free(share);
}

static void nobody_waits_for_one_that_takes_nothing_for_a_second(void **state)
{
    (void)state;
    Share *share = share_new(2);
    share_set_weight(share, 0, 1);
    share_set_weight(share, 1, 1);
    assert_true(share_take(share, 1, 0));
    assert_true(take_all(share, 0, SECOND / 2) < 3);
    assert_int_equal(take_all(share, 0, SECOND + 1), 100);
    share_free(share);
}

static void who_comes_back_does_not_catch_up(void **state)
{
    (void)state;
    Share *share = share_new(2);
    share_set_weight(share, 0, 1);
    share_set_weight(share, 1, 1);
    assert_int_equal(take_all(share, 0, 10 * SECOND), 100);
    assert_true(take_all(share, 1, 10 * SECOND) < 3);
    share_free(share);
}

static void a_spare_neither_waits_nor_is_waited_for(void **state)
{
    (void)state;
    Share *share = share_new(2);
    share_set_weight(share, 0, 1);
    share_set_weight(share, 1, 0);
    assert_int_equal(take_all(share, 1, SECOND), 100);
    assert_int_equal(take_all(share, 0, SECOND), 100);
    share_free(share);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_ahead_waits_for_who_is_behind),
        cmocka_unit_test(alone_one_never_waits),
        cmocka_unit_test(nobody_waits_for_one_that_takes_nothing_for_a_second),
        cmocka_unit_test(who_comes_back_does_not_catch_up),
        cmocka_unit_test(a_spare_neither_waits_nor_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
