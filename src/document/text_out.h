/*
 * text_out.h - the lines of a text part while they are being written: what
 * stands before each, and what stands between blocks.
 *
 * Every line begins with the prefix of the quotes and items it is in; the
 * first line of an item begins with its bullet instead. The blank lines
 * between two blocks are only announced: they are written when the next line
 * comes, so that blocks which say nothing leave no trace. Some of them depend
 * on what follows (is the list tight?): those become pieces of their own,
 * which their list keeps or empties when it ends.
 */
#ifndef DOCUMENT_TEXT_OUT_H
#define DOCUMENT_TEXT_OUT_H

#include <stdbool.h>

#include <glib.h>

/* Quotes and items stop moving to the right when less room than this is
 * left. */
#define TEXT_ROOM_MIN 20

typedef struct TextOut {
    GPtrArray *pieces; /* of TextPiece, owned */
    GString *lines;    /* ready lines after the last piece */
    GString *prefix;   /* of every line */
    GString *first;    /* of the next line only, when has_first */
    bool has_first;
    int width;
    const char *gap_prefix;
    int line_count;  /* without blank lines between blocks */
    int blank_lines; /* announced */
    GString *blank_prefix;
    GPtrArray *blank_owner; /* where to note the piece; NULL: ready lines */
} TextOut;

void text_out_init(TextOut *out, int width, const char *gap_prefix);
/* The pieces, neighbours of ready lines joined; `out` is cleared. */
GPtrArray *text_out_finish(TextOut *out);

/* Columns that the prefix leaves. */
int text_out_room(const TextOut *out);

typedef struct TextIndent {
    char *prefix;
    char *first; /* NULL: none was waiting */
    int line_count;
} TextIndent;

/* Lines from here on begin with `rest`, the first of them with `first`. Both
 * end in a blank; a quote's "> " joins the one before it. Give the result to
 * text_out_pop(); what said nothing takes its bullet with it. */
TextIndent text_out_push(TextOut *out, const char *first, const char *rest);
TextIndent text_out_push_quote(TextOut *out);
void text_out_pop(TextOut *out, TextIndent saved);

/* Announces blank lines; the last call before a line counts. With `owner`
 * they become a piece of their own, which is noted there. */
void text_out_separate(TextOut *out, int blank_lines, GPtrArray *owner);

/* Does the text hold a gap? Then its width is not known. */
bool text_out_has_gap(const TextOut *out, const char *text);

/* Inline text, filled; `hang` is an indent of all lines but the first. With
 * gaps in it it becomes a piece of its own. */
void text_out_paragraph(TextOut *out, const char *text, const char *hang);
/* One line as it is. */
void text_out_line(TextOut *out, const char *text, size_t length);

#endif
