/*
 * export.h - subscribers as a text that other programs read.
 *
 *     list_next() ──> export_append() ──> CSV, YAML, JSON, or lines
 *
 * The columns are those of all the lists, in their order; names that differ
 * in case, blanks and signs only are one column. The address is `email`.
 *
 * Belongs to one thread.
 */
#ifndef LIST_EXPORT_H
#define LIST_EXPORT_H

#include "list/list.h"

typedef enum {
    EXPORT_CSV,       /* a header row, a row a person (RFC 4180, LF) */
    EXPORT_YAML,      /* an item a person, without what is empty */
    EXPORT_JSON,      /* an object a line, likewise */
    EXPORT_MAILMAN,   /* `Name <address>` a line */
    EXPORT_ADDRESSES, /* an address a line */
} ExportFormat;

/* "csv", …; ERROR_USAGE with all of them. */
bool export_format(const char *name, ExportFormat *format, GError **error);

typedef struct Export Export;

/* Reads the columns of these lists. With `guards`, cells of a CSV that a
 * spreadsheet would run as a formula (they begin with = + - @, a tab or a
 * carriage return) get an apostrophe before them. */
Export *export_open(ExportFormat format, const char *const *paths, bool guards,
                    GError **error);
void export_close(Export *export);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Export, export_close)

/* What comes before the first person. */
void export_begin(Export *export, GString *out);
void export_append(Export *export, const Subscriber *subscriber, GString *out);

/* How many values so far a spreadsheet would run. */
int64_t export_formulas(const Export *export);

#endif
