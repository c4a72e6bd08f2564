/*
 * queue.h - who is next.
 *
 * Reads the list round by round. The first round gives everybody of whom the
 * journal knows nothing or an earlier deferral that is due; later rounds give
 * those who were deferred in this run, once they are due. Taking from the
 * queue is locked; what it gives belongs to the worker.
 *
 * Memory: 8 bytes for each recipient that the journal knew at the start, and
 * about 100 for each that is deferred. Within a run only the monotonic clock
 * counts, so a clock that is set meanwhile changes nothing; a deferral from an
 * earlier run that lies further ahead than any wait is due at once.
 *
 * QUEUE_EMPTY may be given while others still hold a subscriber: whoever
 * gives one back goes on to take it again.
 */
#ifndef DELIVERY_QUEUE_H
#define DELIVERY_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "journal/journal.h"
#include "list/list.h"

typedef struct Queue Queue;

typedef enum {
    QUEUE_TAKEN, /* `subscriber` is the worker's */
    QUEUE_WAIT,  /* nobody is due before `due_us` (wall clock) */
    QUEUE_EMPTY, /* nobody is left, or only those deferred for too long */
    QUEUE_FAILED,
} QueueAnswer;

/* Deferred ones are given until `until_us` (wall clock). Borrows list and
 * journal. */
Queue *queue_new(List *list, Journal *journal, const Clock *clock,
                 int64_t until_us);
void queue_free(Queue *queue);

QueueAnswer queue_take(Queue *queue, Subscriber **subscriber, int *attempts,
                       int64_t *due_us, GError **error);
/* Every subscriber taken comes back once: as done, or to be tried again not
 * before `due_us`. The queue frees it. */
void queue_done(Queue *queue, Subscriber *subscriber);
void queue_again(Queue *queue, Subscriber *subscriber, int attempts,
                 int64_t due_us);

/* Somebody has taken a subscriber that is not yet given back. */
bool queue_is_anybody_out(Queue *queue);

/* How many wait for a later try, in this run or after it. */
int64_t queue_deferred(Queue *queue);

#endif
