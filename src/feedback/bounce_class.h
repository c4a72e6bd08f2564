/*
 * bounce_class.h - what a reported failure says about the address.
 *
 *     status, reply, words ──bounce_class()──> hard, soft, policy, …
 *
 * Only hard takes an address off at once, so everything doubtful is something
 * else: words about spam, policy or authentication outweigh a status that
 * says "no such user", and a bare 5xx says nothing about the recipient.
 *
 *     what is known                                         class
 *     x.1.1 x.1.2 x.1.3 x.1.6 x.1.10, x.2.1                 hard
 *     no status, or x.0.0: the words say "no such user"     hard
 *     x.2.2, x.4.*, full, expired, anything unclear         soft
 *     x.2.3, x.3.4, x.6.*: too large, not convertible       content
 *     x.7.*, x.3.*, x.5.*, x.4.5, x.1.7, x.1.8, at MAIL     policy
 *     Action: delayed                                       delayed
 *
 * Words are looked for in English and as servers write them, without regard
 * to case, where a word begins; addresses and links in the text do not count.
 * (RFC 3463, RFC 5248.)
 */
#ifndef FEEDBACK_BOUNCE_CLASS_H
#define FEEDBACK_BOUNCE_CLASS_H

#include <stdbool.h>

#include "mail/reply.h"

#define BOUNCE_TEXT_MAX 65536 /* bytes of words that are looked at */

typedef enum {
    BOUNCE_HARD,      /* the address does not work */
    BOUNCE_SOFT,      /* it did not work this time */
    BOUNCE_CONTENT,   /* this mail was not wanted: its size, its form */
    BOUNCE_POLICY,    /* we are not wanted, or the server is at fault */
    BOUNCE_DELAYED,   /* still trying */
    BOUNCE_COMPLAINT, /* the reader called it spam */
    BOUNCE_CLASSES,
} BounceClass;

const char *bounce_class_name(BounceClass class); /* "hard", … */

/* Finds a reply code and a status of the 4 and 5 series in words: "550-5.1.1",
 * "(#5.4.1)". The first code, and the first of those that say most.
 * `reply` must be zeroed; its text is not set. */
void bounce_find_status(const char *text, Reply *reply);

/* "5.1.1" at the start of a text; false, and nothing set, for others. */
bool bounce_read_status(const char *text, int status[3]);
bool bounce_says_more(const int status[3]); /* than x.0.0 */
/* How much a status says: 0 nothing, 1 x.0.0, 2 x.2.0, 3 x.2.1. */
int bounce_status_rank(const int status[3]);

/* `reply` as far as it is known, and the words around it. Where there is no
 * status that says anything, one that fits the words is set. */
BounceClass bounce_classify(Reply *reply, const char *words);

/* The words say that delivery will be tried again. */
bool bounce_is_delay(const char *words);

#endif
