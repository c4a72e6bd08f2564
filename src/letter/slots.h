/*
 * slots.h - what the gaps of a letter stand for.
 *
 * Each gap (node.h) carries an index into this table: a recipient's field,
 * an edge of a section that depends on one, or a mark for the compiler.
 */
#ifndef LETTER_SLOTS_H
#define LETTER_SLOTS_H

#include <stdbool.h>

#include "document/node.h"
#include "letter/expression.h"

#define SLOTS_MAX 20000

typedef enum {
    SLOT_FIELD,
    SLOT_IF,     /* what follows is for those whose field is not empty */
    SLOT_UNLESS, /* the opposite */
    SLOT_ELSE,
    SLOT_END,
    SLOT_CONTENT, /* the post itself comes here */
    SLOT_RULE,    /* the rest of the line is underlined */
    SLOT_BROKEN,  /* looks like a field, but is none: see `problem` */
} SlotKind;

typedef struct Slot {
    SlotKind kind;
    Expression expression; /* SLOT_FIELD, SLOT_IF, SLOT_UNLESS */
    Place place;
    bool conditional; /* stands in a section that depends on a field */
    bool block;       /* an edge that has its own lines in a text template */
    char rule;        /* SLOT_RULE */
    char *source;     /* of a post: what the author wrote */
    char *problem;    /* SLOT_BROKEN: the sentence */
    int field;        /* index into the letter's fields; set at the end */
} Slot;

typedef struct Slots {
    char prefix[GAP_PREFIX_LENGTH + 1];
    GArray *table; /* of Slot */
} Slots;

/* `texts` are those in which the prefix may not occur, NULL-terminated. */
Slots *slots_new(const char *const *texts);
void slots_free(Slots *slots);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Slots, slots_free)

/* Takes over what `slot` points to. The index of the new slot, or -1 and an
 * ERROR_INPUT when there are too many. */
int slots_add(Slots *slots, Slot *slot, GError **error);
/* Frees what a slot that was never added points to. */
void slots_clear_slot(Slot *slot);
Slot *slots_at(const Slots *slots, int index);

/* The slot of the gap that begins at `text`, and the gap's length; NULL when
 * none begins there. */
Slot *slots_match(const Slots *slots, const char *text, size_t *length,
                  GapPlace *place, int *index);

/* Where the first gap in `text` begins, or NULL. */
const char *slots_find(const Slots *slots, const char *text);

#endif
