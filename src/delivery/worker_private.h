/*
 * worker_private.h - what the files of a worker share:
 *
 *     worker.c         one session after another
 *     worker_take.c    the next recipient, its moment and its message
 *     worker_settle.c  what the relay's answer means for it
 *
 * All of it is the worker's own thread's.
 */
#ifndef DELIVERY_WORKER_PRIVATE_H
#define DELIVERY_WORKER_PRIVATE_H

#include "delivery/worker.h"

typedef struct Job {
    Subscriber *subscriber;
    int attempts; /* that were answered, in all runs */
    int lost;     /* connections */
    bool is_intended;
    bool has_slot; /* booked and not used */
    Slot slot;
    int64_t not_before_ns; /* for its domain */
    GString *bytes;
    GString *message_id;
    GString *reverse_path;
} Job;

struct Worker {
    Route *route;
    Run *run;      /* the route's */
    GQueue held;   /* of Job, to go first in the next session */
    GQueue spaced; /* of Job, whose domains are not yet due; soonest first */
    GQueue out;    /* of Job, with the mailer, oldest first */
    GQueue spare;  /* of Job, for its buffers */
    MessageBuffer *buffer;
    bool is_empty; /* the queue has nobody more */
    int64_t due_us;
    /* of the present session */
    int64_t opening_ns;
    int64_t begin_ns;
    int given;
    int answered;
    bool has_lost;
    bool has_opened; /* any session so far */
    /* in a row */
    int refused;
    int fruitless;
    GError *leaving; /* why the relay cannot be reached */
};

static inline const Address *job_address(const Job *job)
{
    return subscriber_address(job->subscriber);
}

/* --- worker_take.c --- */

void job_free(void *job);
/* Gives the recipient up for good, or back to the queue for `due_us`. */
void job_done(Worker *worker, Job *job);
void job_again(Worker *worker, Job *job, int64_t due_us);

/* The next one, held or from the queue; NULL: `is_empty` and `due_us` say
 * why. */
Job *worker_fetch(Worker *worker);
/* Waits until the job's start is no further than `ahead_ns` away. False when
 * that takes longer than `wait_max_ns` or the route is ending. */
bool worker_await_start(Worker *worker, Job *job, int64_t ahead_ns,
                        int64_t wait_max_ns);
void worker_drop_slot(Worker *worker, Job *job);
/* The mailer's next job, within `wait_max_ns`; 0: only what may start at this
 * moment. */
bool worker_give(Worker *worker, MailerJob *mail, int64_t wait_max_ns);

/* --- worker_settle.c --- */

/* False: the run has failed. */
bool worker_sync_journal(Worker *worker);
void worker_begun(void *worker, const MailerJob *mail, int64_t at_ns);
bool worker_intend(void *worker, const MailerJob *mail);
void worker_settle(void *worker, const MailerJob *mail,
                   const MailerResult *result);
void worker_settle_final(Worker *worker, Job *job, Outcome outcome,
                         const Reply *reply);

#define DEFERRAL_NEXT_RUN (INT64_MAX / 2)
typedef struct Deferral {
    int64_t next_us; /* for the journal: not before */
    int64_t due_us;  /* for this run's queue; DEFERRAL_NEXT_RUN: not in it */
} Deferral;

void worker_defer(Worker *worker, Job *job, const Reply *reply, Deferral until);

#endif
