/* date.c - see date.h. */
#include "mail/date.h"

#include <assert.h>

#include "mail/calendar.h"

#define OFFSET_MAX (24 * 60)
#define MINUTE_US 60000000

/* --- RFC 5322 --- */

static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

/* Two digits. Every message has a date: printf takes longer than the rest of
 * it. */
static void append_number(GString *out, const char *before, int number)
{
    char digits[] = {(char)('0' + number / 10), (char)('0' + number % 10)};
    assert(number >= 0 && number <= 99);
    g_string_append(out, before);
    g_string_append_len(out, digits, sizeof digits);
}

void date_append_rfc5322(GString *out, int64_t unix_seconds, int offset_minutes)
{
    assert(offset_minutes > -OFFSET_MAX && offset_minutes < OFFSET_MAX);
    int64_t local = unix_seconds + (int64_t)offset_minutes * 60;
    int64_t days = floor_divide(local, CALENDAR_DAY_SECONDS);
    int seconds = (int)(local - days * CALENDAR_DAY_SECONDS);
    PostDate date = {0};
    calendar_date(days, &date);
    assert(date.year >= CALENDAR_YEAR_MIN && date.year <= CALENDAR_YEAR_MAX);
    int offset = ABS(offset_minutes);
    g_string_append_len(out, calendar_weekdays[calendar_weekday(days)], 3);
    append_number(out, ", ", date.day);
    g_string_append_c(out, ' ');
    g_string_append_len(out, calendar_months[date.month - 1], 3);
    append_number(out, " ", date.year / 100);
    append_number(out, "", date.year % 100);
    append_number(out, " ", seconds / 3600);
    append_number(out, ":", seconds / 60 % 60);
    append_number(out, ":", seconds % 60);
    append_number(out, offset_minutes < 0 ? " -" : " +", offset / 60);
    append_number(out, "", offset % 60);
}

int date_local_offset(int64_t unix_seconds)
{
    g_autoptr(GDateTime) local = g_date_time_new_from_unix_local(unix_seconds);
    return local == NULL ? 0
                         : (int)(g_date_time_get_utc_offset(local) / MINUTE_US);
}

char *date_format(const PostDate *date, const char *format)
{
    int64_t days = calendar_days(date->year, date->month, date->day);
    int64_t local = date->unix_seconds + (int64_t)date->offset_minutes * 60;
    int minutes = date->has_time
                      ? (int)(local -
                              floor_divide(local, CALENDAR_DAY_SECONDS) *
                                  CALENDAR_DAY_SECONDS) /
                            60
                      : 0;
    GString *out = g_string_new(NULL);
    for (; *format != '\0'; format++) {
        if (*format != '%' || format[1] == '\0') {
            g_string_append_c(out, *format);
            continue;
        }
        switch (*++format) {
        case 'e':
            g_string_append_printf(out, "%d", date->day);
            break;
        case 'd':
            g_string_append_printf(out, "%02d", date->day);
            break;
        case 'm':
            g_string_append_printf(out, "%02d", date->month);
            break;
        case 'B':
            g_string_append(out, calendar_months[date->month - 1]);
            break;
        case 'b':
            g_string_append_len(out, calendar_months[date->month - 1], 3);
            break;
        case 'Y':
            g_string_append_printf(out, "%04d", date->year);
            break;
        case 'A':
            g_string_append(out, calendar_weekdays[calendar_weekday(days)]);
            break;
        case 'a':
            g_string_append_len(out, calendar_weekdays[calendar_weekday(days)],
                                3);
            break;
        case 'H':
            g_string_append_printf(out, "%02d", minutes / 60);
            break;
        case 'M':
            g_string_append_printf(out, "%02d", minutes % 60);
            break;
        case '%':
            g_string_append_c(out, '%');
            break;
        default:
            g_string_append_c(out, '%');
            g_string_append_c(out, *format);
        }
    }
    return g_string_free(out, FALSE);
}
