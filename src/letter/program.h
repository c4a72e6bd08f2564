/*
 * program.h - a part of a letter, compiled: what to copy, which field to put
 * where, what to leave out and what to wrap.
 *
 *     text with gaps ──program_append()──> Program ──merge_run()──> text
 *
 * A Program is constant once finished.
 */
#ifndef LETTER_PROGRAM_H
#define LETTER_PROGRAM_H

#include "letter/slots.h"
#include "mail/stencil.h"

typedef enum { PROGRAM_SUBJECT, PROGRAM_TEXT, PROGRAM_HTML } ProgramKind;

typedef enum {
    OP_LITERAL,    /* copy */
    OP_FIELD,      /* a value, escaped for its place */
    OP_NEED_SET,   /* go on at `target` when the field is empty */
    OP_NEED_EMPTY, /* go on at `target` when it is not */
    OP_JUMP,       /* go on at `target` */
    OP_FILL,       /* what follows goes to a scratch buffer … */
    OP_WRAP,       /* … which is now laid out as `layout` says */
} OpKind;

typedef struct Op {
    OpKind kind;
    GapPlace place;        /* OP_FIELD */
    int slot;              /* OP_FIELD, OP_NEED_… */
    int target;            /* an index of ops */
    int layout;            /* OP_WRAP */
    size_t offset, length; /* OP_LITERAL, in `literals` */
    int sheet;             /* OP_LITERAL: its whole lines; -1 */
} Op;

typedef enum {
    LAYOUT_PARAGRAPH, /* filled anew, with prefixes */
    LAYOUT_LINES,     /* text_lines_append() */
    LAYOUT_RULED,     /* text_lines_append_ruled() */
} LayoutKind;

typedef struct Layout {
    LayoutKind kind;
    char *first_prefix; /* LAYOUT_PARAGRAPH */
    char *rest_prefix;
    char rule; /* LAYOUT_RULED */
    int width;
} Layout;

typedef struct Program {
    ProgramKind kind;
    GString *literals;
    GArray *ops;     /* of Op */
    GArray *layouts; /* of Layout */
    GArray *sheets;  /* of StencilSheet: lines that nobody's fields touch */
    GArray *open;    /* while it is built: the sections not yet ended */
    guint barrier;   /* likewise: where the last section ended */
} Program;

Program *program_new(ProgramKind kind);
void program_free(Program *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Program, program_free)

/* Appends text in which gaps may stand. ERROR_INPUT for a broken field and
 * for one in a place that it cannot have. */
bool program_append(Program *program, const Slots *slots, const char *text,
                    size_t length, GError **error);
void program_append_literal(Program *program, const char *text, size_t length);
/* Appends text that is laid out each time; `layout` is copied. */
bool program_append_layout(Program *program, const Slots *slots,
                           const char *text, size_t length,
                           const Layout *layout, GError **error);

/* All sections have ended and no gap has got lost in a literal. */
bool program_finish(Program *program, const Slots *slots, GError **error);

/* Writes the text into `out` as the layout says. */
void layout_append(const Layout *layout, const char *text, size_t length,
                   GString *out);

/* Adds everything that decides what a reader gets. */
void program_digest(const Program *program, const Slots *slots,
                    GChecksum *checksum);

#endif
