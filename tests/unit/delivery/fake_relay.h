/*
 * fake_relay.h - a DeliveryTransport in memory and message.h without letters,
 * for tests of delivery/.
 *
 * The relay keeps a ledger in memory that outlives a killed child: how many
 * copies of each message it took. What it does with a message is decided by
 * the test's `decide`. Time passes when somebody sleeps.
 */
#ifndef FAKE_RELAY_H
#define FAKE_RELAY_H

#include "fake_list.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include "delivery/transport.h"

#define RELAY_PEOPLE_MAX 5000
#define RELAY_DOORS_MAX 3 /* relays of one plan */

typedef enum {
    FATE_ACCEPT,
    FATE_ANSWER,     /* the reply below, at its step */
    FATE_DROP_FIRST, /* the connection goes before MAIL leaves */
    FATE_DROP_EARLY, /* … before the text is over */
    FATE_DROP_DOT,   /* … after intend(), before the dot leaves */
    FATE_DROP_TAKEN, /* … after the relay took the message */
    FATE_DROP_LOST,  /* … after the dot, and the relay did not take it */
    FATE_DIE_EARLY,  /* the process ends: before intend() */
    FATE_DIE_DOT,    /* … after intend() */
    FATE_DIE_TAKEN,  /* … after the relay took the message */
    FATE_DIE_ANSWER, /* … after settle() */
} Fate;

typedef struct Verdict {
    Fate fate;
    ReplyStep step;
    ReplyMeaning meaning;
    Outcome outcome; /* that the mailer would give */
    int code;
    int enhanced[3];
    const char *text;
} Verdict;

typedef struct Relay {
    pthread_mutex_t mutex;
    Verdict (*decide)(int number, int copy); /* copy: attempts before */
    bool (*open)(int session, GError **error);
    bool (*open_door)(int door, GError **error); /* of one relay of several */
    void (*after)(int number);
    int sessions;
    int tries[RELAY_PEOPLE_MAX];
    int accepted[RELAY_PEOPLE_MAX];
    int64_t late_ns; /* every seventh message starts so long after its slot */
    int64_t starts[RELAY_PEOPLE_MAX]; /* of all attempts, in order */
    int start_count;
    int by_door[RELAY_DOORS_MAX]; /* messages that each relay took */
    int death_at; /* the attempt, from 1, at which the process dies */
    Fate death;
    int largest_session;
    int reserves; /* messages handed over ahead */
    FakeTime *time;
} Relay;

static Relay *relay; /* shared with children */

static inline void relay_new(FakeTime *time)
{
    relay = mmap(NULL, sizeof *relay, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(relay != MAP_FAILED);
    pthread_mutexattr_t shared;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&relay->mutex, &shared);
    pthread_mutexattr_destroy(&shared);
    relay->time = time;
}

static inline void relay_free(void)
{
    munmap(relay, sizeof *relay);
}

static inline void relay_lock(void)
{
    /* A child died while it held it; the numbers behind it are whole. */
    if (pthread_mutex_lock(&relay->mutex) == EOWNERDEAD)
        pthread_mutex_consistent(&relay->mutex);
}

static inline void relay_unlock(void)
{
    pthread_mutex_unlock(&relay->mutex);
}

static inline Verdict accept_it(void)
{
    return (Verdict){.fate = FATE_ACCEPT};
}

static inline Verdict answer(Outcome outcome, ReplyStep step,
                             ReplyMeaning meaning, int code)
{
    return (Verdict){.fate = FATE_ANSWER,
                     .outcome = outcome,
                     .step = step,
                     .meaning = meaning,
                     .code = code,
                     .text = "as the test wants"};
}

static inline Verdict fate(Fate which)
{
    return (Verdict){.fate = which};
}

/* As kill -9 from outside: nothing of this process runs any more. */
static inline void relay_die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static inline void relay_start(int number, Verdict *verdict)
{
    if (number % 7 == 6)
        fake_time_pass(relay->time, relay->late_ns);
    relay_lock();
    int copy = relay->tries[number]++;
    int start = relay->start_count++;
    if (start < RELAY_PEOPLE_MAX)
        relay->starts[start] = __atomic_load_n(&relay->time->monotonic_ns,
                                               __ATOMIC_RELAXED);
    bool dies = start + 1 == relay->death_at;
    relay_unlock();
    *verdict = dies ? fate(relay->death) : relay->decide(number, copy);
}

static inline void relay_take(int number)
{
    relay_lock();
    relay->accepted[number]++;
    relay_unlock();
}

static inline void relay_settle(const MailerCalls *calls, const MailerJob *job,
                                Outcome outcome, const Verdict *verdict)
{
    g_autofree char *text = g_strdup(verdict->text);
    MailerResult result = {.outcome = outcome,
                           .step = verdict->step,
                           .meaning = verdict->meaning,
                           .reply = {.code = verdict->code, .text = text}};
    memcpy(result.reply.enhanced, verdict->enhanced,
           sizeof result.reply.enhanced);
    if (result.reply.code == 0 && outcome != OUTCOME_SENT)
        result.meaning = REPLY_RETRY;
    calls->settle(calls->data, job, &result);
}

