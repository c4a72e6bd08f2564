/*
 * stencil.h - a text that many get, in which a few lines differ: what does
 * not differ is encoded once.
 *
 *     sheets (whole lines)     ──stencil_new()──> Stencil
 *     Stencil, one's own lines ──stencil_append()──> the text, encoded
 *
 * All encodings work line by line, or in base64 three bytes by three, so that
 * a sheet looks the same in every copy. The result is byte for byte what
 * encoding_choose() and encoding_append() make of the whole text; they are
 * the definition.
 *
 * A Stencil is constant and for any thread.
 */
#ifndef MAIL_STENCIL_H
#define MAIL_STENCIL_H

#include "mail/encoding.h"

/* Lines that are known in advance: begins at a line's start, ends in LF. */
typedef struct StencilSheet {
    const char *text;
    size_t length;
} StencilSheet;

/* Before byte `at` of the copy's own text, which is a line's start, stands
 * this sheet. */
typedef struct StencilPlace {
    size_t at;
    size_t sheet;
} StencilPlace;

/* One copy. */
typedef struct StencilFill {
    GString *own;   /* UTF-8, LF */
    GArray *places; /* of StencilPlace, in their order */
} StencilFill;

typedef struct Stencil Stencil;

/* Copies what it needs. */
Stencil *stencil_new(const StencilSheet *sheets, size_t count);
void stencil_free(Stencil *stencil);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stencil, stencil_free)

void stencil_fill_init(StencilFill *fill);
void stencil_fill_truncate(StencilFill *fill);
void stencil_fill_clear(StencilFill *fill);

/* A whole text. Without sheets it needs no stencil. */
typedef struct StencilText {
    const Stencil *stencil; /* NULL */
    const StencilFill *fill;
} StencilText;

/* In bytes, as UTF-8 with LF. */
size_t stencil_length(const StencilText *text);
Encoding stencil_choose(const StencilText *text);
void stencil_append(GString *out, Encoding encoding, const StencilText *text);
/* Does `word`, which begins with `=_` and holds no LF, stand in it? */
bool stencil_contains(const StencilText *text, const char *word);

#endif
