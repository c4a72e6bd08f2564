/*
 * declarations.h - an author's style attribute, reduced to what is safe in a
 * mail and known to work.
 *
 * Kept are colours, fonts, text, margins, paddings, borders and sizes; never
 * a value that could load or run something or hide its meaning: url(),
 * expression(), escapes, at-signs, comments, braces.
 */
#ifndef DOCUMENT_DECLARATIONS_H
#define DOCUMENT_DECLARATIONS_H

#include <stdbool.h>

#include <glib.h>

/* The declarations that may stay, as `name: value; name: value`; NULL when
 * none may. The names of the others are added to `removed` as new strings. */
char *declarations_filter(const char *style, GPtrArray *removed);

/* Does the attribute say display: none or visibility: hidden? */
bool declarations_hide(const char *style);

#endif
