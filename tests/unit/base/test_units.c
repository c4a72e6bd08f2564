#include "test.h"

#include "base/units.h"

static void rates_are_read_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t count;
        int64_t seconds;
    } cases[] = {
        {"30/min", 30, 60},        {"5/2min", 5, 120},     {"120/h", 120, 3600},
        {"1500/day", 1500, 86400}, {" 1/s ", 1, 1},        {"14/Second", 14, 1},
        {"10/30s", 10, 30},        {"2/4hours", 2, 14400},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Rate rate = {0};
        g_autoptr(GError) error = NULL;
        assert_true(rate_parse(cases[i].text, &rate, &error));
        assert_no_error(error);
        assert_int_equal(rate.count, cases[i].count);
        assert_int_equal(rate.window_ns, cases[i].seconds * UNITS_SECOND_NS);
    }
}

static void what_is_no_rate_is_refused_with_the_allowed_forms(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",       "30",      "30/",           "/min",
        "0/min",  "-3/min",  "3/0min",        "3/week",
        "3 /min", "3/min x", "99999999999/s", "3/9999999day",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Rate rate;
        GError *error = NULL;
        assert_false(rate_parse(cases[i], &rate, &error));
        assert_error(&error, ERROR_INPUT, "5/2min");
    }
}

static void rates_are_shown_in_the_unit_that_fits(void **state)
{
    (void)state;
    static const char *const cases[] = {"30/min", "5/2min", "120/h", "1500/day",
                                        "7/3s"};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Rate rate;
        assert_true(rate_parse(cases[i], &rate, NULL));
        g_autofree char *text = rate_to_text(&rate);
        assert_string_equal(text, cases[i]);
    }
}

static void durations_are_read_and_shown(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
        const char *shown;
    } cases[] = {
        {"90s", 90, "2 min"},           {"45 s", 45, "45 s"},
        {"5min", 300, "5 min"},         {"4h", 14400, "4 h"},
        {"100min", 6000, "1 h 40 min"}, {"2d", 172800, "2 days"},
        {"0s", 0, "under a second"},    {"51h", 183600, "2 days 3 h"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t duration = -1;
        assert_true(duration_parse(cases[i].text, &duration, NULL));
        assert_int_equal(duration, cases[i].seconds * UNITS_SECOND_NS);
        g_autofree char *shown = duration_to_text(duration);
        assert_string_equal(shown, cases[i].shown);
    }
    int64_t duration;
    GError *error = NULL;
    assert_false(duration_parse("soon", &duration, &error));
    assert_error(&error, ERROR_INPUT, "`soon` is no duration");
}

static void sizes_are_read_and_shown(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t bytes;
        const char *shown;
    } cases[] = {{"512", 512, "512 B"},
                 {"200KB", 200000, "200.0 KB"},
                 {"10 mb", 10000000, "10.0 MB"},
                 {"999999", 999999, "1.0 MB"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t bytes = -1;
        assert_true(size_parse(cases[i].text, &bytes, NULL));
        assert_int_equal(bytes, cases[i].bytes);
        g_autofree char *shown = size_to_text(bytes);
        assert_string_equal(shown, cases[i].shown);
    }
    int64_t bytes;
    assert_false(size_parse("-1", &bytes, NULL));
    assert_false(size_parse("3 parsecs", &bytes, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_read_as_people_write_them),
        cmocka_unit_test(what_is_no_rate_is_refused_with_the_allowed_forms),
        cmocka_unit_test(rates_are_shown_in_the_unit_that_fits),
        cmocka_unit_test(durations_are_read_and_shown),
        cmocka_unit_test(sizes_are_read_and_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
