/* test_retry.c - delivery/retry.h */
#include "test.h"

#include "base/units.h"
#include "delivery/retry.h"

#define MINUTE (60 * UNITS_SECOND_NS)

static void waits_grow_from_five_minutes_to_an_hour(void **state)
{
    (void)state;
    static const struct {
        int attempts;
        int64_t minutes;
    } cases[] = {{0, 5}, {1, 5}, {2, 15}, {3, 30}, {4, 60}, {5, 60}, {99, 60}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t middle = cases[i].minutes * MINUTE;
        for (uint64_t seed = 0; seed < 500; seed++) {
            int64_t wait = retry_wait_ns(cases[i].attempts, seed);
            assert_true(wait >= middle - middle / 5);
            assert_true(wait <= middle + middle / 5);
            assert_true(wait <= RETRY_WAIT_MAX_NS);
        }
    }
}

static void the_same_recipient_waits_as_long_again(void **state)
{
    (void)state;
    assert_true(retry_wait_ns(2, 77) == retry_wait_ns(2, 77));
    assert_true(retry_wait_ns(2, 77) != retry_wait_ns(2, 78));
    assert_true(retry_wait_ns(4, 77) != retry_wait_ns(5, 77));
}

static void recipients_deferred_together_return_evenly_spread(void **state)
{
    (void)state;
    int tenths[10] = {0};
    for (uint64_t seed = 0; seed < 10000; seed++) {
        int64_t late = retry_wait_ns(1, seed) - 4 * MINUTE;
        int tenth = (int)(late * 10 / (2 * MINUTE));
        tenths[CLAMP(tenth, 0, 9)]++;
    }
    for (int i = 0; i < 10; i++) {
        assert_true(tenths[i] > 850);
        assert_true(tenths[i] < 1150);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_grow_from_five_minutes_to_an_hour),
        cmocka_unit_test(the_same_recipient_waits_as_long_again),
        cmocka_unit_test(recipients_deferred_together_return_evenly_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
