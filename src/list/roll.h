/*
 * roll.h - a whole list file in hand, to be changed and written back.
 *
 *     file ──roll_open()──> Roll ──add, set, remove, format──> roll_write()
 *
 * For the commands that change a list; a send reads rows one by one (list.h).
 * The file is locked while a roll is open for changes, and is replaced whole
 * (base/replace.h), so two commands at once both take effect and one that is
 * killed changes nothing.
 *
 * What is not touched stays byte for byte: a change is a change of its lines
 * and a small diff. Comments (`#`) stand above a row and go where it goes. A
 * new row goes to its place when the rows are sorted by address, else to the
 * end. A new column of a CSV file is one more cell in each row, so then every
 * row is written anew.
 *
 * The canonical form, which roll_format() makes of any list:
 *
 *   CSV   UTF-8 without byte order mark, LF, `,`; quotes (RFC 4180) only
 *         where a cell needs them; each row as wide as the header row
 *   YAML  an item a row; its keys in the order of their first occurrence;
 *         nothing for empty values; a list in one line; quotes only where
 *         YAML needs them, or where they kept a number or a word a text
 *   both  values as a send reads them (blanks around them gone, NFC); rows
 *         by Address.key, equal ones in the order they had, so that the same
 *         row counts; comments kept, empty lines not
 *
 * Rows are numbered from 0 in the order of the file, new ones behind them; a
 * removed row keeps its number. Memory: the file, and about 100 bytes and 16
 * a cell for each row. Belongs to one thread.
 */
#ifndef LIST_ROLL_H
#define LIST_ROLL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

typedef struct Roll Roll;

typedef enum {
    ROLL_READ,
    ROLL_CHANGE, /* locked */
    ROLL_MAKE,   /* locked; an empty list where there is no file */
} RollMode;

#define ROLL_NONE ((size_t)-1)

/* Errors as list_open(). A row that cannot be read is no error: it stays as
 * it is and has neither key nor values. */
Roll *roll_open(const char *path, RollMode mode, GError **error);
void roll_close(Roll *roll);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Roll, roll_close)

/* How many rows there are, removed ones with them. */
size_t roll_count(const Roll *roll);
/* In the file as it was read; 0 of a new row. */
int roll_line(const Roll *roll, size_t row);
bool roll_is_removed(const Roll *roll, size_t row);
/* Address.key; NULL when the row has no right address. */
const char *roll_key(const Roll *roll, size_t row);
/* Why the row cannot be read, else NULL. */
const char *roll_fault(const Roll *roll, size_t row);

/* The first row of this Address.key that is not removed, at `from` or behind
 * it; ROLL_NONE. */
size_t roll_find(const Roll *roll, const char *key, size_t from);

/* The columns' names as written, NULL-terminated; until the next one is
 * added. "email" is the first one that means the address. */
const char *const *roll_columns(const Roll *roll);

/* As a send reads it: "" when empty, NULL when the list has no such column.
 * The column is found as subscriber_field() finds it. */
const char *roll_value(const Roll *roll, size_t row, const char *column);

/* Whether the row, or the file's name, says that the person left. */
bool roll_has_left(const Roll *roll, size_t row);
/* Empties the columns that say so; false when the file's name does. */
bool roll_take_back(Roll *roll, size_t row);

/* A row with this address, which may be `Name <address>`, and nothing else.
 * Its number. */
size_t roll_add(Roll *roll, const char *address);
/* Adds the column when there is none. The value is UTF-8 without controls. */
void roll_set(Roll *roll, size_t row, const char *column, const char *value);
/* Comments above it stay, but for those in which its address stands. */
void roll_remove(Roll *roll, size_t row);

/* ERROR_INPUT with the place of a row that cannot be read. */
bool roll_format(Roll *roll, GError **error);

/* The bytes that roll_write() would write. */
char *roll_text(const Roll *roll, size_t *length);
/* Whether they are others than the file's. */
bool roll_is_changed(const Roll *roll);
/* Once; nothing when nothing changed. ERROR_INPUT for a CSV with new or
 * changed rows beside one that cannot be read, which must be mended first. */
bool roll_write(Roll *roll, GError **error);

#endif
