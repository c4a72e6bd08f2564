/*
 * only.h - who among the subscribers is chosen: --only and --except.
 *
 * All conditions of --only must hold, and none of --except. A condition is
 * what condition.h reads, or `field=value` without blanks around the sign,
 * where the value is all that follows. It is compared as it stands in the
 * list after cleaning, so with regard to case.
 *
 * Private to the module.
 */
#ifndef LIST_ONLY_H
#define LIST_ONLY_H

#include "list/columns.h"
#include "list/list.h"

typedef struct Only Only;

/* `only` and `except` may be NULL; `columns` are all names that the lists
 * have. ERROR_USAGE. */
Only *only_new(const char *const *only, const char *const *except,
               const char *const *columns, GError **error);
void only_free(Only *only);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Only, only_free)

/* Sets the entry of each column that decides: what cannot be read in it must
 * not choose somebody silently. */
void only_mark(const Only *only, const Columns *columns, bool *used);

/* Errors as condition_holds(). */
bool only_holds(const Only *only, const Subscriber *subscriber, bool *holds,
                GError **error);

#endif
