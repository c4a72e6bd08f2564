#include "test.h"

#include <glib.h>

#include "delivery/spacing.h"

static void each_domain_has_a_timetable_of_its_own(void **state)
{
    (void)state;
    Spacing *spacing = spacing_new(10);
    assert_true(spacing_reserve(spacing, "a", 100) == 100);
    assert_true(spacing_reserve(spacing, "a", 101) == 110);
    assert_true(spacing_reserve(spacing, "b", 101) == 101);
    assert_true(spacing_reserve(spacing, "a", 200) == 200);
    spacing_free(spacing);
}

static void without_a_gap_every_moment_is_free(void **state)
{
    (void)state;
    Spacing *spacing = spacing_new(0);
    assert_true(spacing_reserve(spacing, "a", 5) == 5);
    assert_true(spacing_reserve(spacing, "a", 5) == 5);
    spacing_free(spacing);
}

/* Forgetting the domains whose moment has passed changes nothing. */
static void many_domains_change_no_moment(void **state)
{
    (void)state;
    Spacing *spacing = spacing_new(10);
    int64_t now_ns = 0;
    spacing_reserve(spacing, "late", 40000);
    for (int i = 0; i < 5000; i++, now_ns++) {
        g_autofree char *domain = g_strdup_printf("d%d", i);
        assert_true(spacing_reserve(spacing, domain, now_ns) == now_ns);
        assert_true(spacing_reserve(spacing, domain, now_ns) == now_ns + 10);
    }
    assert_true(spacing_reserve(spacing, "late", 5000) == 40010);
    spacing_free(spacing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_domain_has_a_timetable_of_its_own),
        cmocka_unit_test(without_a_gap_every_moment_is_free),
        cmocka_unit_test(many_domains_change_no_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
