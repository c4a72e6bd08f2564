/*
 * mime_tree.h - the parts of a finished message, from its bytes.
 *
 *     RFC 5322 bytes ──mime_tree_read()──> parts in order, each with a depth
 *
 * Read from the bytes of the wire and not from what was meant to be there, so
 * that the preview shows what a mail program will find (RFC 2045, 2046).
 * Bytes of any kind are read: what makes no sense becomes a leaf. At most
 * MIME_PARTS_MAX parts, MIME_DEPTH_MAX deep; what lies beyond is a leaf's
 * body.
 */
#ifndef PREVIEW_MIME_TREE_H
#define PREVIEW_MIME_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#define MIME_PARTS_MAX 500
#define MIME_DEPTH_MAX 8

typedef struct MimePart {
    int depth;        /* 0: the whole message */
    bool multipart;   /* its parts follow, one level deeper */
    char *type;       /* "text/plain", in lower case */
    char *charset;    /* NULL */
    char *encoding;   /* in lower case, "7bit" when unnamed */
    char *name;       /* of the file; NULL */
    char *content_id; /* without <>; NULL */
    size_t size;      /* bytes of the body on the wire */
    size_t decoded;   /* bytes once the encoding is undone */
    size_t body;      /* where the body begins in the message */
} MimePart;

/* Of MimePart; free with mime_tree_free(). Never empty. */
GArray *mime_tree_read(const char *bytes, size_t length);
void mime_tree_free(GArray *parts);

/* The part with this Content-ID, or NULL. */
const MimePart *mime_tree_find(const GArray *parts, const char *content_id);

#endif
