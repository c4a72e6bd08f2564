/*
 * images.h - the images of a post that travel with the mail: private to
 * letter.
 *
 *     <img src="harbour.png"> ──images_taker()──> <img src="cid:…"> + part
 *
 * An image travels with the mail when its address is a data: URL, or names a
 * file in the post's folder and either nobody knows a base for relative
 * addresses or the post says `images: inline`. With `images: remote` none
 * does. All others stay where they are on the web.
 *
 * Each file is one part however often the post shows it; its Content-ID is
 * made of its content (RFC 2392). PNG, JPEG and GIF are shown everywhere;
 * WebP and AVIF are warned about, SVG and all else are refused, and so is
 * what would make the mail heavy: IMAGES_BYTES_MAX for all of them together.
 */
#ifndef LETTER_IMAGES_H
#define LETTER_IMAGES_H

#include "document/document.h"
#include "letter/letter.h"

#define IMAGES_MAX 100
#define IMAGES_BYTES_WARN 200000
#define IMAGES_BYTES_MAX 2000000

typedef struct Images Images;

typedef struct ImagesSource {
    const char *file; /* the post's */
    PostImages wish;
    bool has_base;      /* relative addresses start from something */
    const char *domain; /* of the identifiers; NULL: "localhost" */
} ImagesSource;

/* Borrows what `source` and `findings` point to for the time of reading. */
Images *images_new(const ImagesSource *source, Findings *findings);
void images_free(Images *images);

/* For document_read(); its data are the images. */
ImageTaker images_taker(Images *images);

/* After reading: the warning about their weight. */
void images_finish(Images *images);

/* NULL has none. */
const LetterImage *images_list(const Images *images, size_t *count);

#endif
