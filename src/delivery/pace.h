/*
 * pace.h - how fast mail may leave: so many messages in a window of time,
 * over all workers together.
 *
 * Several windows hold together (5/2min and 120/h). pace_reserve() gives the
 * caller the next free moment and books it; the caller sleeps by itself,
 * outside any lock, and says when the message started later than that. In no
 * window of a rate do more than `count` messages start, wherever the window is
 * laid, so a limit that a relay counts over any window is held exactly: the
 * n-th message starts no earlier than the window after the (n - count)-th.
 *
 * A rate keeps the moments of its last `count` messages, up to
 * PACE_MOMENTS_MAX of them. Above that one moment stands for a block of
 * messages, the last one of it: the limit holds as strictly, and at most one
 * block of `count` (a part in 32,768) is given away.
 *
 * The time is an argument, so that a test needs no clock and no sleep. A time
 * earlier than the last slot counts as the last slot. A Pace is not locked;
 * delivery locks it.
 */
#ifndef DELIVERY_PACE_H
#define DELIVERY_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/units.h"

#define PACE_MOMENTS_MAX 32768 /* 256 KB a rate */

typedef struct Pace Pace;

/* `rates` may be empty: then every moment is free. */
Pace *pace_new(const Rate *rates, int count);
void pace_free(Pace *pace);

Pace *pace_copy(const Pace *pace);

/* A message left before; call it oldest first, before the first slot. */
void pace_seed(Pace *pace, int64_t slot_ns);

/* Books the next slot at or after `now_ns`; gives its moment. */
int64_t pace_reserve(Pace *pace, int64_t now_ns);

/* The message of this slot, which is one of the last hundred or so, started
 * only at `start_ns`. It counts as of then, and so do those after it that were
 * to start sooner. */
void pace_start_late(Pace *pace, int64_t slot_ns, int64_t start_ns);

/* No message before this slot's has started too late for it. */
bool pace_is_right(const Pace *pace, int64_t slot_ns);

/* A slot reserved before was not used. It becomes free again when it is one
 * of the last hundred or so; else it counts as used, which is the safe side. */
void pace_give_back(Pace *pace, int64_t slot_ns);

/* How long after `now_ns` the last of `messages` more leaves, over all paces
 * together: each message takes the earliest slot of any. Books in them. Exact
 * for the first PACE_ESTIMATE_EXACT, then by the rates. */
#define PACE_ESTIMATE_EXACT 20000
int64_t pace_estimate(Pace *const *paces, size_t count, int64_t now_ns,
                      int64_t messages);

#endif
