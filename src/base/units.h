/*
 * units.h - rates, durations and sizes as people write them.
 *
 *     30/min  120/h  5/2min  1500/day      rates: count per window
 *     90s  5min  4h  2d                    durations
 *     200KB  10MB  512                     sizes in bytes, K = 1000
 */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define UNITS_SECOND_NS INT64_C(1000000000)

/* At most `count` in any window of `window_ns`. Count 1 to 10^9. */
typedef struct Rate {
    int64_t count;
    int64_t window_ns;
} Rate;

/* Failure is an ERROR_INPUT without a place that shows the allowed forms. */
bool rate_parse(const char *text, Rate *rate, GError **error);
bool duration_parse(const char *text, int64_t *duration_ns, GError **error);
bool size_parse(const char *text, int64_t *bytes, GError **error);

/* "30/min" */
char *rate_to_text(const Rate *rate);
/* "under a second", "45 s", "3 min", "1 h 40 min", "2 days 3 h": rounded up
 * to what a reader needs. */
char *duration_to_text(int64_t duration_ns);
/* "812 B", "14.2 KB", "1.3 MB" */
char *size_to_text(int64_t bytes);

#endif
