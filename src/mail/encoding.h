/*
 * encoding.h - the content-transfer-encodings of RFC 2045 for text parts.
 *
 * Input is UTF-8 with LF line ends; output is CRLF, ASCII, and no line over
 * 76 columns unless it is 7bit (78). A last line without LF gets one, and so
 * does an empty text. Anything that is not UTF-8 or is a control character
 * survives, encoded. Never 8bit: a relay that converts it
 * would break a DKIM signature (RFC 6376 5.3).
 */
#ifndef MAIL_ENCODING_H
#define MAIL_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

typedef enum { ENCODING_7BIT, ENCODING_QUOTED, ENCODING_BASE64 } Encoding;

/* 7bit when the text is ASCII, all lines are at most 78 columns, none begins
 * `From `, none is a lone `.`, none ends in a blank (but `-- `); else the
 * shorter of quoted-printable and base64, quoted-printable on a tie. */
Encoding encoding_choose(const char *text, size_t length);

/* "7bit", "quoted-printable", "base64" */
const char *encoding_name(Encoding encoding);

/* Appends the text in this encoding; the result ends in CRLF. `From ` and a
 * `.` at a line start are encoded in quoted-printable, soft breaks never
 * divide a character. */
void encoding_append(GString *out, Encoding encoding, const char *text,
                     size_t length);

/* base64 of any bytes in lines of 76. */
void encoding_append_base64(GString *out, const void *bytes, size_t length);

#endif
