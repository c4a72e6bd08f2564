/*
 * calendar.h - days of the Gregorian calendar and their English names:
 * private to mail.
 *
 * A day is counted from 1970-01-01. Years from CALENDAR_YEAR_MIN to
 * CALENDAR_YEAR_MAX: four digits, as RFC 5322 wants them.
 */
#ifndef MAIL_CALENDAR_H
#define MAIL_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/date.h"

#define CALENDAR_YEAR_MIN 1000
#define CALENDAR_YEAR_MAX 9999
#define CALENDAR_DAY_SECONDS 86400
#define CALENDAR_MONTHS 12
#define CALENDAR_WEEKDAYS 7

extern const char *const calendar_months[CALENDAR_MONTHS];
extern const char *const calendar_weekdays[CALENDAR_WEEKDAYS]; /* Sunday on */

bool calendar_has(int year, int month, int day);
int64_t calendar_days(int year, int month, int day);
/* Sets year, month and day. */
void calendar_date(int64_t days, PostDate *date);
int calendar_weekday(int64_t days); /* 0 is Sunday */

#endif
