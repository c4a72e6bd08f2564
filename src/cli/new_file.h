/*
 * new_file.h - files for the user to start from. What is there already is
 * kept.
 */
#ifndef CLI_NEW_FILE_H
#define CLI_NEW_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

typedef struct NewFile {
    const char *path;
    const char *bytes;
    size_t length;
    mode_t mode;
} NewFile;

/* Makes its folder, writes it, and says on standard output whether it was
 * written or kept. ERROR_PERMISSION or ERROR_SYSTEM. */
bool new_file_write(const NewFile *file, GError **error);

#endif
