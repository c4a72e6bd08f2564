/* new_file.c - see new_file.h. */
#include "cli/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"

static bool fail(const char *path, int reason, GError **error)
{
    error_set_at(error, reason == EACCES ? ERROR_PERMISSION : ERROR_SYSTEM,
                 (Place){path, 0, 0}, "%s", g_strerror(reason));
    return false;
}

static bool make_folder_of(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0755) == 0)
        return true;
    return fail(folder, errno, error);
}

static void say(const char *what, const char *path)
{
    g_autofree char *shown = error_printable(path);
    printf("%-8s %s\n", what, shown);
}

/* O_EXCL is what "kept" rests on. */
bool new_file_write(const NewFile *file, GError **error)
{
    if (!make_folder_of(file->path, error))
        return false;
    int descriptor = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                          file->mode);
    if (descriptor < 0 && errno == EEXIST) {
        say("kept", file->path);
        return true;
    }
    if (descriptor < 0)
        return fail(file->path, errno, error);
    bool ok = file_write_all(descriptor, file->bytes, file->length) &&
              fsync(descriptor) == 0;
    int reason = errno;
    if (close(descriptor) != 0 && ok) {
        ok = false;
        reason = errno;
    }
    if (!ok) {
        /* Or the next call would keep it. */
        unlink(file->path);
        return fail(file->path, reason, error);
    }
    say("written", file->path);
    return true;
}
