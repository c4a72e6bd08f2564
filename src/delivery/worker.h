/*
 * worker.h - one connection's part of a delivery; private to delivery/.
 *
 *     queue ──> held ──slot, compose──> out ──mailer──> journal, tally
 *
 * A worker belongs to one thread and one relay. It holds a recipient before it
 * opens a session, so none is opened for nothing, and takes those whom a lost
 * connection left without an answer into its next session.
 */
#ifndef DELIVERY_WORKER_H
#define DELIVERY_WORKER_H

#include "delivery/route.h"

typedef struct Worker Worker;

Worker *worker_new(Route *route);
void worker_free(Worker *worker);

/* Works until nobody is left, the route is ending, or the relay cannot be
 * reached; then leaves the route, which it must have entered. */
void worker_run(Worker *worker);
/* In place of worker_run(), when there is no thread for it. */
void worker_desert(Worker *worker);

#endif
