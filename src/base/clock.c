/* clock.c - see clock.h. */
#include "base/clock.h"

#include <errno.h>
#include <time.h>

static int64_t system_wall_us(const Clock *clock)
{
    (void)clock;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t system_monotonic_ns(const Clock *clock)
{
    (void)clock;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

const Clock *clock_system(void)
{
    static const Clock system_clock = {system_wall_us, system_monotonic_ns,
                                       NULL};
    return &system_clock;
}

void clock_sleep(int64_t duration_ns)
{
    if (duration_ns <= 0)
        return;
    struct timespec rest = {(time_t)(duration_ns / 1000000000),
                            (long)(duration_ns % 1000000000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, &rest) == EINTR)
        continue;
}
