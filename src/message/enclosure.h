/*
 * enclosure.h - a file as a MIME part, written once for all recipients:
 * private to message.
 *
 *     bytes ──enclosure_write()──> Content-Type … base64, CRLF
 *
 * Always base64 (RFC 2045 6.8); of texts the charset is said. The name stands
 * in Content-Disposition (RFC 2183, 2231) and, when it is ASCII, in
 * Content-Type for readers that look there.
 */
#ifndef MESSAGE_ENCLOSURE_H
#define MESSAGE_ENCLOSURE_H

#include <glib.h>

typedef struct Enclosure {
    const char *type;       /* "image/png" */
    const char *name;       /* from filename_from_path() */
    const char *content_id; /* of an inline part, without <>; NULL */
    GBytes *bytes;
} Enclosure;

/* The part from its first field to its last line end. */
GString *enclosure_write(const Enclosure *enclosure);

#endif
