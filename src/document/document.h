/*
 * document.h - what a post says, as one safe tree.
 *
 *     Post ──document_read()──> Document ──> text_write, html_write
 *
 *     bytes ─ markdown (cmark) ─┐
 *     bytes ────────────────────┴─ html_read ─ sanitize ─ links ─> tree
 *
 * After document_read() only allowed elements, attributes and addresses are
 * left, every address is absolute, embedded pages and videos are links, and
 * every removal is a finding with its line. Sizes and depths are limited
 * before a parser could become slow: DOCUMENT_DEPTH_MAX and
 * DOCUMENT_BYTES_MAX.
 *
 * A Document is written by the thread that makes it and then constant.
 */
#ifndef DOCUMENT_DOCUMENT_H
#define DOCUMENT_DOCUMENT_H

#include "base/finding.h"
#include "document/node.h"
#include "document/words.h"

#define DOCUMENT_BYTES_MAX (4 * 1024 * 1024)
#define DOCUMENT_DEPTH_MAX 256

typedef enum { DOCUMENT_MARKDOWN, DOCUMENT_HTML } DocumentFormat;

/* The images that are to travel with the mail. The caller of document_read()
 * is asked for each image's address and may take it. */
typedef enum {
    IMAGE_LEFT,    /* an address like any other */
    IMAGE_TAKEN,   /* it gets the address and the size of `taken` */
    IMAGE_REFUSED, /* words stand in for it; a finding has been made */
} ImageFate;

typedef struct TakenImage {
    const char *address; /* "cid:…", owned by the taker */
    int width;           /* pixels; 0 unknown */
    int height;
} TakenImage;

typedef struct ImageTaker {
    ImageFate (*take)(void *data, const char *address, Place place,
                      TakenImage *taken);
    void *data;
} ImageTaker;

typedef struct DocumentSource {
    const char *text; /* UTF-8, LF */
    size_t length;
    DocumentFormat format;
    const char *file; /* for findings */
    int first_line;
    const char *base_url;     /* what relative addresses start from; NULL */
    const char *title;        /* a first heading equal to it is dropped; NULL */
    const char *gap_prefix;   /* NULL: no gaps */
    const ImageTaker *images; /* NULL: nobody takes them */
    const DocumentWords *words; /* of the post's language; NULL: English */
} DocumentSource;

/* ERROR_INPUT with a place when the body cannot be read safely. A relative
 * address without a base is an error finding, not an error. */
Document *document_read(const DocumentSource *source, Findings *findings,
                        GError **error);

/* A whole page of our own, from <!DOCTYPE> to </html>, for the shell of a
 * template: neither sanitised nor changed, comments kept. */
Document *document_read_shell(const char *html, size_t length, const char *file,
                              const char *gap_prefix, GError **error);
void document_free(Document *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Document, document_free)

/* For a read document: a <div> that holds the body's blocks. For a shell: a
 * node that holds doctype and <html>. */
Node *document_root(Document *document);
const Node *document_root_const(const Document *document);
const char *document_gap_prefix(const Document *document);
/* What its writers add to it. */
const DocumentWords *document_words(const Document *document);
void document_set_words(Document *document, const DocumentWords *words);

/* Copies the blocks of `content` into `shell` in the place of `at`, which is
 * detached. */
void document_graft(Document *shell, Node *at, const Document *content);

#endif
