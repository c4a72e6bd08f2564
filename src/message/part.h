/*
 * part.h - the MIME tree of one message (RFC 2045, 2046): private to message.
 *
 *     multipart/mixed
 *      ├── multipart/alternative
 *      │    ├── text/plain
 *      │    └── multipart/related
 *      │         ├── text/html
 *      │         └── image/png
 *      └── application/pdf
 *
 * A leaf has a text or is ready, a multipart has children in the order in
 * which they are written: of alternatives the best is the last, of related
 * ones the root is the first (RFC 2387). All is borrowed; a tree may stand on
 * the stack.
 */
#ifndef MESSAGE_PART_H
#define MESSAGE_PART_H

#include <stddef.h>

#include "mail/stencil.h"

#define PART_DEPTH_MAX 4

typedef struct Part Part;

struct Part {
    const char *type;        /* "text/plain", "multipart/alternative" */
    const StencilText *text; /* NULL for a multipart */
    const GString *ready;    /* the whole part as enclosure.h wrote it */
    const Part *children;    /* `count` of them */
    size_t count;
};

/* Appends the part's fields from Content-Type on, the blank line and the
 * body. The boundaries are derived from `seed` (the Message-ID) and stand
 * nowhere in the texts. */
void part_append(GString *out, const Part *part, const char *seed);

#endif