/* One message; false when the connection is gone. */
static inline bool relay_carry(const MailerCalls *calls, const MailerJob *job)
{
    Verdict verdict;
    int number = fake_number(job->recipient);
    relay_start(number, &verdict);
    if (verdict.fate == FATE_DROP_FIRST) {
        relay_settle(calls, job, OUTCOME_NONE, &verdict);
        return false;
    }
    calls->begun(calls->data, job,
                 __atomic_load_n(&relay->time->monotonic_ns, __ATOMIC_RELAXED));
    bool before_text = verdict.fate == FATE_ANSWER &&
                       verdict.step != REPLY_STEP_MESSAGE;
    if (verdict.fate == FATE_DIE_EARLY)
        relay_die();
    if (verdict.fate == FATE_DROP_EARLY) {
        relay_settle(calls, job, OUTCOME_NONE, &verdict);
        return false;
    }
    if (!before_text && !calls->intend(calls->data, job)) {
        relay_settle(calls, job, OUTCOME_NONE, &verdict);
        return false;
    }
    if (verdict.fate == FATE_DIE_DOT)
        relay_die();
    if (verdict.fate == FATE_DROP_DOT) {
        relay_settle(calls, job, OUTCOME_NONE, &verdict);
        return false;
    }
    if (verdict.fate == FATE_ANSWER) {
        relay_settle(calls, job, verdict.outcome, &verdict);
        return verdict.code != 421;
    }
    if (verdict.fate != FATE_DROP_LOST)
        relay_take(number);
    if (verdict.fate == FATE_DIE_TAKEN)
        relay_die();
    if (verdict.fate == FATE_DROP_TAKEN || verdict.fate == FATE_DROP_LOST) {
        relay_settle(calls, job, OUTCOME_UNKNOWN, &verdict);
        return false;
    }
    verdict.code = 250;
    relay_settle(calls, job, OUTCOME_SENT, &verdict);
    if (verdict.fate == FATE_DIE_ANSWER)
        relay_die();
    if (relay->after != NULL)
        relay->after(number);
    return true;
}

/* As mailer_run(), with a message in reserve where one is given. */
static inline bool relay_run(void *state, int messages_max,
                             const MailerCalls *calls, GError **error)
{
    int door = *(const int *)state;
    relay_lock();
    int session = relay->sessions++;
    relay_unlock();
    if ((relay->open != NULL && !relay->open(session, error)) ||
        (relay->open_door != NULL && !relay->open_door(door, error)))
        return false;
    int carried = 0;
    MailerJob job;
    MailerJob reserve;
    bool has_job = calls->next(calls->data, &job);
    while (has_job) {
        carried++;
        bool has_reserve = carried < messages_max &&
                           calls->next_now(calls->data, &reserve);
        if (!relay_carry(calls, &job)) {
            const Verdict nothing = {.code = 0};
            if (has_reserve)
                relay_settle(calls, &reserve, OUTCOME_NONE, &nothing);
            break;
        }
        relay_lock();
        relay->by_door[door]++;
        relay->reserves += has_reserve;
        relay_unlock();
        if (has_reserve)
            job = reserve;
        else
            has_job = carried < messages_max && calls->next(calls->data, &job);
    }
    relay_lock();
    relay->largest_session = MAX(relay->largest_session, carried);
    relay_unlock();
    return true;
}

static inline void *relay_open(const DeliveryPlan *plan,
                               const DeliveryRelay *one, GError **error)
{
    static const int doors[RELAY_DOORS_MAX] = {0, 1, 2};
    (void)error;
    return (void *)(uintptr_t)&doors[one - plan->relays];
}

static inline void relay_close(void *state)
{
    (void)state;
}

static inline void relay_sleep(int64_t duration_ns)
{
    fake_time_pass(relay->time, duration_ns);
    sched_yield();
}

static const DeliveryTransport fake_transport = {relay_open, relay_run,
                                                 relay_close, relay_sleep};

/* --- message.h --- */

struct Message {
    int uncomposable; /* the number of the one that cannot be merged; -1 */
};

struct MessageBuffer {
    int unused;
};

MessageBuffer *message_buffer_new(void)
{
    return g_new0(MessageBuffer, 1);
}

void message_buffer_free(MessageBuffer *buffer)
{
    g_free(buffer);
}

size_t message_choose(const Message *message, const Subscriber *subscriber)
{
    (void)message;
    (void)subscriber;
    return 0;
}

const Message *message_at(const Message *message, size_t index)
{
    (void)index;
    return message;
}

bool message_write(const Message *message, const Subscriber *subscriber,
                   int64_t unix_seconds, int offset_minutes,
                   MessageBuffer *buffer, GString *bytes, GError **error)
{
    (void)buffer;
    const char *text = subscriber_address(subscriber)->text;
    if (fake_number(text) == message->uncomposable) {
        error_set(error, ERROR_INPUT, "list.csv:3: no value for `name`");
        return false;
    }
    g_string_printf(bytes, "To: %s\r\nX: %lld %d\r\n\r\n", text,
                    (long long)unix_seconds, offset_minutes);
    return true;
}

void message_id_append(const Message *message, const Address *address,
                       GString *out)
{
    (void)message;
    g_string_append_printf(out, "%s.id", address->key);
}

bool message_gate(const char *bytes, size_t length, GError **error)
{
    (void)error;
    return length > 4 && strcmp(bytes + length - 4, "\r\n\r\n") == 0;
}

#endif
