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

/* What the choice needs to know, added up: a text may be measured in pieces
 * when each but the last ends in LF. Begins with is_7bit true, the rest 0. */
typedef struct EncodingMeasure {
    bool is_7bit;
    size_t crlf_length;            /* with CRLF for each line */
    size_t quoted_min, quoted_max; /* what quoted-printable makes of it */
} EncodingMeasure;

void encoding_measure(EncodingMeasure *measure, const char *text,
                      size_t length);
/* False when the bounds leave it open which one is shorter. */
bool encoding_decide(const EncodingMeasure *measure, Encoding *encoding);

/* How long `length` bytes get in base64. */
size_t encoding_base64_length(size_t length);

/* "7bit", "quoted-printable", "base64" */
const char *encoding_name(Encoding encoding);

/* Appends the text in this encoding; the result ends in CRLF. `From ` and a
 * `.` at a line start are encoded in quoted-printable, soft breaks never
 * divide a character. */
void encoding_append(GString *out, Encoding encoding, const char *text,
                     size_t length);

/* base64 of any bytes in lines of ENCODING_BASE64_COLUMNS. */
#define ENCODING_BASE64_COLUMNS 76
void encoding_append_base64(GString *out, const void *bytes, size_t length);
/* Only the letters, four for three bytes, to where `to` has room for them.
 * Gives the end of what it wrote. */
char *encoding_put_base64(char *to, const void *bytes, size_t length);

#endif
