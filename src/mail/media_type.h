/*
 * media_type.h - what kind of file this is, by its content (RFC 2046).
 *
 * Images are known by image.h, all else by libmagic. Types that may not be
 * encoded as base64 (message/rfc822 and its like), and texts that are not
 * UTF-8, are given as application/octet-stream, which every mail program
 * saves as it is.
 *
 * One thread at a time.
 */
#ifndef MAIL_MEDIA_TYPE_H
#define MAIL_MEDIA_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* "application/pdf", "text/csv". ERROR_SYSTEM when libmagic has no
 * database. */
char *media_type_guess(const void *bytes, size_t length, GError **error);

/* May its content be a program that a mailbox refuses to take: a program of
 * Windows, Linux, macOS or Android, or a script with `#!`? */
bool media_type_is_program(const void *bytes, size_t length);

#endif
