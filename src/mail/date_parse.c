/* date_parse.c - the dates that authors write, see date.h. */
#include "mail/date.h"

#include <string.h>

#include "mail/calendar.h"

#define INPUT_MAX 100

typedef struct Clockface {
    bool found;
    int hour;
    int minute;
    int second;
} Clockface;

typedef struct Zone {
    bool found;
    bool known; /* false: a name that means nothing here */
    int offset_minutes;
} Zone;

/* What was read so far. Zero in year, month or day: not yet. */
typedef struct Scan {
    const char *at;
    int year;
    int month;
    int day;
    Clockface time;
    Zone zone;
} Scan;

/* Reads `least` to `most` digits; -1 and nothing read for any other number of
 * them. */
static int read_number(const char **at, size_t least, size_t most)
{
    size_t digits = strspn(*at, "0123456789");
    if (digits < least || digits > most)
        return -1;
    int number = 0;
    for (; digits > 0; digits--)
        number = number * 10 + (*(*at)++ - '0');
    return number;
}

static bool skip(const char **at, char sign)
{
    if (**at != sign)
        return false;
    (*at)++;
    return true;
}

/* 11:00, 11:00:01, 8:00:00, 11:00:01.000 */
static bool read_time(const char **at, Clockface *time)
{
    time->hour = read_number(at, 1, 2);
    if (!skip(at, ':'))
        return false;
    time->minute = read_number(at, 2, 2);
    if (skip(at, ':')) {
        time->second = read_number(at, 2, 2);
        if (skip(at, '.')) {
            size_t digits = strspn(*at, "0123456789");
            if (digits == 0)
                return false;
            *at += digits;
        }
    }
    time->found = true;
    return time->hour >= 0 && time->hour < 24 && time->minute >= 0 &&
           time->minute < 60 && time->second >= 0 && time->second <= 60;
}

