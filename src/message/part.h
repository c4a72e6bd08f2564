/*
 * part.h - the MIME tree of one message (RFC 2045, 2046): private to message.
 *
 *     multipart/alternative ── text/plain
 *                          └── text/html
 *
 * A leaf has a text, a multipart has children in the order in which they are
 * written: of alternatives the best is the last. All is borrowed; a tree may
 * stand on the stack.
 */
#ifndef MESSAGE_PART_H
#define MESSAGE_PART_H

#include <stddef.h>

#include <glib.h>

#define PART_DEPTH_MAX 4

typedef struct Part Part;

struct Part {
    const char *type; /* "text/plain", "multipart/alternative" */
    const char *text; /* UTF-8, LF; NULL for a multipart */
    size_t length;
    const Part *children; /* `count` of them */
    size_t count;
};

/* Appends the part's fields from Content-Type on, the blank line and the
 * body. The boundaries are derived from `seed` (the Message-ID) and stand
 * nowhere in the texts. */
void part_append(GString *out, const Part *part, const char *seed);

#endif
