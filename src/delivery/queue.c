/*
 * queue.c - see queue.h.
 *
 * Whom the journal knew when the run began is remembered as 64-bit numbers
 * made from the keys: who is not among them is new and needs no look-up. The
 * numbers may collide, so one that is found only leads to a look-up.
 *
 * Every subscriber is in one place: not yet read in this round; out with a
 * worker; `ready`, given back to be tried at once (no more than there are
 * workers and their messages ahead); `waiting`, deferred, by key only; or
 * done. Being out needs only a count: the first round gives a row once, and a
 * later one gives only who is waiting.
 */
#include "delivery/queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "delivery/retry.h"

/* Reading the list again and again for the next one that is due may take
 * this part of a processor. */
#define REREAD_SHARE 20

typedef struct Waiting {
    char *key;
    int attempts;
    int64_t due_ns;
} Waiting;

typedef struct Ready {
    Subscriber *subscriber;
    int attempts;
} Ready;

struct Queue {
    pthread_mutex_t mutex;
    List *list;
    Journal *journal;
    const Clock *clock;
    int64_t until_ns; /* monotonic, like every moment in here */

    bool is_loaded;
    GArray *known;       /* uint64_t, sorted */
    GHashTable *waiting; /* key -> Waiting */
    GQueue ready;        /* of Ready */
    int64_t given_up;    /* deferred to a time after the run */
    int64_t out;         /* taken and not given back */

    bool is_reading;    /* inside a round */
    bool is_first;      /* the first round */
    int64_t round_ns;   /* when this round began: who was due then is given */
    int64_t wanted;     /* how many this round still looks for */
    int64_t reading_ns; /* spent on reading in this round */
    int64_t next_round_ns;
};

/* --- time: the wall clock is used only to cross this module's border --- */

static int64_t now_ns(const Queue *queue)
{
    return queue->clock->monotonic_ns(queue->clock);
}

static int64_t from_wall(const Queue *queue, int64_t wall_us)
{
    int64_t ahead_us = wall_us - queue->clock->wall_us(queue->clock);
    /* Far enough that nobody lives to see it, and no overflow. */
    const int64_t far_us = INT64_C(100) * 365 * 86400 * 1000000;
    return now_ns(queue) + CLAMP(ahead_us, -far_us, far_us) * 1000;
}

static int64_t to_wall(const Queue *queue, int64_t moment_ns)
{
    return queue->clock->wall_us(queue->clock) +
           (moment_ns - now_ns(queue) + 999) / 1000;
}

/* --- life --- */

static void waiting_free(void *data)
{
    Waiting *waiting = data;
    g_free(waiting->key);
    g_free(waiting);
}

static void ready_free(void *data)
{
    Ready *ready = data;
    subscriber_free(ready->subscriber);
    g_free(ready);
}

Queue *queue_new(List *list, Journal *journal, const Clock *clock,
                 int64_t until_us)
{
    Queue *queue = g_new0(Queue, 1);
    pthread_mutex_init(&queue->mutex, NULL);
    queue->list = list;
    queue->journal = journal;
    queue->clock = clock;
    queue->until_ns = from_wall(queue, until_us);
    queue->known = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    queue->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                           waiting_free);
    g_queue_init(&queue->ready);
    queue->is_reading = true;
    queue->is_first = true;
    return queue;
}

void queue_free(Queue *queue)
{
    if (queue == NULL)
        return;
    g_queue_clear_full(&queue->ready, ready_free);
    g_hash_table_destroy(queue->waiting);
    g_array_free(queue->known, TRUE);
    pthread_mutex_destroy(&queue->mutex);
    g_free(queue);
}

/* --- whom the journal knew at the start --- */

