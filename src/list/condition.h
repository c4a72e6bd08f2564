/*
 * condition.h - a question about one subscriber's fields.
 *
 *     city = Berlin and not (lang = de or tags has speaker)
 *     text ──condition_parse()──> Condition ──condition_holds()
 *
 * Tests are joined by `and`, `or` and `not`, in this order of strength, and by
 * parentheses:
 *
 *     field = value    the very value;  != is its contrary
 *     field < value    also <= > >=: numbers as numbers, ISO dates by the day
 *                      (or month, or year) that is named, all else as bytes;
 *                      an empty field is neither less nor more
 *     field ~ /re/i    a regular expression (PCRE2) finds something;  !~
 *     field contains x a part of it, in whatever case
 *     field has x      one of the values between `,` or `;`, in whatever case
 *
 * A name or a value may be several words; in quotes, '…' or "…", it may hold
 * anything, the quote itself written twice. Words of the language count in
 * whatever case. A field that the subscriber's list does not have passes no
 * test, and so every contrary.
 *
 * Private to the module; a Condition is immutable, any thread.
 */
#ifndef LIST_CONDITION_H
#define LIST_CONDITION_H

#include "list/columns.h"
#include "list/list.h"

#define CONDITION_DEPTH_MAX 50
#define CONDITION_BYTES_MAX 10000

typedef struct Condition Condition;

/* ERROR_USAGE with the character at which the text cannot go on, and for an
 * unknown field with the nearest of `columns`. `label` is the option. */
Condition *condition_parse(const char *text, const char *label,
                           const char *const *columns, GError **error);
/* The one test `field = value`, which may hold anything. */
Condition *condition_equals(const char *field, const char *value);
void condition_free(Condition *condition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Condition, condition_free)

/* Whether it is more than one test. */
bool condition_is_joined(const Condition *condition);

/* Case, blanks, `_` and `-` do not count. */
bool condition_knows_field(const char *field, const char *const *columns);

/* Sets the entry of each column that is asked about. */
void condition_mark(const Condition *condition, const Columns *columns,
                    bool *used);

/* ERROR_INPUT when a regular expression takes too long. */
bool condition_holds(const Condition *condition, const Subscriber *subscriber,
                     bool *holds, GError **error);

#endif
