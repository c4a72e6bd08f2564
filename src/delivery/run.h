/*
 * run.h - what all workers of one delivery share; private to delivery/.
 *
 * The queue, the tally, the spacing of domains and the share of each relay
 * have locks of their own; how the run ends is behind another. No function
 * takes two. What belongs to one relay only is in route.h.
 */
#ifndef DELIVERY_RUN_H
#define DELIVERY_RUN_H

#include "delivery/queue.h"
#include "delivery/share.h"
#include "delivery/spacing.h"
#include "delivery/tally.h"
#include "delivery/transport.h"

typedef struct Run Run;
typedef struct Route Route; /* route.h */

/* Borrows both arguments. */
Run *run_new(const DeliveryTransport *transport, const DeliveryPlan *plan);
void run_free(Run *run);

const DeliveryPlan *run_plan(const Run *run);
const DeliveryTransport *run_transport(const Run *run);
Queue *run_queue(const Run *run);
Tally *run_tally(const Run *run);
Share *run_share(const Run *run);
Spacing *run_spacing(const Run *run);
/* Of Route *, set before the first worker starts; borrowed. */
void run_set_routes(Run *run, const GPtrArray *routes);
const GPtrArray *run_routes(const Run *run);
int64_t run_now_ns(const Run *run);
int64_t run_wall_us(const Run *run);

/* --- the end --- */

/* Somebody failed for all, *stop is set, or the time is over. */
bool run_is_ending(const Run *run);
bool run_is_stopped(const Run *run);
/* It is `until_us`, or nothing more can start before. */
bool run_is_over(const Run *run);
/* Ends the run when `moment_ns` is later than `until_us`. */
void run_end_before(Run *run, int64_t moment_ns);
/* Ends the run. The first error stays; `failure` is taken. */
void run_fail(Run *run, GError *failure);
/* The error that ended the run, else NULL; given away. */
GError *run_take_failure(Run *run);

/* How many relays are not set aside, after one more is. */
int run_lose_relay(Run *run);
/* Workers of relays that are no spares. */
void run_count_workers(Run *run, int change);
bool run_has_workers(const Run *run);

/* --- time --- */

/* One slice of a wait. */
void run_nap(Run *run, int64_t wait_ns);

/* Once a second, whoever waits works out when the last message will leave.
 * True: the caller is to call tally_estimate(). */
bool run_wants_estimate(Run *run);

#endif
