/*
 * compose.h - the way from a post to the programs of a letter.
 *
 *     body ── lift ── document ──┬─ text_write ── mail.txt ──> text
 *                                └─ shell of mail.html, theme ──> HTML
 */
#ifndef LETTER_COMPOSE_H
#define LETTER_COMPOSE_H

#include "letter/images.h"
#include "letter/program.h"
#include "letter/scope.h"

#define COMPOSE_PREHEADER_MAX 200 /* characters */

typedef struct Composition {
    Slots *slots;
    Program *subject;
    Program *text;
    Program *html;
    size_t link_count;
    Images *images;
} Composition;

/* What has been made is in `parts` and the caller's, even on failure. */
bool compose(const LetterSource *source, Findings *findings, Composition *parts,
             GError **error);

/* The post's language; "en" when it has none. */
const char *compose_lang(const Post *post);

#endif
