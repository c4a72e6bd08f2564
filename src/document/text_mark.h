/*
 * text_mark.h - marks around words: `*strong*`, `_emphasis_`, code.
 *
 * Blanks at the ends of the words stay outside of the marks, and so do the
 * reference of a link or a note at their end; each line of a text with hard
 * breaks gets its own pair.
 */
#ifndef DOCUMENT_TEXT_MARK_H
#define DOCUMENT_TEXT_MARK_H

#include <stddef.h>

#include <glib.h>

/* While a run is put together: a blank that held a line end of the source.
 * Between two characters of a script without blanks it vanishes. */
#define TEXT_LINE_END '\x1e'
/* U+00A0: a blank that gives way only where a line would be too wide. */
#define TEXT_NO_BREAK_SPACE "\xC2\xA0"

/* Appends `text` between two `mark`s, or as it is when it is blank. */
void text_mark(GString *out, const GString *text, const char *mark);

/* Where text[start..end) ends without the blanks at its end. */
size_t text_mark_trim(const char *text, size_t start, size_t end);

#endif
