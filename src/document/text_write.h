/*
 * text_write.h - the tree as a text part that is a pleasure to read.
 *
 * The result is a list of pieces. Most are ready lines. A paragraph in which
 * a gap stands is kept as its inline text with the style it is to be wrapped
 * in, so that it can be filled and wrapped for each recipient; gaps also
 * stand in ready lines where nothing has to be wrapped (addresses, code).
 * wrap_append() of every paragraph and the ready lines in order are the text.
 */
#ifndef DOCUMENT_TEXT_WRITE_H
#define DOCUMENT_TEXT_WRITE_H

#include "document/document.h"
#include "document/wrap.h"

typedef enum {
    TEXT_LINKS_END,     /* numbers, and a list at the end */
    TEXT_LINKS_INLINE,  /* the address behind the words */
    TEXT_LINKS_SECTION, /* numbers, and a list before the next heading */
    TEXT_LINKS_NONE,    /* only addresses that are words themselves */
} TextLinks;

typedef struct TextStyle {
    int width; /* 60 to 78 */
    TextLinks links;
    const char *ascii_lang; /* ASCII as this language writes it (ascii.h);
                               NULL: characters stay */
} TextStyle;

typedef struct TextPiece {
    char *text;         /* ready lines, each with LF; or inline text */
    char *first_prefix; /* NULL: ready lines */
    char *rest_prefix;
    int width;
} TextPiece;

/* Of TextPiece *, freed with g_ptr_array_unref(). Ends with exactly one LF;
 * empty when the tree says nothing. */
GPtrArray *text_write(const Document *document, const TextStyle *style);

/* The first sentence of the text, up to `limit` characters, for the preview
 * line of an inbox. Without gaps' values: "" when a gap stands in it. */
char *text_first_sentence(const Document *document, size_t limit);

#endif
