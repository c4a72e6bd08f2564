/* import_moment.c - see import_moment.h. */
#include "list/import_moment.h"

#include <string.h>

#include <glib.h>

#include "mail/date.h"

#define SECOND_US INT64_C(1000000)
#define LATEST_SECONDS INT64_C(253402300799) /* the year 9999 */

static bool read_epoch(const char *text, int64_t *at_us)
{
    size_t digits = strspn(text, "0123456789");
    if (digits < 9 || digits > 13 || text[digits] != '\0')
        return false;
    int64_t number = g_ascii_strtoll(text, NULL, 10);
    *at_us = digits >= 12 ? number * 1000 : number * SECOND_US;
    return *at_us <= LATEST_SECONDS * SECOND_US;
}

static bool read_date(const char *text, PostDate *date)
{
    if (date_parse(text, date))
        return true;
    const char *zone = strrchr(text, ' ');
    if (zone == NULL || !g_ascii_isupper(zone[1]))
        return false;
    g_autofree char *without = g_strndup(text, (size_t)(zone - text));
    return date_parse(without, date);
}

bool import_moment(const char *text, int64_t *at_us)
{
    if (read_epoch(text, at_us))
        return true;
    PostDate date;
    if (!read_date(text, &date))
        return false;
    if (date.has_time) {
        *at_us = date.unix_seconds * SECOND_US;
        return true;
    }
    g_autoptr(GDateTime) midnight = g_date_time_new_utc(date.year, date.month,
                                                        date.day, 0, 0, 0);
    if (midnight == NULL)
        return false;
    *at_us = g_date_time_to_unix(midnight) * SECOND_US;
    return true;
}
