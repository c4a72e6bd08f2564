/*
 * ascii.h - text for readers of ASCII only.
 *
 * Quotes, dashes, ellipses, arrows and Latin letters get what people write
 * for them on a plain keyboard; `lang` decides over some letters (German ü
 * is ue). What has no such form stays: a reader of Japanese is not helped by
 * question marks.
 */
#ifndef DOCUMENT_ASCII_H
#define DOCUMENT_ASCII_H

#include <stddef.h>

#include <glib.h>

/* The kinds of blanks stay too: they decide where a line may end. Behind
 * `length` the text goes on, with a NUL at least. */
void ascii_append(GString *out, const char *text, size_t length,
                  const char *lang);

/* How many characters of the text are beyond ASCII, blanks that come out as
 * plain ones or not at all left out. The first of them goes to `first`, six
 * bytes with a NUL, when it is not NULL and empty. */
size_t ascii_count_others(const char *text, char *first);

#endif
