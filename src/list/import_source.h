/*
 * import_source.h - which system an export comes from, and how it is read.
 *
 *     path ──import_source_find()──> ImportSource, …
 *
 * Told from the content: JSON, Sympa's dump, a table by the names of its
 * columns, else lines with an address each. An mlmmj list is a folder, and so
 * several sources. What the user says of the system decides what columns
 * mean, never how the file is taken apart.
 *
 * A file is text in UTF-8 as a whole, or is refused as a whole, with the
 * place of the first byte that is not. Private to the module.
 */
#ifndef LIST_IMPORT_SOURCE_H
#define LIST_IMPORT_SOURCE_H

#include "list/import_system.h"
#include "list/reader.h"

typedef struct ImportSource {
    char *path;
    const ImportSystem *system;
    char *why; /* how the system was told; NULL: said of an earlier one */
    const ReaderType *type;
    Standing everybody; /* what is known of all in it */
} ImportSource;

void import_source_free(ImportSource *source);

/* Appends to `sources` (of ImportSource). `from` is what the user says, or
 * NULL. Errors as list_open(). */
bool import_source_find(const char *path, const ImportSystem *from,
                        GPtrArray *sources, GError **error);

Reader *import_source_open(const ImportSource *source, GError **error);

#endif
