/*
 * unsubscribe.h - somebody leaves: from a token to a line in the file of
 * suppressions.
 *
 *     one-click, page, CGI ──┐
 *     mail to the address ───┼─ token ──unsubscribe()──> suppressions
 *     mirmail unsubscribe ───┘
 *
 * A token is checked in constant time, its person found among the lists and
 * the journal (people.h), and the line durable before anybody is told that
 * it worked. Again is the same as once. A keys file that changed is read
 * again, so that a new key needs no restart. One thread at a time.
 */
#ifndef FEEDBACK_UNSUBSCRIBE_H
#define FEEDBACK_UNSUBSCRIBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "config/config.h"
#include "feedback/people.h"

typedef enum {
    UNSUBSCRIBE_DONE,
    UNSUBSCRIBE_BEFORE,  /* had left already */
    UNSUBSCRIBE_ABSENT,  /* a right token, of nobody who is known */
    UNSUBSCRIBE_REFUSED, /* no token of this list's, whatever is wrong */
    UNSUBSCRIBE_FAILED,  /* with the error; nothing was written */
    UNSUBSCRIBE_LIFTED,  /* came back later, see unsubscribe_dated() */
} UnsubscribeResult;

typedef struct UnsubscribeOptions {
    const Config *config; /* keys, suppressions, lists, journal, list.id;
                             borrowed */
    const Clock *clock;
    RandomFill fill_random;
    bool dry; /* find, write nothing */
} UnsubscribeOptions;

typedef struct Unsubscriber Unsubscriber;

/* ERROR_CONFIG when `keys` or `suppressions` is not set; errors of
 * keyring_load(), people_open(), suppressions_open(). */
Unsubscriber *unsubscriber_open(const UnsubscribeOptions *options,
                                GError **error);
void unsubscriber_close(Unsubscriber *unsubscriber);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Unsubscriber, unsubscriber_close)

/* `person` (may be NULL) is filled where there is one. */
UnsubscribeResult unsubscribe(Unsubscriber *unsubscriber, const char *token,
                              Person *person, GError **error);

/* What was asked for at `asked_us`, 0 for now: a mail that lies there may be
 * read again, and takes nobody off who has come back since. */
UnsubscribeResult unsubscribe_dated(Unsubscriber *unsubscriber,
                                    const char *token, int64_t asked_us,
                                    Person *person, GError **error);

/* Whose token it is, without unsubscribing anybody; a failure to look somebody
 * up leaves `person` empty. False: refused. */
bool unsubscribe_look(Unsubscriber *unsubscriber, const char *token,
                      Person *person);

#define UNSUBSCRIBE_TEXT_MAX 2000 /* bytes that are looked through */

/* The first right token in a link, an address or a path, wherever it stands
 * in there; for the caller. NULL: there is none. */
char *unsubscribe_find_token(Unsubscriber *unsubscriber, const char *text);

#endif
