/*
 * breaker.h - notices that it is not the recipients; private to delivery/.
 *
 * A relay that refuses one message may mean the recipient. One that gives
 * BREAKER_ROW messages in a row, to at least BREAKER_DOMAINS domains, the
 * same permanent answer at MAIL or at the end of data means us: the content,
 * the sender, our address. The run stops then, and those who were marked as
 * failed by this row are to be marked as deferred: nothing was said about
 * them. Not locked.
 */
#ifndef DELIVERY_BREAKER_H
#define DELIVERY_BREAKER_H

#include <stdbool.h>

#include <glib.h>

#include "mail/address.h"
#include "mail/reply.h"

#define BREAKER_ROW 5
#define BREAKER_DOMAINS 3
#define BREAKER_MEMORY 50 /* of a row that stays within few domains */

typedef struct Breaker Breaker;

Breaker *breaker_new(void);
void breaker_free(Breaker *breaker);

/* A message was accepted: the row ends. */
void breaker_accept(Breaker *breaker);

/* The next of the row, already written down as failed. True when the row is
 * complete, with this one or before it. */
bool breaker_refuse(Breaker *breaker, const Reply *reply,
                    const Address *address);

/* The recipients of the row, at most the last BREAKER_MEMORY, that were not
 * taken before. Of Address *, to be freed with g_ptr_array_unref(). */
GPtrArray *breaker_take_row(Breaker *breaker);

#endif
