/*
 * list_headers.h - the fields that say which list a mail belongs to and how
 * one leaves it (RFC 2369, 2919, 5064): private to message.
 *
 * They are the same for every recipient and are written once. All values are
 * checked here; an error is ERROR_CONFIG and names the setting.
 */
#ifndef MESSAGE_LIST_HEADERS_H
#define MESSAGE_LIST_HEADERS_H

#include "config/config.h"

typedef struct ListHeaders {
    const SenderConfig *sender;
    const ListConfig *list;
    const char *campaign;
    const char *archived_at; /* NULL when the post has no address */
} ListHeaders;

/* List-Id to Feedback-ID. */
bool list_headers_append(GString *out, const ListHeaders *source,
                         GError **error);

/* The list's domain, for identifiers: the id without its first label, or the
 * domain of the sender where that leaves no domain. Borrowed. */
const char *list_headers_domain(const SenderConfig *sender,
                                const ListConfig *list);

#endif
