/*
 * import_moment.h - a moment as other systems write it: as date.h reads it,
 * with the zone's name behind it as Go prints it, or as the seconds or
 * milliseconds since 1970. Private to the module.
 */
#ifndef LIST_IMPORT_MOMENT_H
#define LIST_IMPORT_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/* A time without a zone is UTC, a day its beginning. */
bool import_moment(const char *text, int64_t *at_us);

#endif
