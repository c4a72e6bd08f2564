/*
 * file.h - the bytes of files: those that a post names, and where they may lie.
 *
 * A post is outside data. What it names is looked for in its own folder and
 * below, links followed, so that a post from a feed cannot put the sender's
 * other files into a mail.
 *
 * Errors have no place; they say what is wrong with the file, without its
 * name: "no such file".
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The folder of a file, "." for one without; "standard input" is here. */
char *file_folder(const char *file);

typedef enum {
    FILE_FINE,
    FILE_MISSING,
    FILE_OUTSIDE, /* of the folder */
    FILE_IS_FOLDER,
    FILE_EMPTY,
    FILE_LARGE,
    FILE_OTHER, /* no permission, a device, the disk */
} FileProblem;

/* The whole of a regular file, at least one byte and at most `limit_bytes`.
 * `name` starts from `folder` and stays inside; a NULL folder is the current
 * one, and nothing is outside. ERROR_MISSING, ERROR_PERMISSION, ERROR_SYSTEM,
 * ERROR_INPUT. Never waits for a writer. */
GBytes *file_read(const char *folder, const char *name, size_t limit_bytes,
                  FileProblem *problem, GError **error);

/* All of the bytes into an open file, whatever interrupts; false with errno. */
bool file_write_all(int descriptor, const char *bytes, size_t length);

/* Brings to the disk which files the folder of this path has, after one was
 * made or renamed; false with errno. */
bool file_sync_folder(const char *path);

#endif
