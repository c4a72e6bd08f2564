/*
 * subscriber.h - a row of a list file judged: whom it names, and what may be
 * merged.
 *
 *     Row ──subscriber_fill()──> Subscriber, or why not
 *
 * One Subscriber is filled again and again; its texts belong to it or to the
 * row, so both live until the next one is read.
 *
 * Private to the module; the public half stands in list.h.
 */
#ifndef LIST_SUBSCRIBER_H
#define LIST_SUBSCRIBER_H

#include "list/list.h"
#include "list/reader.h"

typedef enum {
    SUBSCRIBER_OK,
    SUBSCRIBER_LEFT,        /* the row says: do not send; with a fault when it
                             * does not say to whom */
    SUBSCRIBER_INVALID,     /* with the fault */
    SUBSCRIBER_UNSUPPORTED, /* with the fault */
} SubscriberVerdict;

Subscriber *subscriber_new(void);

/* `used` says which columns must be clean because they may be merged, an
 * entry a column; what is wrong in another one makes it empty. A row of
 * somebody who left has its address when that is a right one, else "". */
SubscriberVerdict subscriber_fill(Subscriber *subscriber, Columns *columns,
                                  Row *row, const bool *used);

/* Another row says that the address is a list's. */
void subscriber_set_list(Subscriber *subscriber);

/* Somebody named on the command line. `label` is borrowed and stands where
 * else a file's name does. */
SubscriberVerdict subscriber_fill_address(Subscriber *subscriber,
                                          const char *label, const char *text,
                                          GError **error);

/* Another address for the same fields. */
void subscriber_redirect(Subscriber *subscriber, const Address *address);

#endif
