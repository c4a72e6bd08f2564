/*
 * wrap.h - filling lines by display width.
 *
 * Greedy, by grapheme cluster: combining marks 0 columns, East Asian wide and
 * emoji clusters 2. Words are never cut and hyphens are no break points; a
 * word wider than the line stands alone on it. Between wide characters a
 * line may break by UAX #14 (kinsoku). A continued line never begins with
 * something that reads as structure in plain text: `-`, `*`, `+`, `#`, `|`,
 * `=`, `>`, `12.`, `3)`, `--`, `—`, `From`; such a word stays with the one
 * before it.
 */
#ifndef DOCUMENT_WRAP_H
#define DOCUMENT_WRAP_H

#include <stddef.h>

#include <glib.h>

/* In inline text: a blank where no line may end. It comes out as a blank. The
 * unbreakable blanks of Unicode give way where a line would be too wide. */
#define WRAP_GLUE "\x1c"
/* In inline text, around an address: no line ends between two of these, not
 * even between wide characters. They do not come out. */
#define WRAP_WHOLE "\x1d"
/* In inline text: the line ends here. */
#define WRAP_BREAK "\n"

typedef struct WrapStyle {
    const char *first_prefix; /* before the first line */
    const char *rest_prefix;  /* before the others; blanks at its end are
                                 left out on empty lines */
    int width;                /* columns, prefixes included */
} WrapStyle;

/* Appends `text` as lines, each with LF. Runs of blanks become one, of empty
 * lines too; soft hyphens, controls and bidi overrides are left out. A line
 * that would be `--` begins with a blank. Empty text gives nothing. */
void wrap_append(GString *out, const char *text, size_t length,
                 const WrapStyle *style);

/* Columns that `length` bytes of UTF-8 take on a terminal. */
int wrap_width(const char *text, size_t length);

/* Columns of the widest piece of `text` that wrap_append() would not break. */
int wrap_widest_word(const char *text, size_t length);

#endif
