#include "test.h"

#include <stdlib.h>
#include <time.h>

#include <glib.h>

#include "base/moment.h"

/* 28 November 2026, 12:30 UTC */
#define NOW_US (INT64_C(1795869000) * 1000000)

static void moments_are_read_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"2026-12-01T09:00", 1796112000}, /* Berlin, as TZ says */
        {"2026-12-01 09:00", 1796112000},
        {"2026-12-01T09:00:30", 1796112030},
        {"2026-12-01T08:00Z", 1796112000},
        {"2026-12-01T08:00:00Z", 1796112000},
        {"2026-12-01T09:00+01:00", 1796112000},
        {"2026-12-01 03:00-05:00", 1796112000},
        {"2026-12-01 17:00 Asia/Tokyo", 1796112000},
        {"2026-12-01 08:00 UTC", 1796112000},
        {"18:00", 1795885200}, /* today */
        {"09:00", 1795939200}, /* tomorrow */
        {"09:00 UTC", 1795942800},
        {"2026-10-25 02:30 Europe/Berlin", 1792891800}, /* the second of two */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        int64_t moment_us = 0;
        if (!moment_parse(cases[i].text, NOW_US, &moment_us, &error))
            fail_msg("%s", error->message);
        if (moment_us != cases[i].seconds * 1000000)
            fail_msg("%s: %" G_GINT64_FORMAT, cases[i].text,
                     moment_us / 1000000);
    }
}

static void what_is_no_moment_is_told_with_the_way_out(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"", "is no moment"},
        {"tomorrow", "write it as 2026-12-01T09:00"},
        {"2026-12-01", "is no moment"},
        {"2026-13-01T09:00", "is on no calendar"},
        {"2026-02-30T09:00", "is on no calendar"},
        {"2026-12-01T24:00", "is on no calendar"},
        {"9:00", "is no moment"},
        {"2026-12-01T09:00 Europe/Berln", "time zone that is not known"},
        {"2026-12-01T09:00 \n", "time zone that is not known"},
        {"2027-03-28 02:30 Europe/Berlin", "clocks go forward"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        int64_t moment_us = 0;
        if (moment_parse(cases[i].text, NOW_US, &moment_us, &error))
            fail_msg("%s was read", cases[i].text);
        assert_error(&error, ERROR_USAGE, cases[i].words);
    }
}

static void a_moment_is_written_with_its_day_and_zone(void **state)
{
    (void)state;
    g_autofree char *text = moment_to_text(INT64_C(1796112000) * 1000000);
    assert_string_equal(text, "Tue 1 December 2026 09:00 CET");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_read_as_people_write_them),
        cmocka_unit_test(what_is_no_moment_is_told_with_the_way_out),
        cmocka_unit_test(a_moment_is_written_with_its_day_and_zone),
    };
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
