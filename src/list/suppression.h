/*
 * suppression.h - who must not be written to, whatever a list says.
 *
 *     suppressions.csv <──append── one-click, mail, bounces, mirmail suppress
 *            └──suppressions_find()──> list_next(), and again before a send
 *
 * One file, a line an event, only ever appended to, so that it can live in
 * git and its history is whole:
 *
 *     # salt 7x2k…
 *     date,reason,who
 *     2026-11-28T20:01:02Z,unsubscribed,ada@example.org
 *     2026-11-28T20:03:40Z,bounced,#mzxw6ytboi…
 *     2026-12-01T09:00:00Z,allowed,ada@example.org
 *
 * `who` is an address or `#` and the salted hash of one (HMAC-SHA-256 of
 * Address.key under the salt, 160 bits, base32), for those who want to be
 * forgotten. The last line about somebody counts; `allowed` takes a
 * suppression back. A line that cannot be read is an error and not passed
 * over, as it may be somebody's wish; and a file that had lines and is gone or
 * empty, as while git replaces it, is an error and not nobody. Of two files
 * that git made one the hashes of both are known, while both lines with a salt
 * stay in it.
 *
 * Writers hold flock() on the file and fsync() it; a reader sees what others
 * appended at its next question. A last line without its end counts as any
 * other, once no writer is at it. Any thread. About 100 bytes a person.
 */
#ifndef LIST_SUPPRESSION_H
#define LIST_SUPPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "mail/address.h"

#define SUPPRESSION_LINE_MAX 600 /* bytes */
#define SUPPRESSION_REASON_MAX 20

/* Reasons are words of a-z; these are written by mirmail. */
#define SUPPRESSION_UNSUBSCRIBED "unsubscribed"
#define SUPPRESSION_BOUNCED "bounced"
#define SUPPRESSION_COMPLAINED "complained"
#define SUPPRESSION_MANUAL "manual"
#define SUPPRESSION_IMPORTED "imported"
#define SUPPRESSION_FORGOTTEN "forgotten"
#define SUPPRESSION_ALLOWED "allowed"

bool suppression_is_reason(const char *text);

typedef struct Suppressions Suppressions;

/* A file that is not there is empty, and is made by the first addition.
 * ERROR_INPUT with the line of what cannot be read. */
Suppressions *suppressions_open(const char *path, const Clock *clock,
                                RandomFill fill_random, GError **error);
void suppressions_close(Suppressions *suppressions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Suppressions, suppressions_close)

typedef struct Suppression {
    char reason[SUPPRESSION_REASON_MAX + 1];
    int64_t at_us; /* whole seconds */
    int line;      /* of the file: of two, the later one counts */
} Suppression;

/* "unsubscribed on 2026-11-28" */
char *suppression_to_text(const Suppression *suppression);

/* `*found` false: this person may be written to. False on a failure to read
 * what was appended: then nobody should be. */
bool suppressions_find(Suppressions *suppressions, const Address *address,
                       bool *found, Suppression *suppression, GError **error);

/* Durable when it returns true. The same reason again adds no line. Somebody
 * who is known by the hash only stays so. */
bool suppressions_add(Suppressions *suppressions, const Address *address,
                      const char *reason, bool hashed, GError **error);

/* What another system says of somebody. */
typedef struct SuppressionEvent {
    const Address *address; /* borrowed */
    const char *reason;
    int64_t at_us; /* when it happened; 0, or after now: now */
} SuppressionEvent;

typedef enum {
    SUPPRESSION_NEW,    /* it would be added */
    SUPPRESSION_KNOWN,  /* somebody suppressed already stays as they are */
    SUPPRESSION_LIFTED, /* it was taken back after that date, and so it stays;
                         * of a day alone, after all of it */
} SuppressionVerdict;

bool suppressions_judge(Suppressions *suppressions,
                        const SuppressionEvent *event,
                        SuppressionVerdict *verdict, GError **error);

/* Adds those that are SUPPRESSION_NEW, with their own dates, all or none:
 * one append, one fsync(). */
bool suppressions_add_all(Suppressions *suppressions,
                          const SuppressionEvent *events, size_t count,
                          GError **error);

typedef void (*SuppressionVisit)(void *data, const char *who,
                                 const Suppression *suppression);

/* Whether an addition would find its way into the file; nothing is written. */
bool suppressions_may_add(const Suppressions *suppressions, GError **error);

/* Those who are suppressed now, in the order of `who`. */
bool suppressions_visit(Suppressions *suppressions, SuppressionVisit visit,
                        void *data, GError **error);
int64_t suppressions_count(Suppressions *suppressions);

/* How many lines the file has, by what was last read of it. */
int suppressions_lines(Suppressions *suppressions);

/* "#mzxw6ytboi…": how this file writes the hash of an address. Makes file and
 * salt when there are none. NULL on failure. */
char *suppressions_hash(Suppressions *suppressions, const Address *address,
                        GError **error);

/* The same as far as there is a salt; NULL when there is none. */
char *suppressions_known_hash(Suppressions *suppressions,
                              const Address *address);

/* The one thing that is not appended: every line about this address has its
 * hash from then on, and the person is suppressed if they were not. `lines`
 * gets the number of lines that were changed. The file is replaced whole. */
bool suppressions_forget(Suppressions *suppressions, const Address *address,
                         int *lines, GError **error);

#endif
