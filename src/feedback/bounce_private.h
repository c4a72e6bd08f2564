/*
 * bounce_private.h - the readers behind bounce.h.
 *
 *     bounce.c         which kind it is
 *     bounce_report.c  groups of fields
 *     bounce_words.c   sentences
 */
#ifndef FEEDBACK_BOUNCE_PRIVATE_H
#define FEEDBACK_BOUNCE_PRIVATE_H

#include "feedback/bounce.h"

/* Adds a recipient, unless this address is there or there are too many; NULL
 * then. `address` may be NULL. */
BounceRecipient *bounce_add(Bounce *bounce, const char *address);

/* The groups of a delivery status; `words` is what was written for people.
 * True when they name somebody, also of whom nothing failed. */
bool bounce_read_groups(Bounce *bounce, const GPtrArray *groups,
                        const char *words);
void bounce_read_complaint(Bounce *bounce, const GPtrArray *groups);

/* The text for people, without the copy of the mail that came back, whose
 * header goes to `*quoted` when it stands in the text. NULL: there is none. */
char *bounce_words_of(const Mail *mail, FieldGroup **quoted);
/* Recipients from the words. */
void bounce_read_words(Bounce *bounce, const Mail *mail, const char *words);

#endif
