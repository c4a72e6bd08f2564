/*
 * data_url.h - the bytes in a data: URL (RFC 2397): private to letter.
 */
#ifndef LETTER_DATA_URL_H
#define LETTER_DATA_URL_H

#include <glib.h>

/* The data of `data:[type][;parameter]...[;base64],data`, never more than the
 * URL is long. What it says about its type is not asked. NULL when it is no
 * data: URL, is not base64 though it says so, or has no data. */
GBytes *data_url_decode(const char *url);

#endif
