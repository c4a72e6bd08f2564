/*
 * header.h - the one writer of header fields.
 *
 * Each function appends one whole field, folded, with CRLF, for one type of
 * value; nothing else in the program writes a field. Lines end at 78 columns
 * where the grammar allows a fold, a line with an encoded-word at 76, and
 * 998 is never passed (RFC 5322 2.1.1, RFC 2047 2). Folds stand between
 * words, list items and parameters, never directly after the colon and never
 * inside <...>.
 *
 * Values must have passed header_check(); a value that has not is a fault of
 * the program and ends it.
 */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/address.h"

/* True when `value` may stand in a field: UTF-8 without CR, LF, NUL, other
 * controls (TAB is allowed), U+2028, U+2029 or unbalanced bidi controls.
 * Else an ERROR_INPUT, no place, that names the character. Nothing is ever
 * stripped. */
bool header_check(const char *value, GError **error);

/* A name that a user's own field may have: a letter, then up to 60 letters,
 * digits and hyphens, and none of the fields that mirmail or a relay writes. */
bool header_name_check(const char *name, GError **error);

/* Subject, Comments, X-…: RFC 2047 encoded-words where needed, Q or B,
 * whichever is shorter. */
void header_unstructured(GString *out, const char *name, const char *value);

/* name <address>; an empty or NULL display name gives <address>. */
void header_mailbox(GString *out, const char *name, const char *display_name,
                    const char *address);

/* List-Id: phrase <id> */
void header_list_id(GString *out, const char *phrase, const char *id);

/* A list of URIs, each in <>, a fold between them. NULL-terminated. The URIs
 * must be ASCII without blanks, commas, < > and ". */
void header_uris(GString *out, const char *name, const char *const *uris);

/* Message-ID, In-Reply-To, References: `id` without its <>. */
void header_message_id(GString *out, const char *name, const char *id);

/* Date, RFC 5322 3.3, in the zone `offset_minutes` east of UTC. */
void header_date(GString *out, const char *name, int64_t unix_seconds,
                 int offset_minutes);

/* A structured field whose value is ready and ASCII: MIME-Version,
 * Content-Type, Precedence, List-Post. Parameters fold before `;`-parts:
 * every "; " of the value is a place to fold. */
void header_token(GString *out, const char *name, const char *value);

/* One parameter for header_token's value, `; name=value`: a token, a
 * quoted-string, or RFC 2231 with an ASCII fallback. */
void header_parameter(GString *value, const char *name, const char *text);

#endif
