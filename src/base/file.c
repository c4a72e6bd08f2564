/* file.c - see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/units.h"

char *file_folder(const char *file)
{
    return g_path_get_dirname(file);
}

static FileProblem fail_system(int number, GError **error)
{
    if (number == ENOENT || number == ENOTDIR) {
        error_set(error, ERROR_MISSING, "no such file");
        return FILE_MISSING;
    }
    if (number == EACCES)
        error_set(error, ERROR_PERMISSION, "it may not be read");
    else
        error_set(error, ERROR_SYSTEM, "%s", g_strerror(number));
    return FILE_OTHER;
}

static FileProblem fail(FileProblem problem, const char *sentence,
                        GError **error)
{
    error_set(error, ERROR_INPUT, "%s", sentence);
    return problem;
}

/* --- where it lies --- */

static bool is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    if (strcmp(folder, "/") == 0)
        return true;
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

/* A link is where it leads. */
static FileProblem check_inside(const char *folder, const char *path,
                                GError **error)
{
    char *real = realpath(path, NULL);
    if (real == NULL)
        return fail_system(errno, error);
    char *real_folder = realpath(folder, NULL);
    bool inside = real_folder != NULL && is_below(real, real_folder);
    free(real);
    free(real_folder);
    if (inside)
        return FILE_FINE;
    return fail(FILE_OUTSIDE, "it lies outside of the post's folder", error);
}

/* --- its bytes --- */

static FileProblem check_kind(const struct stat *status, size_t limit_bytes,
                              GError **error)
{
    if (S_ISDIR(status->st_mode))
        return fail(FILE_IS_FOLDER, "a folder, not a file", error);
    if (!S_ISREG(status->st_mode))
        return fail(FILE_OTHER, "not an ordinary file", error);
    if (status->st_size == 0)
        return fail(FILE_EMPTY, "an empty file", error);
    if (status->st_size > 0 && (size_t)status->st_size <= limit_bytes)
        return FILE_FINE;
    g_autofree char *size = size_to_text(status->st_size);
    g_autofree char *limit = size_to_text((int64_t)limit_bytes);
    error_set(error, ERROR_INPUT, "it has %s, more than %s", size, limit);
    return FILE_LARGE;
}

/* The size may change meanwhile: what was promised is read, or nothing. */
static GBytes *read_whole(int file, size_t size, GError **error)
{
    g_autofree char *bytes = g_malloc(size);
    size_t done = 0;
    while (done < size) {
        ssize_t count = read(file, bytes + done, size - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            fail_system(errno, error);
            return NULL;
        }
        if (count == 0)
            break;
        done += (size_t)count;
    }
    if (done == size)
        return g_bytes_new_take(g_steal_pointer(&bytes), size);
    error_set(error, ERROR_SYSTEM, "it became shorter while it was read");
    return NULL;
}

static GBytes *read_path(const char *path, size_t limit_bytes,
                         FileProblem *problem, GError **error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        *problem = fail_system(errno, error);
        return NULL;
    }
    struct stat status;
    GBytes *bytes = NULL;
    if (fstat(file, &status) != 0)
        *problem = fail_system(errno, error);
    else
        *problem = check_kind(&status, limit_bytes, error);
    if (*problem == FILE_FINE) {
        bytes = read_whole(file, (size_t)status.st_size, error);
        *problem = bytes != NULL ? FILE_FINE : FILE_OTHER;
    }
    close(file);
    return bytes;
}

GBytes *file_read(const char *folder, const char *name, size_t limit_bytes,
                  FileProblem *problem, GError **error)
{
    bool is_whole = folder == NULL || g_path_is_absolute(name);
    g_autofree char *path = is_whole ? g_strdup(name)
                                     : g_build_filename(folder, name, NULL);
    *problem = FILE_FINE;
    if (folder != NULL)
        *problem = check_inside(folder, path, error);
    if (*problem != FILE_FINE)
        return NULL;
    return read_path(path, limit_bytes, problem, error);
}

bool file_write_all(int descriptor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

bool file_sync_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return false;
    bool ok = fsync(file) == 0;
    int number = errno;
    close(file);
    errno = number;
    return ok;
}
