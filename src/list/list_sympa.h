/*
 * list_sympa.h - the members of a Sympa list as Sympa dumps them: blocks of
 * `key value` lines, an empty line between two.
 *
 *     email ada@example.org
 *     gecos Ada Example
 *     reception mail
 *
 * A row is a block; its columns are its keys (record.h). What a file that has
 * lost its beginning or end holds is read as it is.
 *
 * Private to the module.
 */
#ifndef LIST_LIST_SYMPA_H
#define LIST_LIST_SYMPA_H

#include "list/reader.h"

extern const ReaderType list_sympa;

/* Whether these first bytes of a file look like it. */
bool list_sympa_is(const char *text);

#endif
