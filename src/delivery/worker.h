/*
 * worker.h - one connection's part of a delivery; private to delivery/.
 *
 *     queue ──> held ──slot, compose──> out ──mailer──> journal, tally
 *
 * A worker belongs to one thread. It holds a recipient before it opens a
 * session, so none is opened for nothing, and takes those whom a lost
 * connection left without an answer into its next session.
 */
#ifndef DELIVERY_WORKER_H
#define DELIVERY_WORKER_H

#include "delivery/run.h"

typedef struct Worker Worker;

Worker *worker_new(Run *run);
void worker_free(Worker *worker);

/* Works until nobody is left, the run is ending, or the relay cannot be
 * reached. */
void worker_run(Worker *worker);

#endif
