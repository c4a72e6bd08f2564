/*
 * expression.h - a name and its filters, as they stand between {{ and }}.
 *
 *     name | default: "there" | upper
 *
 * A name is made of letters and digits of any script, `_`, `-`, `.` and
 * single blanks between words (columns of a list are named as people name
 * them). `.` alone is the item of the innermost list. Arguments stand in
 * straight quotes, with \" and \\ inside, or are whole numbers; `x("y")` is
 * the same as `x: "y"`.
 */
#ifndef LETTER_EXPRESSION_H
#define LETTER_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "letter/filter.h"

#define EXPRESSION_NAME_MAX 200 /* bytes */
#define EXPRESSION_FILTERS_MAX 10

/* place.file is interned and lives for ever. */
typedef struct Expression {
    char *name;
    GArray *filters; /* of Filter; NULL when there are none */
    Place place;
} Expression;

/* `place` is where the tag begins; all errors carry it. */
bool expression_parse(const char *text, size_t length, Place place,
                      Expression *expression, GError **error);
void expression_copy(Expression *to, const Expression *from);
void expression_clear(Expression *expression);

/* Only a name: for conditions and lists. */
char *expression_parse_name(const char *text, size_t length, Place place,
                            GError **error);

unsigned expression_filter_count(const Expression *expression);
const Filter *expression_filter(const Expression *expression, unsigned index);
bool expression_has(const Expression *expression, FilterKind kind);

/* Where `close` begins in `text`, quoted arguments left out. NULL: nowhere. */
const char *expression_find_close(const char *text, size_t length,
                                  const char *close);

#endif
