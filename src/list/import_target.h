/*
 * import_target.h - the list that people are imported into.
 *
 * A person who is on it keeps what stands there, and gets what does not.
 * Columns are those of the list, whatever it calls them, and new ones where
 * it has none. A list that has one column for the name gets it whole.
 *
 * Belongs to one thread. Private to the module.
 */
#ifndef LIST_IMPORT_TARGET_H
#define LIST_IMPORT_TARGET_H

#include "list/import.h"
#include "list/import_person.h"

typedef struct ImportTarget ImportTarget;

/* Made when there is no such list, but not for a `dry_run`, which writes
 * nothing. Errors as roll_open(). */
ImportTarget *import_target_open(const char *path, bool dry_run,
                                 GError **error);
void import_target_close(ImportTarget *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportTarget, import_target_close)

/* Whether a person with this Address.key is on it. */
bool import_target_has(const ImportTarget *target, const char *key);

/* The fate is IMPORT_ADDED, IMPORT_FILLED or IMPORT_KEPT. ERROR_INPUT when the
 * list would get more than LIST_COLUMNS_MAX columns. */
bool import_target_merge(ImportTarget *target, const ImportPerson *person,
                         ImportFate *fate, GError **error);

bool import_target_write(ImportTarget *target, GError **error);

#endif
