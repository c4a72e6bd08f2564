/*
 * replace.h - a file written anew: whole, or not at all.
 *
 *     replace_open() ── read it, make the new bytes ── replace_commit()
 *
 * The new bytes are written beside the file, brought to the disk, and then
 * take its name in one step; whatever happens in between, a reader finds the
 * old file or the new one. Its mode and owner stay; of a file that its group
 * may write to, the group at least. Of a symbolic link the file behind it is
 * replaced. Other hard links keep the old bytes, and
 * extended attributes are not carried over.
 *
 * While it is open the file is locked (flock) against others who replace it
 * or append to it through replace_lock(); they wait. Readers do not.
 *
 * What a program killed in between left behind, `.NAME.new`, is removed by
 * the next one. Errors name the path: ERROR_PERMISSION, ERROR_SYSTEM,
 * ERROR_MISSING.
 */
#ifndef BASE_REPLACE_H
#define BASE_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

typedef struct Replace Replace;

typedef enum {
    REPLACE_EXISTING, /* ERROR_MISSING when there is no such file */
    REPLACE_OR_MAKE,  /* an empty one, mode 0600, when there is none */
} ReplaceMode;

/* Waits for whoever has the file. */
Replace *replace_open(const char *path, ReplaceMode mode, GError **error);
void replace_close(Replace *replace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Replace, replace_close)

/* A descriptor of the bytes that are there, at their beginning. */
int replace_file(const Replace *replace);

/* Once. ERROR_RETRY when somebody without a lock, such as an editor, wrote to
 * the file since it was opened. */
bool replace_commit(Replace *replace, const char *bytes, size_t length,
                    GError **error);

/* Opens a file by open()'s flags and locks it; the file that `path` leads to
 * when the lock is had. -1 with errno. */
int replace_lock(const char *path, int flags);

#endif