/* +0200, +02:00, -08 */
static bool read_offset(const char **at, Zone *zone)
{
    int sign = **at == '-' ? -1 : 1;
    (*at)++;
    int hours;
    int minutes = 0;
    if (strspn(*at, "0123456789") == 4) {
        int both = read_number(at, 4, 4);
        hours = both / 100;
        minutes = both % 100;
    } else {
        hours = read_number(at, 2, 2);
        if (skip(at, ':'))
            minutes = read_number(at, 2, 2);
    }
    zone->found = true;
    zone->known = true;
    zone->offset_minutes = sign * (hours * 60 + minutes);
    return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

/* RFC 5322 4.3 and what `date` prints in Europe. Names that mean different
 * zones in different places are left out. */
static bool read_zone_name(const char **at, Zone *zone)
{
    static const struct {
        const char *name;
        int hours;
    } zones[] = {
        {"Z", 0},    {"UT", 0},   {"UTC", 0},  {"GMT", 0},  {"EST", -5},
        {"EDT", -4}, {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6},
        {"PST", -8}, {"PDT", -7}, {"WET", 0},  {"WEST", 1}, {"CET", 1},
        {"CEST", 2}, {"EET", 2},  {"EEST", 3},
    };
    size_t length = 0;
    while (g_ascii_isalpha((*at)[length]))
        length++;
    if (length == 0 || length > 5)
        return false;
    zone->found = true;
    for (size_t i = 0; i < G_N_ELEMENTS(zones); i++) {
        if (strlen(zones[i].name) != length ||
            g_ascii_strncasecmp(*at, zones[i].name, length) != 0)
            continue;
        zone->known = true;
        zone->offset_minutes = zones[i].hours * 60;
    }
    *at += length;
    return true;
}

static bool read_zone(const char **at, Zone *zone)
{
    return **at == '+' || **at == '-' ? read_offset(at, zone)
                                      : read_zone_name(at, zone);
}

/* --- 2016-06-29T00:00:00-00:00 and its kin --- */

static bool read_iso(Scan *scan)
{
    const char **at = &scan->at;
    scan->year = read_number(at, 4, 4);
    if (!skip(at, '-'))
        return false;
    scan->month = read_number(at, 1, 2);
    if (!skip(at, '-'))
        return false;
    scan->day = read_number(at, 1, 2);
    if (**at == '\0')
        return true;
    if (**at != 'T' && **at != 't' && **at != ' ')
        return false;
    *at += **at == ' ' ? strspn(*at, " ") : 1;
    if (!read_time(at, &scan->time))
        return false;
    *at += strspn(*at, " ");
    return **at == '\0' || (read_zone(at, &scan->zone) && **at == '\0');
}

/* --- words in any order: 11 March 2012, Fri Sep  3 11:21:31 CEST 2021 --- */

/* The number of the name that `word` begins, in three letters or more; 0 for
 * none. */
static int name_number(const char *word, size_t length,
                       const char *const *names, int count)
{
    if (length < 3)
        return 0;
    for (int i = 0; i < count; i++)
        if (strlen(names[i]) >= length &&
            g_ascii_strncasecmp(word, names[i], length) == 0)
            return i + 1;
    return 0;
}

static bool read_name(Scan *scan)
{
    size_t length = 0;
    while (g_ascii_isalpha(scan->at[length]))
        length++;
    int month = name_number(scan->at, length, calendar_months, CALENDAR_MONTHS);
    bool weekday = name_number(scan->at, length, calendar_weekdays,
                               CALENDAR_WEEKDAYS) > 0;
    if (month == 0 && !weekday)
        return scan->time.found && !scan->zone.found &&
               read_zone_name(&scan->at, &scan->zone);
    if (month > 0 && scan->month > 0)
        return false;
    scan->month = month > 0 ? month : scan->month;
    scan->at += length;
    scan->at += *scan->at == '.';
    return true;
}

static bool read_figure(Scan *scan)
{
    size_t digits = strspn(scan->at, "0123456789");
    if (digits <= 2 && scan->at[digits] == ':')
        return !scan->time.found && read_time(&scan->at, &scan->time);
    if (digits == 4 && scan->year == 0)
        scan->year = read_number(&scan->at, 4, 4);
    else if (digits <= 2 && scan->day == 0)
        scan->day = read_number(&scan->at, 1, 2);
    else
        return false;
    return true;
}

static bool read_words(Scan *scan)
{
    while (*scan->at != '\0') {
        if (strchr(" \t,", *scan->at) != NULL) {
            scan->at++;
            continue;
        }
        if (*scan->at == '(') /* a comment: the zone once more, in words */
            break;
        bool good;
        if (g_ascii_isalpha(*scan->at))
            good = read_name(scan);
        else if (g_ascii_isdigit(*scan->at))
            good = read_figure(scan);
        else
            good = (*scan->at == '+' || *scan->at == '-') && scan->time.found &&
                   !scan->zone.found && read_offset(&scan->at, &scan->zone);
        if (!good || (*scan->at != '\0' && strchr(" \t,", *scan->at) == NULL))
            return false;
    }
    return true;
}

bool date_parse(const char *text, PostDate *date)
{
    if (strnlen(text, INPUT_MAX + 1) > INPUT_MAX)
        return false;
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    Scan scan = {.at = trimmed};
    if (!read_iso(&scan)) {
        scan = (Scan){.at = trimmed};
        if (!read_words(&scan))
            return false;
    }
    if (!calendar_has(scan.year, scan.month, scan.day))
        return false;
    *date = (PostDate){.year = scan.year, .month = scan.month, .day = scan.day};
    /* A time in a zone that is not known is no moment; the day stays. */
    date->has_time = scan.time.found && (!scan.zone.found || scan.zone.known);
    if (!date->has_time)
        return true;
    date->offset_minutes = scan.zone.offset_minutes;
    int64_t days = calendar_days(scan.year, scan.month, scan.day);
    int64_t minutes = days * 24 * 60 + (int64_t)scan.time.hour * 60 +
                      scan.time.minute - date->offset_minutes;
    date->unix_seconds = minutes * 60 + scan.time.second;
    return true;
}
