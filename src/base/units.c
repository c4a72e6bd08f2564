/* units.c - see units.h. */
#include "base/units.h"

#define COUNT_MAX INT64_C(1000000000)
#define DURATION_MAX_NS (INT64_C(366) * 86400 * UNITS_SECOND_NS)

typedef struct Unit {
    const char *name;
    int64_t size;
} Unit;

static const Unit time_units[] = {
    {"ms", 1000000},
    {"s", UNITS_SECOND_NS},
    {"sec", UNITS_SECOND_NS},
    {"second", UNITS_SECOND_NS},
    {"seconds", UNITS_SECOND_NS},
    {"m", 60 * UNITS_SECOND_NS},
    {"min", 60 * UNITS_SECOND_NS},
    {"minute", 60 * UNITS_SECOND_NS},
    {"minutes", 60 * UNITS_SECOND_NS},
    {"h", 3600 * UNITS_SECOND_NS},
    {"hour", 3600 * UNITS_SECOND_NS},
    {"hours", 3600 * UNITS_SECOND_NS},
    {"d", 86400 * UNITS_SECOND_NS},
    {"day", 86400 * UNITS_SECOND_NS},
    {"days", 86400 * UNITS_SECOND_NS},
    {NULL, 0},
};

static const Unit byte_units[] = {
    {"", 1},           {"b", 1},           {"k", 1000},
    {"kb", 1000},      {"m", 1000000},     {"mb", 1000000},
    {"g", 1000000000}, {"gb", 1000000000}, {NULL, 0},
};

static int64_t find_unit(const Unit *units, const char *name)
{
    for (; units->name != NULL; units++)
        if (g_ascii_strcasecmp(units->name, name) == 0)
            return units->size;
    return 0;
}

/* Digits at *text, up to COUNT_MAX; -1 when there are none or too many. */
static int64_t read_count(const char **text)
{
    const char *at = *text;
    int64_t count = 0;
    while (g_ascii_isdigit(*at) && count <= COUNT_MAX)
        count = count * 10 + (*at++ - '0');
    if (at == *text || count > COUNT_MAX)
        return -1;
    *text = at;
    return count;
}

bool rate_parse(const char *text, Rate *rate, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    const char *at = trimmed;
    int64_t count = read_count(&at);
    int64_t windows = 1;
    if (count >= 1 && *at == '/') {
        at++;
        if (g_ascii_isdigit(*at))
            windows = read_count(&at);
        int64_t unit = find_unit(time_units, at);
        if (unit > 0 && windows >= 1 && windows <= DURATION_MAX_NS / unit) {
            *rate = (Rate){count, windows * unit};
            return true;
        }
    }
    error_set(error, ERROR_INPUT,
              "`%s` is no rate; write it as 30/min, 5/2min, 120/h or 1500/day",
              text);
    return false;
}

bool duration_parse(const char *text, int64_t *duration_ns, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    const char *at = trimmed;
    int64_t count = read_count(&at);
    while (*at == ' ')
        at++;
    int64_t unit = find_unit(time_units, at);
    if (count < 0 || unit == 0 || count > DURATION_MAX_NS / unit) {
        error_set(error, ERROR_INPUT,
                  "`%s` is no duration; write it as 90s, 5min, 4h or 2d", text);
        return false;
    }
    *duration_ns = count * unit;
    return true;
}

bool size_parse(const char *text, int64_t *bytes, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    const char *at = trimmed;
    int64_t count = read_count(&at);
    while (*at == ' ')
        at++;
    int64_t unit = find_unit(byte_units, at);
    if (count < 0 || unit == 0 || count > INT64_MAX / unit) {
        error_set(error, ERROR_INPUT,
                  "`%s` is no size; write it as 512, 200KB or 10MB", text);
        return false;
    }
    *bytes = count * unit;
    return true;
}

char *rate_to_text(const Rate *rate)
{
    static const Unit shown[] = {{"day", 86400 * UNITS_SECOND_NS},
                                 {"h", 3600 * UNITS_SECOND_NS},
                                 {"min", 60 * UNITS_SECOND_NS},
                                 {"s", UNITS_SECOND_NS},
                                 {"ms", 1000000}};
    for (size_t i = 0; i < G_N_ELEMENTS(shown); i++) {
        if (rate->window_ns % shown[i].size != 0)
            continue;
        int64_t windows = rate->window_ns / shown[i].size;
        if (windows == 1)
            return g_strdup_printf("%" G_GINT64_FORMAT "/%s", rate->count,
                                   shown[i].name);
        return g_strdup_printf("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "%s",
                               rate->count, windows, shown[i].name);
    }
    return g_strdup_printf("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "ns",
                           rate->count, rate->window_ns);
}

static char *two_units(int64_t value, int64_t per, const char *large,
                       const char *small)
{
    if (value % per == 0)
        return g_strdup_printf("%" G_GINT64_FORMAT " %s", value / per, large);
    return g_strdup_printf("%" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT " %s",
                           value / per, large, value % per, small);
}

char *duration_to_text(int64_t duration_ns)
{
    int64_t seconds = (duration_ns + UNITS_SECOND_NS - 1) / UNITS_SECOND_NS;
    int64_t minutes = (seconds + 59) / 60;
    int64_t hours = (minutes + 59) / 60;
    if (duration_ns < UNITS_SECOND_NS)
        return g_strdup("under a second");
    if (seconds < 60)
        return g_strdup_printf("%" G_GINT64_FORMAT " s", seconds);
    if (minutes < 60)
        return g_strdup_printf("%" G_GINT64_FORMAT " min", minutes);
    if (hours < 48)
        return two_units(minutes, 60, "h", "min");
    return two_units(hours, 24, "days", "h");
}

char *size_to_text(int64_t bytes)
{
    if (bytes < 1000)
        return g_strdup_printf("%" G_GINT64_FORMAT " B", bytes);
    if (bytes < 999950)
        return g_strdup_printf("%.1f KB", (double)bytes / 1000);
    return g_strdup_printf("%.1f MB", (double)bytes / 1000000);
}
