/* test_brake.c - delivery/brake.h */
#include "test.h"

#include "base/units.h"
#include "delivery/brake.h"

#define SECOND UNITS_SECOND_NS

static void without_a_throttle_every_moment_is_free(void **state)
{
    (void)state;
    Brake brake = {0};
    brake_accept(&brake, 1);
    assert_true(brake_reserve(&brake, 7) == 7);
    assert_true(brake_reserve(&brake, 7) == 7);
    assert_true(brake_fruitless_ns(&brake) == 0);
}

static void a_throttle_pauses_and_halves_the_rate(void **state)
{
    (void)state;
    Brake brake = {0};
    assert_true(brake_throttle(&brake, 100 * SECOND, 10));
    assert_true(brake_reserve(&brake, 100 * SECOND) == 130 * SECOND);
    assert_true(brake_reserve(&brake, 100 * SECOND) ==
                130 * SECOND + SECOND / 5);
}

static void answers_to_messages_under_way_are_one_event(void **state)
{
    (void)state;
    Brake brake = {0};
    assert_true(brake_throttle(&brake, 0, 10));
    assert_false(brake_throttle(&brake, SECOND, 10));
    assert_false(brake_throttle(&brake, 29 * SECOND, 10));
    assert_true(brake_reserve(&brake, 0) == 30 * SECOND);
    assert_int_equal(brake.generation, 1);
}

static void pauses_double_up_to_ten_minutes(void **state)
{
    (void)state;
    static const int expected[] = {30, 60, 120, 240, 480, 600, 600};
    Brake brake = {0};
    int64_t now = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        assert_true(brake_throttle(&brake, now, 4));
        assert_true(brake.paused_until_ns - now == expected[i] * SECOND);
        now = brake.paused_until_ns;
    }
    assert_true(brake_fruitless_ns(&brake) == 2130 * SECOND);
    brake_accept(&brake, now);
    assert_true(brake_fruitless_ns(&brake) == 0);
}

static void accepted_messages_give_the_rate_back_in_tenths(void **state)
{
    (void)state;
    Brake brake = {0};
    brake_throttle(&brake, 0, 10);
    int64_t now = 30 * SECOND;
    for (int tenths = 6; tenths <= 9; tenths++) {
        now += 29 * SECOND;
        brake_accept(&brake, now);
        now += SECOND;
        brake_accept(&brake, now);
        int64_t first = brake_reserve(&brake, now);
        int64_t second = brake_reserve(&brake, now);
        double per_second = (double)SECOND / (double)(second - first);
        assert_true(per_second > tenths - 0.01 && per_second < tenths + 0.01);
    }
    brake_accept(&brake, now + 30 * SECOND);
    assert_true(brake_reserve(&brake, now) == now); /* off again */
    assert_true(brake_reserve(&brake, now) == now);
    assert_true(brake_throttle(&brake, now, 10));
    assert_true(brake.paused_until_ns - now == 30 * SECOND);
}

static void the_rate_never_falls_to_nothing(void **state)
{
    (void)state;
    Brake brake = {0};
    int64_t now = 0;
    for (int i = 0; i < 100; i++) {
        brake_throttle(&brake, now, 0);
        now = brake.paused_until_ns;
    }
    int64_t first = brake_reserve(&brake, now);
    assert_true(brake_reserve(&brake, now) - first <= 60 * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_throttle_every_moment_is_free),
        cmocka_unit_test(a_throttle_pauses_and_halves_the_rate),
        cmocka_unit_test(answers_to_messages_under_way_are_one_event),
        cmocka_unit_test(pauses_double_up_to_ten_minutes),
        cmocka_unit_test(accepted_messages_give_the_rate_back_in_tenths),
        cmocka_unit_test(the_rate_never_falls_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
