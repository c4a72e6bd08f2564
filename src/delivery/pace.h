/*
 * pace.h - how fast mail may leave: so many messages in a window of time,
 * over all workers together.
 *
 * Several windows hold together (5/2min and 120/h). pace_reserve() gives the
 * caller the next free moment and books it; the caller sleeps by itself,
 * outside any lock. In no window of a rate do more than `count` messages
 * start, wherever the window is laid, so a limit that a relay counts over any
 * window is held exactly: the n-th message starts no earlier than the window
 * after the (n - count)-th.
 *
 * The time is an argument, so that a test needs no clock and no sleep. A Pace
 * is not locked; delivery locks it.
 */
#ifndef DELIVERY_PACE_H
#define DELIVERY_PACE_H

#include <stdint.h>

#include "base/units.h"

typedef struct Pace Pace;

/* `rates` may be empty: then every moment is free. */
Pace *pace_new(const Rate *rates, int count);
void pace_free(Pace *pace);

/* Books the next slot at or after `now_ns`; gives its moment. */
int64_t pace_reserve(Pace *pace, int64_t now_ns);

/* The slot reserved last was not used. */
void pace_give_back(Pace *pace, int64_t slot_ns);

/* How long `messages` more take from an idle start. */
int64_t pace_estimate(const Rate *rates, int count, int64_t messages);

#endif
