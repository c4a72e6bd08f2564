/*
 * tidy.h - one plain line out of what authors write for a title or a name.
 *
 * Titles in the wild hold line breaks, HTML entities and a few tags. They end
 * in a header field and in two parts of a mail, so they become one line of
 * UTF-8 (NFC) without markup. What only looks like markup stays: `opam
 * install <dir>`.
 *
 * Private to the module.
 */
#ifndef POST_TIDY_H
#define POST_TIDY_H

#include <stddef.h>

/* Blanks and control characters collapsed to one blank, none at the ends;
 * inline tags (<i>, <strike>, a stray </a>) off; entities decoded once. */
char *tidy_line(const char *text);

/* tidy_line() of a person's name: the address off `Ada <ada@example.org>`,
 * the target off a Markdown link. */
char *tidy_name(const char *text);

/* The code point of the entity at `text`, which begins with '&', and its
 * length in bytes with the semicolon; 0 when it is none. HTML 4.01's names
 * and any number. */
unsigned tidy_entity(const char *text, size_t *length);

#endif
