/*
 * bounce.h - what came back: one line a bounce and person, so that no mail is
 * counted twice and many small failures make a large one.
 *
 *     journal_note_bounce() ──> journal_count_bounces(): in how many campaigns
 *
 * A mail that came back is known by a digest that the caller makes. For one
 * thread. Journals from before have no such lines: they know no bounces.
 */
#ifndef JOURNAL_BOUNCE_H
#define JOURNAL_BOUNCE_H

#include "journal/journal.h"

typedef struct JournalBounce {
    const char *mail;     /* the digest */
    const char *key;      /* Address.key */
    const char *campaign; /* NULL: not known */
    const char *class;    /* "soft", … */
    const char *status;   /* "4.2.2"; NULL */
} JournalBounce;

/* Durable when it returns true. The same mail about the same person again
 * changes nothing. */
bool journal_note_bounce(Journal *journal, const JournalBounce *bounce,
                         GError **error);
bool journal_knows_bounce(Journal *journal, const char *mail, const char *key,
                          bool *known, GError **error);

/* Test copies do not count. */
typedef struct BounceCount {
    int campaigns;    /* with such a bounce */
    int64_t first_us; /* when the first and the last of these began */
    int64_t newest_us;
} BounceCount;

/* Of this person and class, with this one as if it were noted. */
bool journal_count_bounces(Journal *journal, const JournalBounce *with,
                           BounceCount *count, GError **error);

#endif
