/*
 * encoded_word.h - text beyond ASCII in a header field (RFC 2047): private to
 * mail.
 *
 * A whole value is encoded or none of it: the blanks between two
 * encoded-words vanish when they are read, so every blank stands inside one.
 * Each word holds whole characters, and whole clusters where they fit (a
 * letter with its marks, a joined emoji, a flag).
 */
#ifndef MAIL_ENCODED_WORD_H
#define MAIL_ENCODED_WORD_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#define LINE_MAX_COLUMNS 78
#define LINE_MAX_ENCODED 76 /* a line with an encoded-word, RFC 2047 2 */

/* A field under way: its text and where its last line begins in it. */
typedef struct FieldLine {
    GString *out;
    size_t start;
} FieldLine;

size_t field_column(const FieldLine *line);
void field_fold(FieldLine *line); /* CRLF and the blank of the next line */

/* False for printable ASCII that reads the same when it is sent as it is. */
bool encoded_word_needed(const char *value);

/* Appends `value` (UTF-8) in NFC as encoded-words. */
void encoded_word_append(FieldLine *line, const char *value);

#endif
