/*
 * text_inline.h - a run of inline nodes as inline text for wrap_append().
 *
 * Marks emphasis and code, numbers the links, describes the images. Numbers
 * are given in the order of rendering, so every run is rendered once and in
 * reading order.
 */
#ifndef DOCUMENT_TEXT_INLINE_H
#define DOCUMENT_TEXT_INLINE_H

#include "document/text_writer.h"

typedef enum {
    INLINE_BODY,
    INLINE_HEADING, /* no marks but around code with blanks */
    INLINE_PLAIN,   /* words only: no marks, no numbers, no images */
} InlineMode;

/* Appends the siblings from `first` up to `stop` (NULL: all). Nothing is
 * appended when they say nothing. */
void text_inline(TextWriter *writer, const Node *first, const Node *stop,
                 InlineMode mode, GString *out);

/* Nothing below it, nor itself, is for a reader. */
bool text_is_hidden(const Node *node);

#endif
