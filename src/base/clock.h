/*
 * clock.h - the time, as an argument.
 *
 * Whatever needs the time takes a `const Clock *`, so a test can hand in one
 * that it moves by itself. clock.c is the only file that asks the system.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

typedef struct Clock Clock;

struct Clock {
    int64_t (*wall_us)(const Clock *clock);      /* since 1970, UTC */
    int64_t (*monotonic_ns)(const Clock *clock); /* never goes back */
    void *data;
};

/* The machine's clock. Any thread. */
const Clock *clock_system(void);

/* Sleeps up to `duration_ns` on the system's monotonic clock. Any thread. */
void clock_sleep(int64_t duration_ns);

#endif
