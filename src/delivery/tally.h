/*
 * tally.h - counts what became of the messages and tells the caller of
 * delivery_run(); private to delivery/.
 *
 * Any thread. DeliveryPlan.report is called under the tally's lock, so events
 * come one after the other and their numbers never go back.
 */
#ifndef DELIVERY_TALLY_H
#define DELIVERY_TALLY_H

#include "delivery/delivery.h"

typedef struct Tally Tally;

Tally *tally_new(const DeliveryPlan *plan);
void tally_free(Tally *tally);

/* `deferred` is how many are deferred now. */
void tally_outcome(Tally *tally, const Address *address, Outcome outcome,
                   const Reply *reply, int64_t deferred);
/* `count` recipients called failed before are deferred instead. */
void tally_unfail(Tally *tally, int64_t count);
void tally_notice(Tally *tally, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* How many have no outcome yet and are not deferred. */
int64_t tally_left(Tally *tally);
/* The rates let the last of these leave after so long. */
void tally_estimate(Tally *tally, int64_t left_ns);

/* Messages a second, over the last ten. */
double tally_per_second(Tally *tally);

/* The last event of the run. */
void tally_finish(Tally *tally, int64_t deferred, DeliveryProgress *progress);

#endif
