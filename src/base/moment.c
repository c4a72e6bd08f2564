/* moment.c - see moment.h. */
#include "base/moment.h"

#include <stdio.h>
#include <string.h>

#define FORMS                                                                  \
    "write it as 2026-12-01T09:00, with a zone as in `2026-12-01 09:00 "       \
    "Europe/Berlin` or 2026-12-01T09:00+01:00, or as 09:00"

typedef struct Reading {
    int year; /* 0: only a time was given */
    int month;
    int day;
    int hour;
    int minute;
    int second;
    const char *zone; /* "" when none was given */
} Reading;

static bool refuse(const char *text, const char *why, GError **error)
{
    g_autofree char *shown = error_printable(text);
    error_set(error, ERROR_USAGE, "`%.80s` %s; " FORMS, shown, why);
    return false;
}

/* So many digits at `*at`, which moves behind them. */
static bool read_number(const char **at, int digits, int *number)
{
    *number = 0;
    for (int i = 0; i < digits; i++, ++*at) {
        if (!g_ascii_isdigit(**at))
            return false;
        *number = *number * 10 + (**at - '0');
    }
    return true;
}

static bool skip(const char **at, const char *any_of)
{
    if (**at == '\0' || strchr(any_of, **at) == NULL)
        return false;
    ++*at;
    return true;
}

static bool read_date(const char **at, Reading *read)
{
    return read_number(at, 4, &read->year) && skip(at, "-") &&
           read_number(at, 2, &read->month) && skip(at, "-") &&
           read_number(at, 2, &read->day) && skip(at, "T t") && read->year > 0;
}

static bool read_time(const char **at, Reading *read)
{
    if (!read_number(at, 2, &read->hour) || !skip(at, ":") ||
        !read_number(at, 2, &read->minute))
        return false;
    return !skip(at, ":") || read_number(at, 2, &read->second);
}

static bool read_parts(const char *text, Reading *read)
{
    const char *at = text;
    bool has_date = strlen(text) > 4 && text[4] == '-';
    if ((has_date && !read_date(&at, read)) || !read_time(&at, read))
        return false;
    skip(&at, " ");
    read->zone = at;
    return true;
}

static GTimeZone *find_zone(const char *name)
{
    if (*name == '\0')
        return g_time_zone_new_local();
    if (strcmp(name, "z") == 0)
        return g_time_zone_new_utc();
    return g_time_zone_new_identifier(name);
}

static GDateTime *make(GTimeZone *zone, const Reading *read)
{
    return g_date_time_new(zone, read->year, read->month, read->day, read->hour,
                           read->minute, read->second);
}

/* Without a date: today's, or tomorrow's when that is over. */
static GDateTime *make_next(GTimeZone *zone, const Reading *read,
                            int64_t now_us)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now_us / 1000000);
    g_autoptr(GDateTime) now = utc ? g_date_time_to_timezone(utc, zone) : NULL;
    for (int days = 0; now != NULL && days < 2; days++) {
        g_autoptr(GDateTime) day = g_date_time_add_days(now, days);
        Reading whole = *read;
        g_date_time_get_ymd(day, &whole.year, &whole.month, &whole.day);
        g_autoptr(GDateTime) moment = make(zone, &whole);
        if (moment == NULL || g_date_time_compare(moment, now) > 0)
            return g_steal_pointer(&moment);
    }
    return NULL;
}

/* GLib moves a time that the clocks skip. */
static bool is_as_read(GDateTime *moment, const Reading *read)
{
    return g_date_time_get_hour(moment) == read->hour &&
           g_date_time_get_minute(moment) == read->minute;
}

bool moment_parse(const char *text, int64_t now_us, int64_t *moment_us,
                  GError **error)
{
    Reading read = {0};
    if (strlen(text) > MOMENT_TEXT_MAX || !read_parts(text, &read))
        return refuse(text, "is no moment", error);
    g_autoptr(GTimeZone) zone = find_zone(read.zone);
    if (zone == NULL)
        return refuse(text, "names a time zone that is not known here", error);
    g_autoptr(GDateTime) moment = read.year != 0
                                      ? make(zone, &read)
                                      : make_next(zone, &read, now_us);
    if (moment == NULL)
        return refuse(text, "is on no calendar", error);
    if (!is_as_read(moment, &read))
        return refuse(
            text, "does not exist: the clocks go forward at that time", error);
    *moment_us = g_date_time_to_unix(moment) * INT64_C(1000000);
    return true;
}

char *moment_to_text(int64_t moment_us)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu",
                                       "Fri", "Sat", "Sun"};
    static const char *const months[] = {
        "January", "February", "March",     "April",   "May",      "June",
        "July",    "August",   "September", "October", "November", "December"};
    g_autoptr(GDateTime)
        moment = g_date_time_new_from_unix_local(moment_us / 1000000);
    if (moment == NULL)
        return g_strdup("a time beyond all calendars");
    return g_strdup_printf(
        "%s %d %s %d %02d:%02d %s",
        days[g_date_time_get_day_of_week(moment) - 1],
        g_date_time_get_day_of_month(moment),
        months[g_date_time_get_month(moment) - 1], g_date_time_get_year(moment),
        g_date_time_get_hour(moment), g_date_time_get_minute(moment),
        g_date_time_get_timezone_abbreviation(moment));
}
