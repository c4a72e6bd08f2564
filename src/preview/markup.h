/*
 * markup.h - outside text as HTML of the preview page: private to preview.
 *
 * Each function is for one place and appends. What is appended can end
 * neither the text nor the quoted attribute it stands in.
 */
#ifndef PREVIEW_MARKUP_H
#define PREVIEW_MARKUP_H

#include <stdint.h>

#include <glib.h>

/* A text or a quoted attribute of one line. Control characters and bidi
 * overrides are dropped; what is not UTF-8 is shown as \xNN. NULL is "". */
void markup_text(GString *out, const char *text);

/* The contents of <pre>: the same, but line feeds stay. */
void markup_lines(GString *out, const char *text, size_t length);

/* A whole document as the value of srcdoc="…": every byte stays, but NUL. */
void markup_document(GString *out, const char *html, size_t length);

/* "1,204" */
void markup_count(GString *out, int64_t count);

/* `one` or `many`: "1 link", "32 links". */
void markup_counted(GString *out, size_t count, const char *one,
                    const char *many);

#endif
