/*
 * list_csv.h - lists as text: columns between commas, semicolons or tabs, or
 * one address a line.
 *
 * What stands before the header row is passed over, up to CSV_PREAMBLE_MAX
 * rows, as are empty rows and lines that begin with `#`. The header row is
 * the first one with a column of addresses; the sign that occurs most in it,
 * of `,` `;` TAB, divides the columns. A file whose first row is an address
 * has no header row: each line is then `address`, `Name <address>` or
 * `address name`.
 *
 * Private to the module.
 */
#ifndef LIST_LIST_CSV_H
#define LIST_LIST_CSV_H

#include "list/reader.h"

#define CSV_PREAMBLE_MAX 20

extern const ReaderType list_csv;

#endif
