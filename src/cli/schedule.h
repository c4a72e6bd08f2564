/*
 * schedule.h - when a send begins (--at) and when it ends at the latest
 * (--until).
 *
 * Both are moments of the wall clock; the wait looks at it every second, so a
 * machine that slept or whose clock was set begins at the right time.
 */
#ifndef CLI_SCHEDULE_H
#define CLI_SCHEDULE_H

#include "base/clock.h"
#include "cli/options.h"

typedef struct Schedule {
    int64_t at_us;    /* 0: now */
    int64_t until_us; /* 0: no end */
} Schedule;

/* ERROR_USAGE for what cannot be read or lies in the past. */
bool schedule_read(Schedule *schedule, const Options *options,
                   const Clock *clock, GError **error);

/* The arguments of the send for a later `mirmail resume`: without --at, and
 * with --until as one moment in UTC. */
char *schedule_arguments(const Schedule *schedule, const Options *options);

/* Waits for `at_us` and shows how long it will be. False: *stop was set. */
bool schedule_wait(const Schedule *schedule, const Options *options,
                   const Clock *clock, const int *stop);

#endif
