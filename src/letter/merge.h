/*
 * merge.h - a program run for one recipient.
 *
 * Copies, escapes and wraps; looks nothing up but fields and parses nothing.
 */
#ifndef LETTER_MERGE_H
#define LETTER_MERGE_H

#include "letter/program.h"
#include "letter/ways.h"
#include "list/list.h"

#define MERGE_FIELDS_MAX 200
/* Behind the recipient's fields stand those of ways.h. */
#define MERGE_VALUES (MERGE_FIELDS_MAX + WAYS_FIELDS)

typedef struct MergeInput {
    const Slots *slots;
    const char *const *values;    /* MERGE_VALUES, by Slot.field; NULL is
                                     empty */
    bool isolate;                 /* values stand between U+2068 and U+2069 */
    const Subscriber *subscriber; /* for errors; may be NULL */
    const Words *words;           /* for dates; NULL: English */
    const char *ascii_lang;       /* in a text part, see ascii.h; NULL */
} MergeInput;

/* Appends to `out`. `scratch` is used and left in any state. On an error
 * (ERROR_INPUT, at the field's place) `out` holds a part. */
bool merge_run(const Program *program, const MergeInput *input, GString *out,
               GString *scratch, GError **error);

/* The same into an empty fill, where the program's sheets are not copied but
 * named. */
bool merge_fill(const Program *program, const MergeInput *input,
                StencilFill *fill, GString *scratch, GError **error);

#endif
