/*
 * columns.h - what the columns of one list file are called and what they
 * mean.
 *
 * Lists come out of many systems. Which column holds the address, which the
 * name, and which says that the person left, is found from the names alone;
 * the tables stand in columns.c. Names are compared without regard to case,
 * blanks, `_`, `-` and other signs, so `Email Address` is `email_address`.
 *
 * Immutable once made, shared by reference, any thread.
 *
 * Private to the module.
 */
#ifndef LIST_COLUMNS_H
#define LIST_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/finding.h"
#include "list/standing.h"

#define COLUMNS_NONE (-1)
#define COLUMNS_KEY_MAX 64 /* letters of a name that are compared */

typedef struct Columns Columns;

/* `names` are cells of the header row or keys, cleaned; those that occur
 * twice get a number behind them. `places` (may be NULL) has one entry a
 * name and is used for findings. */
Columns *columns_new(const char *file, char *const *names, size_t count,
                     const Place *places, Findings *findings);
Columns *columns_ref(Columns *columns);
void columns_unref(Columns *columns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Columns, columns_unref)

const char *columns_file(const Columns *columns);
size_t columns_count(const Columns *columns);
const char *columns_name(const Columns *columns, size_t index);
/* The name without the number that a second one of it got. */
const char *columns_written_name(const Columns *columns, size_t index);

/* The column that `name` means: the very name, then without regard to case,
 * then without blanks and signs. COLUMNS_NONE when there is none. */
int columns_find(const Columns *columns, const char *name);

/* COLUMNS_NONE when the file has none. */
int columns_email(const Columns *columns);
int columns_full_name(const Columns *columns);
int columns_first_name(const Columns *columns);
int columns_last_name(const Columns *columns);

/* What of a name or word is compared: its letters and digits, in lower case;
 * beyond ASCII all bytes stay. */
void columns_make_key(const char *name, char key[COLUMNS_KEY_MAX + 1]);

/* Whether a name is one that the column of addresses may have. */
bool columns_is_email(const char *name);

/* Whether the column may say that a person left. */
bool columns_is_status(const Columns *columns, size_t index);

/* What a value of this column says; of a column that may say nothing,
 * STANDING_SUBSCRIBED. The second one is for values that have a name but no
 * column. */
Standing columns_standing(const Columns *columns, size_t index,
                          const char *value);
Standing columns_standing_by_name(const char *name, const char *value);

/* Whether it is another one than STANDING_SUBSCRIBED. */
bool columns_says_left(const Columns *columns, size_t index, const char *value);

/* Whether the column tells people from lists, and a value of it means a
 * list. */
bool columns_is_kind(const Columns *columns, size_t index);
bool columns_has_kind(const Columns *columns);
bool columns_says_list(const char *value);

/* What the file's own name says of everybody in it, as in Mailchimp's
 * unsubscribed_members_export_….csv. */
Standing columns_everybody(const Columns *columns);
bool columns_all_left(const Columns *columns);

/* Whether the file can tell of anybody that they left. */
bool columns_may_tell_left(const Columns *columns);

#endif
