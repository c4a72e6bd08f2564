/*
 * retry.h - when to try a deferred recipient again.
 *
 * After 5, 15 and 30 minutes, then hourly, each spread by up to a fifth either
 * way so that a thousand recipients deferred together do not return together.
 * (RFC 5321 4.5.4.1; greylisting clears in 5 to 15 minutes.)
 */
#ifndef DELIVERY_RETRY_H
#define DELIVERY_RETRY_H

#include <stdint.h>

/* No wait is longer: an hour and its spread. */
#define RETRY_WAIT_MAX_NS (INT64_C(72) * 60 * 1000000000)

/* The wait after the `attempts`-th attempt, in nanoseconds. `seed` is any
 * number that differs from recipient to recipient; the same seed and attempt
 * give the same wait. */
int64_t retry_wait_ns(int attempts, uint64_t seed);

#endif
