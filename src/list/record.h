/*
 * record.h - a row of a format that names each value, in every row anew.
 *
 *     record_start() ── record_add() … ── record_give() ──> Row, Columns
 *
 * Such rows differ in what they hold, so a reader's columns are those of the
 * row read last; they stay the same object while the names are the same, as
 * they mostly are. At most LIST_COLUMNS_MAX values.
 *
 * Private to the module.
 */
#ifndef LIST_RECORD_H
#define LIST_RECORD_H

#include "list/reader.h"

typedef struct Record Record;

/* `path` is borrowed. */
Record *record_new(const char *path);
void record_free(Record *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Record, record_free)

void record_start(Record *record, int line, int column);
/* Where the values added next stand. */
void record_place(Record *record, int line, int column);
/* Both are copied. */
void record_add(Record *record, const char *name, const char *value);
/* The columns go to `reader`, the cells stay with the record. */
void record_give(Record *record, Reader *reader, Row *row);

#endif
