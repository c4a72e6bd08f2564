/*
 * filter.h - what stands behind a bar in a template's tag.
 *
 *     {{ name | default: "friend" }}     {{ post.date | date: "%e %B %Y" }}
 *
 * Filters work on one text, from left to right. `join` belongs to lists and
 * `underline` to the lines of a text part; the evaluator takes these two,
 * here they leave a text as it is.
 */
#ifndef LETTER_FILTER_H
#define LETTER_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "letter/words.h"

#define FILTER_TRUNCATE_MAX 10000
#define FILTER_ARGUMENT_MAX 1000 /* bytes */

typedef enum {
    FILTER_DEFAULT, /* "x": when there is nothing */
    FILTER_UPPER,
    FILTER_LOWER,
    FILTER_DATE,      /* "%e %B %Y": see date_format() */
    FILTER_JOIN,      /* ", " */
    FILTER_URL,       /* percent-encoded as a part of an address */
    FILTER_TRUNCATE,  /* n characters, the last of them an ellipsis */
    FILTER_STRIP,     /* runs of blanks become one, none at the ends */
    FILTER_UNDERLINE, /* "=": a rule below, as wide as the text */
} FilterKind;

typedef struct Filter {
    FilterKind kind;
    char *text;     /* the argument, or NULL */
    int64_t number; /* FILTER_TRUNCATE */
} Filter;

/* What was written behind the bar, before it is known to make sense. */
typedef struct FilterCall {
    const char *name;
    const char *text; /* NULL: no quoted argument */
    bool has_number;
    int64_t number;
} FilterCall;

bool filter_make(const FilterCall *call, Place place, Filter *filter,
                 GError **error);
void filter_clear(Filter *filter);
const char *filter_name(FilterKind kind);

/* Changes `text` in place; dates are written with `words`. Only FILTER_DATE
 * can fail: on a text that is no date. */
bool filter_apply(const Filter *filter, const Words *words, Place place,
                  GString *text, GError **error);

#endif
