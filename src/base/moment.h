/*
 * moment.h - a moment as an organiser writes it.
 *
 *     2026-12-01T09:00                    on this machine's clock
 *     2026-12-01 09:00 Europe/Berlin      in a zone of the tz database
 *     2026-12-01T09:00+01:00, …Z          with its distance from UTC
 *     09:00                               the next one, today or tomorrow
 *
 * Seconds may follow the minutes. A time that a zone's clocks skip is an
 * error; of one that they show twice the second is meant. Moments are
 * microseconds since 1970. (ISO 8601, as far as people write it.)
 */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define MOMENT_TEXT_MAX 80 /* bytes of what is read */

/* ERROR_USAGE: what is wrong, and what is allowed. */
bool moment_parse(const char *text, int64_t now_us, int64_t *moment_us,
                  GError **error);

/* "Tue 1 December 2026 09:00 CET", on this machine's clock. */
char *moment_to_text(int64_t moment_us);

#endif
