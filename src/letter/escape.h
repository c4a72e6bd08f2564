/*
 * escape.h - a value made safe for the place it stands in.
 *
 * All of them drop control characters and the characters that turn the
 * direction of a text around (U+202A to U+202E, U+2066 to U+2069), and make
 * a blank of line breaks and tabs. They append; nothing appended can end the
 * surrounding text, attribute or address.
 */
#ifndef LETTER_ESCAPE_H
#define LETTER_ESCAPE_H

#include <stdbool.h>

#include <glib.h>

void escape_text(GString *out, const char *value);
/* The same, but line feeds stay: for values of the author's own. */
void escape_lines(GString *out, const char *value);
/* Text and quoted attributes of HTML: & < > " ' too. */
void escape_html(GString *out, const char *value);
/* A part of an address: everything but unreserved characters (RFC 3986 2.3)
 * is percent-encoded. */
void escape_url_part(GString *out, const char *value);
/* A whole address: false, with nothing appended, unless it begins with
 * https://, http:// or mailto: and holds no control character. Characters
 * that no address has are percent-encoded; with `html` also & and '. */
bool escape_url_whole(GString *out, const char *value, bool html);

#endif
