#include "test.h"

#include "mail/date.h"

static void dates_are_written_as_rfc_5322_wants_them(void **state)
{
    (void)state;
    /* From `date -u -d @…` and Python's datetime. */
    static const struct {
        int64_t seconds;
        int offset;
        const char *text;
    } cases[] = {
        {0, 0, "Thu, 01 Jan 1970 00:00:00 +0000"},
        {1780300800, 120, "Mon, 01 Jun 2026 10:00:00 +0200"},
        {1780300800, -90, "Mon, 01 Jun 2026 06:30:00 -0130"},
        {1780300800, 345, "Mon, 01 Jun 2026 13:45:00 +0545"},
        {951782399, 0, "Mon, 28 Feb 2000 23:59:59 +0000"},
        {951782400, 0, "Tue, 29 Feb 2000 00:00:00 +0000"},
        {1798761599, 0, "Thu, 31 Dec 2026 23:59:59 +0000"},
        {1798761599, 60, "Fri, 01 Jan 2027 00:59:59 +0100"},
        {-1, 0, "Wed, 31 Dec 1969 23:59:59 +0000"},
        {4102444800, 0, "Fri, 01 Jan 2100 00:00:00 +0000"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        date_append_rfc5322(out, cases[i].seconds, cases[i].offset);
        assert_string_equal(out->str, cases[i].text);
    }
}

static void the_dates_of_real_posts_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int year, month, day;
        bool has_time;
        int64_t seconds;
        int offset;
    } cases[] = {
        {"2016-06-29", 2016, 6, 29, false, 0, 0},
        {"2016-6-29", 2016, 6, 29, false, 0, 0},
        {"  2016-06-29 ", 2016, 6, 29, false, 0, 0},
        {"2013-06-27 11:00:01 +0000", 2013, 6, 27, true, 1372330801, 0},
        {"2016-06-29T00:00:00-00:00", 2016, 6, 29, true, 1467158400, 0},
        {"2026-04-02T12:00:00.000Z", 2026, 4, 2, true, 1775131200, 0},
        {"2013-06-25 16:00:00 +01:00", 2013, 6, 25, true, 1372172400, 60},
        {"2013-06-25 16:00:00.000000000 +01:00", 2013, 6, 25, true, 1372172400,
         60},
        {"2016-02-01 18:00:00", 2016, 2, 1, true, 1454349600, 0},
        {"2016-02-01 18:00", 2016, 2, 1, true, 1454349600, 0},
        {"2016-02-01T18:00:00z", 2016, 2, 1, true, 1454349600, 0},
        {"2016-02-01 18:00:00+02", 2016, 2, 1, true, 1454342400, 120},
        {"2016-02-01 18:00:00 -0800", 2016, 2, 1, true, 1454378400, -480},
        {"2016-3-30 8:00:00", 2016, 3, 30, true, 1459324800, 0},
        {"2013-05-1 16:30:00 -06:00", 2013, 5, 1, true, 1367447400, -360},
        {"11 March 2012", 2012, 3, 11, false, 0, 0},
        {"March 11, 2012", 2012, 3, 11, false, 0, 0},
        {"Sunday, 11 march 2012", 2012, 3, 11, false, 0, 0},
        {"1 Sept. 2012", 2012, 9, 1, false, 0, 0},
        {"Fri Sep  3 11:21:31 CEST 2021", 2021, 9, 3, true, 1630660891, 120},
        {"Fri Sep  3 11:21:31 XYZT 2021", 2021, 9, 3, false, 0, 0},
        {"Mon, 01 Jun 2026 10:00:00 +0200", 2026, 6, 1, true, 1780300800, 120},
        {"1 Jun 2026 10:00 GMT", 2026, 6, 1, true, 1780308000, 0},
        {"Mon, 01 Jun 2026 10:00:00 +0200 (CEST)", 2026, 6, 1, true, 1780300800,
         120},
        {"2000-02-29", 2000, 2, 29, false, 0, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        PostDate date = {0};
        if (!date_parse(cases[i].text, &date))
            fail_msg("not understood: %s", cases[i].text);
        assert_int_equal(date.year, cases[i].year);
        assert_int_equal(date.month, cases[i].month);
        assert_int_equal(date.day, cases[i].day);
        assert_int_equal(date.has_time, cases[i].has_time);
        assert_int_equal(date.unix_seconds, cases[i].seconds);
        assert_int_equal(date.offset_minutes, cases[i].offset);
    }
}

static void what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "x",
        "2016",
        "2016-06",
        "2016-13-01",
        "2016-00-10",
        "2016-06-00",
        "2016-06-31",
        "2015-02-29",
        "1900-02-29",
        "16-06-29",
        "20160629",
        "2016-06-29x",
        "2016-06-29T",
        "2016-06-29 24:00:00",
        "2016-06-29 11:60:00",
        "2016-06-29 11:00:61",
        "2016-06-29 11",
        "2016-06-29 11:00:00.",
        "2016-06-29 11:00:00 +25:00",
        "2016-06-29 11:00:00 +0175",
        "2016-06-29 11:00:00 Z x",
        "2017-02-10 00:10::00 -03:00",
        "32 March 2012",
        "March 2012",
        "11 March",
        "11 12 March 2012",
        "11 March April 2012",
        "11 Ma 2012",
        "11 March 2012 2013",
        "@date(\"2020-01-01\")",
        "true",
        "99999999999999999999-01-01",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        PostDate date = {0};
        if (date_parse(cases[i], &date))
            fail_msg("taken: %s", cases[i]);
        assert_int_equal(date.year, 0);
    }
    g_autofree char *huge = g_strnfill(100000, '1');
    PostDate date;
    assert_false(date_parse(huge, &date));
}

static void a_day_is_shown_in_english_in_the_authors_zone(void **state)
{
    (void)state;
    PostDate date;
    assert_true(date_parse("2021-09-03T23:21:31+02:00", &date));
    static const char *const cases[][2] = {
        {"%e %B %Y", "3 September 2021"},
        {"%A, %d %b %Y", "Friday, 03 Sep 2021"},
        {"%a %Y-%m-%d %H:%M", "Fri 2021-09-03 23:21"},
        {"100%% %q %", "100% %q %"},
        {"", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = date_format(&date, cases[i][0]);
        assert_string_equal(text, cases[i][1]);
    }
    assert_true(date_parse("2021-09-03", &date));
    g_autofree char *text = date_format(&date, "%A %H:%M");
    assert_string_equal(text, "Friday 00:00");
}

static void the_local_offset_follows_the_zone_and_the_season(void **state)
{
    (void)state;
    /* A rule of its own, so that no zone files are needed: one hour east,
     * two in summer. */
    g_setenv("TZ", "AAA-1BBB,M3.5.0,M10.5.0/3", TRUE);
    assert_int_equal(date_local_offset(1780300800), 120); /* June */
    assert_int_equal(date_local_offset(1768478400), 60);  /* January */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_written_as_rfc_5322_wants_them),
        cmocka_unit_test(the_dates_of_real_posts_are_understood),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(a_day_is_shown_in_english_in_the_authors_zone),
        cmocka_unit_test(the_local_offset_follows_the_zone_and_the_season),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
