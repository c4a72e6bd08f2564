/*
 * cell.h - a cell's bytes to a clean value.
 *
 * A value is UTF-8 in NFC without blanks around it, at most LIST_VALUE_MAX
 * characters, and has no control characters: blanks with a line break or a
 * tab among them become one blank, every other control is a fault. Nothing is
 * cut off or left out silently.
 *
 * Private to the module.
 */
#ifndef LIST_CELL_H
#define LIST_CELL_H

#include "list/reader.h"

/* The value, in the cell's own memory or in a new text that is added to
 * `owned` (which frees with g_free); NULL with `fault` set. `file` is for the
 * advice how to convert it. */
const char *cell_clean(Cell *cell, const char *file, GPtrArray *owned,
                       Fault *fault);

/* Whether there is nothing but blanks in it, or no such cell at all. */
bool cell_is_empty(const Cell *cell);

/* As cell_clean(), without the limit on characters that a value has; for the
 * names in a header row. */
bool cell_is_text(const Cell *cell, const char *file, Fault *fault);

#endif
