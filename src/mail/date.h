/*
 * date.h - RFC 5322 dates, and the dates that authors write in posts.
 */
#ifndef MAIL_DATE_H
#define MAIL_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* `Mon, 01 Jun 2026 10:00:00 +0200` (RFC 5322 3.3): English names, two-digit
 * day, numeric zone, +0000 for UTC. */
void date_append_rfc5322(GString *out, int64_t unix_seconds,
                         int offset_minutes);

/* The machine's zone at this moment, in minutes east of UTC. */
int date_local_offset(int64_t unix_seconds);

/* A calendar day as it stood in the author's zone, and the moment when the
 * author gave a time. */
typedef struct PostDate {
    int year;
    int month;
    int day;
    bool has_time;
    int64_t unix_seconds; /* with has_time */
    int offset_minutes;   /* with has_time; 0 for -00:00 and no zone */
} PostDate;

/* The forms found in real posts: 2016-06-29, 2016-6-29, 2016-06-29 11:00:01
 * +0000, 2016-06-29T00:00:00-00:00, …Z, …000000000 +00:00, 11 March 2012,
 * Fri Sep  3 11:21:31 CEST 2021, and RFC 5322's own. False when it is none
 * of them or no day of the calendar. */
bool date_parse(const char *text, PostDate *date);

/* strftime-like with %e %d %m %B %b %Y %A %a %H %M, in English. */
char *date_format(const PostDate *date, const char *format);

#endif
