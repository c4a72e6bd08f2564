/*
 * run.h - what the workers of one delivery share; private to delivery/.
 *
 * Three locks, never two at once: the queue's own, the tally's own, and the
 * gate's, which guards pace, brake and breaker. How the run ends is behind a
 * fourth. A worker calls these functions and sees no lock.
 */
#ifndef DELIVERY_RUN_H
#define DELIVERY_RUN_H

#include "delivery/brake.h"
#include "delivery/queue.h"
#include "delivery/tally.h"
#include "delivery/transport.h"

typedef struct Run Run;

/* Errors as the transport's open(). Borrows both arguments. */
Run *run_new(const DeliveryTransport *transport, const DeliveryPlan *plan,
             GError **error);
void run_free(Run *run);

const DeliveryPlan *run_plan(const Run *run);
Queue *run_queue(const Run *run);
Tally *run_tally(const Run *run);
int64_t run_now_ns(const Run *run);
int64_t run_wall_us(const Run *run);
/* "smtp.example.org:587" */
const char *run_relay_name(const Run *run);

bool run_session(Run *run, const MailerCalls *calls, GError **error);

/* The first session of a run opens alone, so that a wrong password is one
 * failed login and not one for each connection. run_may_open() waits for
 * that; `is_scout` says that the caller is the one. False: the run is
 * ending. */
bool run_may_open(Run *run, bool *is_scout);
void run_has_opened(Run *run);
/* The scout's session is over, opened or not. */
void run_scout_back(Run *run);

/* --- the end --- */

/* Somebody failed for all, or *stop is set. */
bool run_is_ending(const Run *run);
bool run_is_stopped(const Run *run);
/* Ends the run. The first error stays; `failure` is taken. */
void run_fail(Run *run, GError *failure);
/* One worker goes because it cannot reach the relay; the others stay. The
 * last error of this kind stays; `failure` is taken. */
void run_leave(Run *run, GError *failure);
/* The error that ended the run, else NULL; given away. */
GError *run_take_failure(Run *run);
GError *run_take_leaving(Run *run);

/* --- time --- */

/* Sleeps until then; false as soon as the run is ending. */
bool run_wait(Run *run, int64_t until_ns);
/* One slice of a wait. */
void run_nap(Run *run, int64_t wait_ns);

/* A booked moment at which one message may start. */
typedef struct Slot {
    int64_t at_ns;
    int64_t booked_ns; /* in the pace, which may be another moment */
    unsigned generation;
} Slot;

/* Messages have to keep to slots: there is a rate, or the brake is on. */
bool run_is_paced(Run *run);
Slot run_reserve(Run *run);
void run_give_back(Run *run, const Slot *slot);
/* A pause has begun since it was booked, or its moment passed unused: then
 * starting a message on it could break a limit. */
bool run_is_stale(Run *run, const Slot *slot);

/* --- what the relay's answers mean for everybody --- */

void run_accepted(Run *run);
void run_throttled(Run *run, const Reply *reply);
/* NULL, or the recipients (Address *) of the row that shows that the relay
 * refuses us and not them. The run is ending then. */
GPtrArray *run_refused(Run *run, const Reply *reply, const Address *address);

#endif
