/*
 * share.h - whose turn it is among several relays, by their weights; private
 * to delivery/.
 *
 * Each relay has a virtual time that goes on by 1 / weight with each message
 * it takes; a relay that is ahead of another waits for it (start-time fair
 * queueing, Goyal, Vin and Cheng 1996). Nobody waits for a relay that has
 * taken nothing for SHARE_IDLE_NS, because it keeps to its rate, is slow, or
 * is gone; when it comes back it goes on from where the others are, so it does
 * not catch up. A relay of weight 0 never waits and is not waited for.
 *
 * Any thread. The time is an argument.
 */
#ifndef DELIVERY_SHARE_H
#define DELIVERY_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/units.h"

#define SHARE_IDLE_NS UNITS_SECOND_NS

typedef struct Share Share;

Share *share_new(size_t count);
void share_free(Share *share);
void share_set_weight(Share *share, size_t index, int weight);

/* True: one message is this relay's. False: another one's turn; ask again in
 * a few milliseconds. */
bool share_take(Share *share, size_t index, int64_t now_ns);

#endif
