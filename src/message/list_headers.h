/*
 * list_headers.h - the fields that say which list a mail belongs to and how
 * one leaves it (RFC 2369, 2919, 5064): private to message.
 *
 * They are the same for every recipient and are written once, but for personal
 * ways to leave. All values are checked here; an error is ERROR_CONFIG and
 * names the setting.
 */
#ifndef MESSAGE_LIST_HEADERS_H
#define MESSAGE_LIST_HEADERS_H

#include "config/config.h"
#include "letter/ways.h"

typedef struct ListHeaders {
    const SenderConfig *sender;
    const ListConfig *list;
    const char *campaign;
    const char *archived_at; /* NULL when the post has no address */
    bool personal;           /* each recipient's ways to leave are his own */
} ListHeaders;

/* List-Id; and List-Unsubscribe, when all leave in the same way. */
bool list_headers_begin(GString *out, const ListHeaders *source,
                        GError **error);
/* List-Unsubscribe and List-Unsubscribe-Post of one recipient, neither where
 * there is no way. */
void list_headers_append_ways(GString *out, const OwnWays *ways,
                              bool one_click);
/* List-Help to Feedback-ID. */
bool list_headers_finish(GString *out, const ListHeaders *source,
                         GError **error);

/* The list's domain, for identifiers: the id without its first label, or the
 * domain of the sender where that leaves no domain. Borrowed. */
const char *list_headers_domain(const SenderConfig *sender,
                                const ListConfig *list);

#endif