/* FNV-1a, 64 bits. */
static uint64_t number_of(const char *key)
{
    uint64_t number = UINT64_C(0xcbf29ce484222325);
    for (const char *p = key; *p != '\0'; p++)
        number = (number ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    return number;
}

static int compare_numbers(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static bool is_known(const Queue *queue, const char *key)
{
    uint64_t number = number_of(key);
    return queue->known->len > 0 &&
           bsearch(&number, queue->known->data, queue->known->len,
                   sizeof number, compare_numbers) != NULL;
}

static void remember_known(void *data, const char *key)
{
    uint64_t number = number_of(key);
    g_array_append_val((GArray *)data, number);
}

static bool load_known(Queue *queue, GError **error)
{
    if (queue->is_loaded)
        return true;
    if (!journal_visit_keys(queue->journal, remember_known, queue->known,
                            error))
        return false;
    if (queue->known->len > 0)
        qsort(queue->known->data, queue->known->len, sizeof(uint64_t),
              compare_numbers);
    queue->is_loaded = true;
    return true;
}

/* --- who waits --- */

static void wait_for(Queue *queue, const char *key, int attempts,
                     int64_t due_ns)
{
    if (due_ns > queue->until_ns) {
        queue->given_up++;
        return;
    }
    Waiting *waiting = g_new0(Waiting, 1);
    waiting->key = g_strdup(key);
    waiting->attempts = attempts;
    waiting->due_ns = due_ns;
    g_hash_table_replace(queue->waiting, waiting->key, waiting);
}

/* The earliest moment at which somebody is due, and how many are now. */
static int64_t look_at_waiting(const Queue *queue, int64_t at_ns,
                               int64_t *due_count)
{
    int64_t earliest_ns = INT64_MAX;
    *due_count = 0;
    GHashTableIter walk;
    void *value;
    g_hash_table_iter_init(&walk, queue->waiting);
    while (g_hash_table_iter_next(&walk, NULL, &value)) {
        const Waiting *waiting = value;
        earliest_ns = MIN(earliest_ns, waiting->due_ns);
        *due_count += waiting->due_ns <= at_ns;
    }
    return earliest_ns;
}

/* --- rounds --- */

/* Who was due when a whole reading began and did not occur in it has been
 * taken off the list meanwhile. The journal still calls him deferred. */
static gboolean was_missed(void *key, void *value, void *data)
{
    (void)key;
    const Waiting *waiting = value;
    const Queue *queue = data;
    return waiting->due_ns <= queue->round_ns;
}

static void end_round(Queue *queue, bool read_wholly)
{
    if (read_wholly && !queue->is_first)
        queue->given_up += g_hash_table_foreach_remove(queue->waiting,
                                                       was_missed, queue);
    queue->is_reading = false;
    queue->is_first = false;
    queue->next_round_ns = now_ns(queue) + queue->reading_ns * REREAD_SHARE;
    queue->reading_ns = 0;
}

/* False on failure; `due_ns` is set when it is not yet time. */
static bool begin_round(Queue *queue, int64_t *due_ns, GError **error)
{
    int64_t at_ns = now_ns(queue);
    *due_ns = MAX(look_at_waiting(queue, at_ns, &queue->wanted),
                  queue->next_round_ns);
    if (*due_ns > at_ns)
        return true;
    if (!list_rewind(queue->list, error))
        return false;
    queue->round_ns = at_ns;
    queue->is_reading = true;
    return true;
}

/* In the first round: new, or deferred in an earlier run and due. */
static bool is_next_in_first(Queue *queue, const Subscriber *subscriber,
                             bool *is_next, int *attempts, GError **error)
{
    const Address *address = subscriber_address(subscriber);
    *attempts = 0;
    *is_next = !is_known(queue, address->key);
    if (*is_next)
        return true;
    Entry entry;
    if (!journal_lookup(queue->journal, address, &entry, error))
        return false;
    *attempts = entry.attempts;
    *is_next = entry.outcome == OUTCOME_NONE;
    if (entry.outcome == OUTCOME_DEFERRED) {
        int64_t due_ns = from_wall(queue, entry.next_us);
        /* Further off than we ever wait: the clock was set back. */
        *is_next = due_ns <= now_ns(queue) ||
                   due_ns > now_ns(queue) + RETRY_WAIT_MAX_NS;
        if (!*is_next)
            wait_for(queue, address->key, entry.attempts, due_ns);
    }
    entry_clear(&entry);
    return true;
}

static bool is_next_in_later(Queue *queue, const Subscriber *subscriber,
                             int *attempts)
{
    const char *key = subscriber_address(subscriber)->key;
    const Waiting *waiting = g_hash_table_lookup(queue->waiting, key);
    if (waiting == NULL || waiting->due_ns > queue->round_ns)
        return false;
    *attempts = waiting->attempts;
    g_hash_table_remove(queue->waiting, key);
    queue->wanted--;
    return true;
}

static bool is_next(Queue *queue, const Subscriber *subscriber, bool *next,
                    int *attempts, GError **error)
{
    if (queue->is_first)
        return is_next_in_first(queue, subscriber, next, attempts, error);
    *next = is_next_in_later(queue, subscriber, attempts);
    return true;
}

/* Reads on in this round. `*taken` stays NULL at its end. */
static bool read_on(Queue *queue, Subscriber **taken, int *attempts,
                    GError **error)
{
    GError *failure = NULL;
    int64_t begin_ns = now_ns(queue);
    bool next = false;
    bool at_end = false;
    while (!next && !at_end && failure == NULL &&
           (queue->is_first || queue->wanted > 0)) {
        const Subscriber *row = list_next(queue->list, &failure);
        at_end = row == NULL;
        if (!at_end && is_next(queue, row, &next, attempts, &failure) && next)
            *taken = subscriber_copy(row);
    }
    queue->reading_ns += now_ns(queue) - begin_ns;
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    if (!next)
        end_round(queue, at_end);
    return true;
}

static QueueAnswer take_ready(Queue *queue, Subscriber **subscriber,
                              int *attempts)
{
    Ready *ready = g_queue_pop_head(&queue->ready);
    *subscriber = ready->subscriber;
    *attempts = ready->attempts;
    g_free(ready);
    return QUEUE_TAKEN;
}

static QueueAnswer take(Queue *queue, Subscriber **subscriber, int *attempts,
                        int64_t *due_us, GError **error)
{
    if (!load_known(queue, error))
        return QUEUE_FAILED;
    if (!g_queue_is_empty(&queue->ready))
        return take_ready(queue, subscriber, attempts);
    for (;;) {
        *subscriber = NULL;
        if (queue->is_reading && !read_on(queue, subscriber, attempts, error))
            return QUEUE_FAILED;
        if (*subscriber != NULL)
            return QUEUE_TAKEN;
        if (g_hash_table_size(queue->waiting) == 0)
            return QUEUE_EMPTY;
        int64_t due_ns = 0;
        if (!begin_round(queue, &due_ns, error))
            return QUEUE_FAILED;
        if (!queue->is_reading) {
            *due_us = to_wall(queue, due_ns);
            return QUEUE_WAIT;
        }
    }
}

QueueAnswer queue_take(Queue *queue, Subscriber **subscriber, int *attempts,
                       int64_t *due_us, GError **error)
{
    pthread_mutex_lock(&queue->mutex);
    QueueAnswer answer = take(queue, subscriber, attempts, due_us, error);
    queue->out += answer == QUEUE_TAKEN;
    pthread_mutex_unlock(&queue->mutex);
    return answer;
}

void queue_done(Queue *queue, Subscriber *subscriber)
{
    pthread_mutex_lock(&queue->mutex);
    queue->out--;
    pthread_mutex_unlock(&queue->mutex);
    subscriber_free(subscriber);
}

void queue_again(Queue *queue, Subscriber *subscriber, int attempts,
                 int64_t due_us)
{
    pthread_mutex_lock(&queue->mutex);
    queue->out--;
    int64_t due_ns = from_wall(queue, due_us);
    if (due_ns <= now_ns(queue)) {
        Ready *ready = g_new0(Ready, 1);
        ready->subscriber = subscriber;
        ready->attempts = attempts;
        g_queue_push_tail(&queue->ready, ready);
        subscriber = NULL;
    } else {
        wait_for(queue, subscriber_address(subscriber)->key, attempts, due_ns);
    }
    pthread_mutex_unlock(&queue->mutex);
    subscriber_free(subscriber);
}

bool queue_is_anybody_out(Queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool is_out = queue->out > 0;
    pthread_mutex_unlock(&queue->mutex);
    return is_out;
}

int64_t queue_deferred(Queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    int64_t count = (int64_t)g_hash_table_size(queue->waiting) +
                    queue->given_up;
    pthread_mutex_unlock(&queue->mutex);
    return count;
}
