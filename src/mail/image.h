/*
 * image.h - what an image file says about itself: its format, and its size
 * in pixels (RFC 2046 4.2).
 *
 * Only the head of the file is looked at; whether the picture behind it is
 * whole is not known. Any bytes may be given.
 */
#ifndef MAIL_IMAGE_H
#define MAIL_IMAGE_H

#include <stddef.h>

typedef enum {
    IMAGE_NONE, /* no image, or of another format */
    IMAGE_PNG,
    IMAGE_JPEG,
    IMAGE_GIF,
    IMAGE_WEBP,
    IMAGE_AVIF,
    IMAGE_SVG,
} ImageFormat;

#define IMAGE_SIDE_MAX 1000000 /* pixels; a longer side is not believed */

/* 0 and 0 when the size is not known, which it never is for AVIF and SVG. */
typedef struct ImageFacts {
    ImageFormat format;
    int width;
    int height;
} ImageFacts;

ImageFacts image_look(const void *bytes, size_t length);

/* "image/png"; NULL for IMAGE_NONE. */
const char *image_media_type(ImageFormat format);
/* "PNG" for sentences, "png" for file names; NULL for IMAGE_NONE. */
const char *image_format_name(ImageFormat format);
const char *image_suffix(ImageFormat format);

#endif
