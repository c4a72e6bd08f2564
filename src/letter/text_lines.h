/*
 * text_lines.h - the lines of a text template, fitted to the width.
 *
 * A line that fits stays as it is; a wider one is wrapped under its own
 * indent. Blanks at a line's end go, but for the mark of a signature, `-- `.
 */
#ifndef LETTER_TEXT_LINES_H
#define LETTER_TEXT_LINES_H

#include <stddef.h>

#include <glib.h>

void text_lines_append(GString *out, const char *text, size_t length,
                       int width);

/* One text, wrapped, and a rule below as wide as its widest line. */
void text_lines_append_ruled(GString *out, const char *text, size_t length,
                             char rule, int width);

#endif
