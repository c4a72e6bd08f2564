/*
 * only.h - `field=value` conditions that choose among subscribers.
 *
 * A value is compared as a whole, as it stands in the list after cleaning,
 * so with regard to case. The files that have no such field have nobody to
 * choose.
 *
 * Private to the module.
 */
#ifndef LIST_ONLY_H
#define LIST_ONLY_H

#include "list/list.h"

typedef struct Only Only;

/* `conditions` may be NULL; `columns` are all names that the lists have.
 * ERROR_USAGE for an unknown field, with the nearest known one. */
Only *only_new(const char *const *conditions, const char *const *columns,
               GError **error);
void only_free(Only *only);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Only, only_free)

bool only_holds(const Only *only, const Subscriber *subscriber);

#endif
