/*
 * delivery.h - carries a campaign to the relay: each recipient once.
 *
 *     List, Letter ──queue──> workers ──mailer──> relay
 *                      │          └──────> Journal
 *
 * Every connection is a thread with its own mailer session to one of the
 * relays. A worker pulls
 * the next recipient that the journal does not know as done, waits for its
 * slot of the pace, composes the message, and hands it to the mailer; the
 * outcome goes to the journal. Deferred recipients come back in later rounds
 * over the list, when they are due. Memory does not grow with the list.
 *
 * delivery_run() returns when everybody has an outcome, when what is left is
 * deferred beyond `retry_for_ns`, when *stop is set (the messages in flight
 * are finished), or when the relay cannot be used.
 */
#ifndef DELIVERY_DELIVERY_H
#define DELIVERY_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "config/config.h"
#include "journal/journal.h"
#include "list/list.h"
#include "mail/keyring.h"
#include "mail/verp.h"
#include "message/message.h"

typedef struct DeliveryProgress {
    int64_t total; /* recipients of this run */
    int64_t sent;
    int64_t deferred; /* now */
    int64_t failed;
    int64_t unknown;
    int64_t skipped;   /* suppressed while the run was on */
    double per_second; /* over the last seconds */
    int64_t left_ns;   /* estimate; -1 unknown */
} DeliveryProgress;

typedef enum {
    DELIVERY_PROGRESS, /* some more were sent; at most ten a second */
    DELIVERY_OUTCOME,  /* one recipient that was not sent to */
    DELIVERY_NOTICE,   /* something the organiser should read: `text` */
} DeliveryEventKind;

typedef struct DeliveryEvent {
    DeliveryEventKind kind;
    const DeliveryProgress *progress;
    const char *address; /* DELIVERY_OUTCOME */
    Outcome outcome;
    const Reply *reply;
    const char *text; /* DELIVERY_NOTICE */
} DeliveryEvent;

typedef struct DeliveryRelay {
    const RelayConfig *config;
    const char *password; /* NULL */
} DeliveryRelay;

/* The envelope's sender, and what it says to who sends a bounce back. */
typedef struct DeliverySender {
    const Verp *address;    /* with a token: one of its own for each person */
    const Keyring *keyring; /* for the tokens; NULL when there are none */
    const char *list_id;    /* likewise */
    const char *campaign;   /* for the tokens, and the relay's ENVID */
} DeliverySender;

typedef struct DeliveryPlan {
    List *list;    /* rewound; read under the queue's lock */
    int64_t total; /* recipients that have no outcome yet */
    const Message *message;
    Journal *journal;           /* campaign taken */
    Suppressions *suppressions; /* asked before each message; NULL */
    const DeliveryRelay *relays;
    size_t relay_count; /* at least 1 */
    const SendingConfig *sending;
    const DeliverySender *sender;
    const char *hello; /* of relays that have none of their own */
    const Clock *clock;
    int64_t date_seconds; /* > 0: every message carries this date */
    int date_offset_minutes;
    int64_t until_us; /* no message starts later; 0: any time */
    const int *stop;  /* set to 1 by a signal handler; read atomically */
    /* Called under a lock, by any worker: be quick. */
    void (*report)(void *data, const DeliveryEvent *event);
    void *report_data;
} DeliveryPlan;

typedef enum {
    DELIVERY_COMPLETE,    /* everybody has a final outcome */
    DELIVERY_DEFERRED,    /* some are left for mirmail resume */
    DELIVERY_INTERRUPTED, /* *stop */
    DELIVERY_OVER,        /* `until_us`, or no slot is left before it */
} DeliveryEnd;

/* False with an error when the run had to end: ERROR_RETRY, ERROR_REJECTED,
 * ERROR_PERMISSION, ERROR_SYSTEM. What was done is in the journal in every
 * case and `progress` says how much. */
bool delivery_run(const DeliveryPlan *plan, DeliveryEnd *end,
                  DeliveryProgress *progress, GError **error);

/* When the last of `messages` leaves, at the rates of these relays and after
 * what the journal says has left already. */
bool delivery_estimate(const DeliveryPlan *plan, int64_t messages,
                       int64_t *left_ns, GError **error);

#endif
