/*
 * source.h - the author's file as text: UTF-8, LF, nothing that cannot be
 * printed.
 *
 *     bytes ──source_clean()──> text with the same lines
 *
 * Private to the module.
 */
#ifndef POST_SOURCE_H
#define POST_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "base/finding.h"

/* At most POST_BYTES_MAX from a file, or from standard input for "-".
 * ERROR_MISSING, ERROR_PERMISSION, ERROR_SYSTEM or ERROR_INPUT. */
bool source_read(const char *path, GString *bytes, GError **error);

/* Takes off a BOM, turns CRLF and CR into LF and drops other control
 * characters but tabs, with one warning for all of them. A NUL and what is
 * not UTF-8 are errors with line, column and the way out. */
bool source_clean(GString *bytes, const char *file, Findings *findings,
                  GError **error);

/* A line without its end; `next` is where the following one begins. */
typedef struct SourceLine {
    const char *start;
    size_t length;
    const char *next;
    int number; /* from 1 */
} SourceLine;

/* The first line of a text, and each line's follower. False at the end. */
bool source_first_line(const char *text, const char *end, SourceLine *line);
bool source_next_line(SourceLine *line, const char *end);

#endif
