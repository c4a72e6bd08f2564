/*
 * route.h - one relay of a delivery: its sessions, its pace, and what its
 * answers mean for everybody who uses it; private to delivery/.
 *
 * With several relays each has a route. One that cannot be used is set aside
 * and the run goes on with the others; when the last one is, the run fails
 * with its error. A route of weight 0 is a spare: its workers wait until the
 * workers of all others have ended.
 *
 * A route's gate is a lock over pace, brake and breaker; a worker calls these
 * functions and sees no lock.
 */
#ifndef DELIVERY_ROUTE_H
#define DELIVERY_ROUTE_H

#include "delivery/pace.h"
#include "delivery/run.h"

/* Opens the transport and, where there is a rate, the relay's account in the
 * journal. `index` is its place in the plan. Errors as the transport's open()
 * and journal_open_account(). */
Route *route_new(Run *run, size_t index, GError **error);
void route_free(Route *route);

Run *route_run(const Route *route);
/* "smtp.example.org:587", or the relay's name. */
const char *route_label(const Route *route);
int route_connections(const Route *route);
bool route_is_spare(const Route *route);

bool route_session(Route *route, const MailerCalls *calls, GError **error);

/* It is this relay's turn for one message. */
bool route_may_take(Route *route);

/* The first session opens alone, so that a wrong password is one failed login
 * and not one for each connection. route_may_open() waits for that;
 * `is_scout` says that the caller is the one. False: the route is ending. */
bool route_may_open(Route *route, bool *is_scout);
void route_has_opened(Route *route);
/* The scout's session is over, opened or not. */
void route_scout_back(Route *route);

/* --- the end --- */

/* The run is ending, or this route was set aside. */
bool route_is_ending(const Route *route);
/* The relay is of no more use to this run; `failure` is taken. */
void route_set_aside(Route *route, GError *failure);
/* A worker begins; it ends because it could not reach the relay (`failure`,
 * taken), or for another reason (NULL). Whoever goes last for want of the
 * relay sets it aside. */
void route_enter(Route *route);
void route_leave(Route *route, GError *failure);

/* --- time --- */

/* Sleeps until then; false as soon as the route is ending. */
bool route_wait(Route *route, int64_t until_ns);

/* A booked moment at which one message may start. */
typedef struct Slot {
    int64_t at_ns;
    unsigned generation; /* of the brake's pauses */
} Slot;

/* Messages have to keep to slots: there is a rate, or the brake is on. */
bool route_is_paced(Route *route);
Slot route_reserve(Route *route);
void route_give_back(Route *route, const Slot *slot);
/* A pause has begun since it was booked, or its moment passed unused, or a
 * message before it started late: then starting a message on it could break a
 * limit. */
bool route_is_stale(Route *route, const Slot *slot);
/* The message of this slot started, no later than at `at_ns`. */
void route_depart(Route *route, const Slot *slot, int64_t at_ns);

/* The relay's rates, lengthened by the lateness that is allowed, with the
 * departures that the journal knows. */
Pace *route_pace_new(const RelayConfig *relay, Journal *journal,
                     const Clock *clock, GError **error);
/* When the last of `messages` leaves, by the rates of all routes in use; 0
 * when one of them has none. */
int64_t route_estimate_all(Run *run, int64_t messages);

/* --- what the relay's answers mean for everybody --- */

void route_accepted(Route *route);
void route_throttled(Route *route, const Reply *reply);
/* NULL, or the recipients (Address *) of the row that shows that the relay
 * refuses us and not them. The route is set aside then. */
GPtrArray *route_refused(Route *route, const Reply *reply,
                         const Address *address);

#endif
