/*
 * lines.h - a text in lines that remember where they come from.
 *
 * Markdown is rewritten in steps before it is parsed (notes, tables, short
 * codes). Each step reads one Lines and builds another, and each line keeps
 * its number in the post's file.
 */
#ifndef DOCUMENT_LINES_H
#define DOCUMENT_LINES_H

#include <stddef.h>

#include <glib.h>

typedef struct Line {
    size_t start;
    size_t length; /* without LF */
    int number;
} Line;

typedef struct Lines {
    GString *text; /* every line ends in LF */
    GArray *list;  /* of Line */
} Lines;

Lines *lines_new(void);
Lines *lines_split(const char *text, size_t length, int first_number);
void lines_free(Lines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lines, lines_free)

void lines_add(Lines *lines, const char *text, size_t length, int number);

int lines_count(const Lines *lines);
/* Where line `index`, counted from 0, begins; its length in `length`. It
 * ends in LF, not in NUL. */
const char *lines_at(const Lines *lines, int index, size_t *length);
/* Its number in the file; beyond the end that of the last line. */
int lines_number(const Lines *lines, int index);

/* --- what the Markdown parser makes of the lines --- */

typedef enum {
    BLOCK_OPAQUE,    /* code, HTML */
    BLOCK_PARAGRAPH, /* also a heading underlined with --- or === */
} BlockKind;

typedef struct Block {
    BlockKind kind;
    int first; /* line index */
    int last;
    int column; /* bytes before the content of the first line */
    int quotes; /* block quotes around it */
} Block;

/* One flag for each line: is it code or HTML? */
gboolean *lines_mark_opaque(const Lines *lines, const GArray *blocks);

/* --- tokens ---
 *
 * What a step lifts out is replaced by a token that the Markdown parser takes
 * for punctuation: mark, letter, decimal, mark. The mark stands nowhere in
 * the post. */

/* A mark for this text; NULL when it holds all of them. */
char *token_choose_mark(const char *text);
void token_append(GString *out, const char *mark, char letter, size_t index);
/* The length of a token at `text`, or 0. */
size_t token_match(const char *text, const char *mark, char *letter,
                   size_t *index);

#endif
