/*
 * filename.h - the name of a file as a mail may carry it (RFC 2183 2.3).
 *
 * The name that stands in a mail is a proposal that the reader's program may
 * follow, so it holds nothing that could lead it elsewhere or show something
 * else than it is.
 */
#ifndef MAIL_FILENAME_H
#define MAIL_FILENAME_H

#include <glib.h>

#define FILENAME_MAX_CHARACTERS 100

/* The last part of `path` in NFC, without control characters, marks of
 * direction, and dots and blanks at the ends; bytes that are not UTF-8 become
 * `_`. A long name is cut before its suffix. "attachment" when nothing is
 * left. Passes header_check(). */
char *filename_from_path(const char *path);

#endif
