/*
 * join.h - somebody writes in order to be on the list: first a request, then,
 * by an answer to our mail, its confirmation.
 *
 *     to join@example.org         ──join_take()──> who is to be asked
 *     to join+TOKEN@example.org   ──join_take()──> a row on the first list
 *
 * Anybody can write in anybody's name. So a request does nothing but let us
 * ask its sender once, and only an answer that carries the token of that very
 * address, which nobody but its reader has seen, puts it on the list. The
 * token's scope is the week it was made in, and that week and the next one it
 * counts: nothing has to be kept, and an old mail subscribes nobody.
 *
 * A request belongs to the day it was written on, and each day is one
 * campaign (joiner_campaign()), in which the journal lets an address have one
 * mail: however often a request is made, forged or read again, there is one
 * mail a day, and none for mails of more than JOIN_DAYS days.
 *
 * Programs are not heard: an absence notice to our question is no consent.
 * Who left, bounced or complained is neither asked nor added.
 *
 * One thread. (RFC 3834 for what a program may answer to.)
 */
#ifndef FEEDBACK_JOIN_H
#define FEEDBACK_JOIN_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "config/config.h"
#include "feedback/mail.h"

#define JOIN_DAYS 2 /* today and yesterday, in UTC */
#define JOIN_NAME_MAX 100
#define JOIN_CAMPAIGN_SIZE sizeof "join-2026-11-29"
#define JOIN_WEEK_SIZE sizeof "2026-W48"

typedef enum {
    JOIN_ASKED,      /* a request: this person is to be asked */
    JOIN_ADDED,      /* a confirmation: durable, but for a dry run */
    JOIN_PRESENT,    /* stands on a list; nothing to do, nothing to say */
    JOIN_SUPPRESSED, /* must not be written to */
    JOIN_IGNORED,    /* neither a request nor a confirmation */
} JoinVerdict;

typedef struct Join {
    JoinVerdict verdict;
    Mailbox person; /* who wrote; address.text is NULL when nobody knows */
    int days_ago;   /* of JOIN_ASKED: under JOIN_DAYS */
    char *why;      /* of JOIN_SUPPRESSED and JOIN_IGNORED */
} Join;

void join_clear(Join *join);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Join, join_clear)

typedef struct JoinSource {
    const Config *config; /* borrowed until joiner_close() */
    const Clock *clock;   /* likewise; the days are those of its opening */
    RandomFill fill_random;
    bool dry; /* decide, write nothing */
} JoinSource;

typedef struct Joiner Joiner;

/* ERROR_CONFIG when joining is not turned on or lacks a setting; errors of
 * keyring_load(), suppressions_open() and roll_open(). */
Joiner *joiner_open(const JoinSource *source, GError **error);
void joiner_close(Joiner *joiner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Joiner, joiner_close)

/* False when a file could not be read or written; then nothing was done. */
bool join_take(Joiner *joiner, const Mail *mail, Join *join, GError **error);

/* The campaign in which those are asked who wrote so many days ago. */
const char *joiner_campaign(const Joiner *joiner, int days_ago);
/* The scope of the tokens that are made now: KeyringScope.campaign. */
const char *joiner_week(const Joiner *joiner);

#endif
