/* calendar.c - see calendar.h. */
#include "mail/calendar.h"

const char *const calendar_months[CALENDAR_MONTHS] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December",
};

const char *const calendar_weekdays[CALENDAR_WEEKDAYS] = {
    "Sunday",   "Monday", "Tuesday",  "Wednesday",
    "Thursday", "Friday", "Saturday",
};

/* Years begin in March, so that the leap day is the last one: 153 days in
 * five months, 1461 in four years, 146097 in 400. */
int64_t calendar_days(int year, int month, int day)
{
    int64_t shifted = month > 2 ? year : year - 1;
    int64_t era = shifted / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 +
                          day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 -
                         year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void calendar_date(int64_t days, PostDate *date)
{
    days += 719468;
    int64_t era = days / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                           day_of_era / 146096) /
                          365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 -
                                        year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    date->day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    date->month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    date->year = (int)(year_of_era + era * 400 + (date->month <= 2));
}

int calendar_weekday(int64_t days)
{
    return (int)(((days + 4) % 7 + 7) % 7);
}

bool calendar_has(int year, int month, int day)
{
    if (year < CALENDAR_YEAR_MIN || year > CALENDAR_YEAR_MAX || month < 1 ||
        month > 12)
        return false;
    PostDate back;
    calendar_date(calendar_days(year, month, day), &back);
    return day >= 1 && day <= 31 && back.month == month;
}
