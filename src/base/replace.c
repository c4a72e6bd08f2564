/* replace.c - see replace.h. */
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/stamp.h"

struct Replace {
    char *path; /* as given */
    char *real; /* without links */
    char *beside;
    int file;
    struct stat before;
    bool is_open; /* `beside` is ours to remove */
};

static bool fail(const char *path, int number, GError **error)
{
    ErrorCode code = ERROR_SYSTEM;
    if (number == ENOENT || number == ENOTDIR)
        code = ERROR_MISSING;
    else if (number == EACCES || number == EPERM || number == EROFS)
        code = ERROR_PERMISSION;
    error_set_at(error, code, (Place){path, 0, 0}, "%s", g_strerror(number));
    return false;
}

static bool lock(int file)
{
    int result;
    while ((result = flock(file, LOCK_EX)) != 0 && errno == EINTR)
        continue;
    return result == 0;
}

/* Whether `path` still leads to this file; whoever waited for the lock may
 * hold one that was replaced meanwhile. */
static bool is_current(const char *path, int file)
{
    struct stat held;
    struct stat there;
    if (fstat(file, &held) != 0 || stat(path, &there) != 0)
        return false;
    Stamp ours = stamp_from(&held);
    Stamp theirs = stamp_from(&there);
    return stamp_is_of_one_file(&ours, &theirs);
}

int replace_lock(const char *path, int flags)
{
    for (;;) {
        int file = open(path, flags | O_CLOEXEC, 0600);
        if (file < 0)
            return -1;
        bool is_locked = lock(file);
        if (is_locked && is_current(path, file))
            return file;
        int number = errno;
        close(file);
        errno = number;
        if (!is_locked)
            return -1;
    }
}

static char *name_beside(const char *real)
{
    g_autofree char *folder = g_path_get_dirname(real);
    g_autofree char *base = g_path_get_basename(real);
    g_autofree char *name = g_strdup_printf(".%s.new", base);
    return g_build_filename(folder, name, NULL);
}

Replace *replace_open(const char *path, ReplaceMode mode, GError **error)
{
    g_autoptr(Replace) replace = g_new0(Replace, 1);
    replace->path = g_strdup(path);
    /* For writing: a file that is read-only shall stay as it is, though who
     * may write to its folder could replace it. */
    int flags = O_RDWR | (mode == REPLACE_OR_MAKE ? O_CREAT : 0);
    replace->file = replace_lock(path, flags);
    if (replace->file < 0) {
        fail(path, errno, error);
        return NULL;
    }
    char *real = realpath(path, NULL);
    if (real == NULL || fstat(replace->file, &replace->before) != 0) {
        fail(path, errno, error);
        free(real);
        return NULL;
    }
    replace->real = g_strdup(real);
    free(real);
    replace->beside = name_beside(replace->real);
    if (S_ISREG(replace->before.st_mode)) {
        /* What is left over there may have somebody in it who is to be
         * forgotten. */
        unlink(replace->beside);
        return g_steal_pointer(&replace);
    }
    error_set_at(error, ERROR_INPUT, (Place){path, 0, 0},
                 "no plain file; only such a one can be replaced");
    return NULL;
}

void replace_close(Replace *replace)
{
    if (replace == NULL)
        return;
    if (replace->is_open)
        unlink(replace->beside);
    if (replace->file >= 0)
        close(replace->file); /* lets go of the lock */
    g_free(replace->path);
    g_free(replace->real);
    g_free(replace->beside);
    g_free(replace);
}

int replace_file(const Replace *replace)
{
    return replace->file;
}

/* --- the new file --- */

/* Whoever may not give a file away may replace one of a group that writes to
 * it together; its former owner is one of them. */
static bool keep_group(const struct stat *before, const struct stat *now,
                       int file)
{
    return (before->st_mode & S_IWGRP) != 0 &&
           (now->st_gid == before->st_gid ||
            fchown(file, (uid_t)-1, before->st_gid) == 0);
}

static bool keep_owner(const Replace *replace, int file)
{
    const struct stat *before = &replace->before;
    struct stat now;
    if (fstat(file, &now) != 0)
        return false;
    bool is_same = now.st_uid == before->st_uid && now.st_gid == before->st_gid;
    if (!is_same && fchown(file, before->st_uid, before->st_gid) != 0 &&
        !keep_group(before, &now, file))
        return false;
    return fchmod(file, before->st_mode & 07777) == 0;
}

/* With the lock held nobody else makes this name, so what is there is left
 * over. O_EXCL follows no link that somebody laid in its place. */
static int make_beside(Replace *replace)
{
    if (unlink(replace->beside) != 0 && errno != ENOENT)
        return -1;
    int file = open(replace->beside,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    replace->is_open = file >= 0;
    return file;
}

static bool write_beside(Replace *replace, const char *bytes, size_t length)
{
    int file = make_beside(replace);
    if (file < 0)
        return false;
    bool ok = file_write_all(file, bytes, length) &&
              keep_owner(replace, file) && fsync(file) == 0;
    int number = errno;
    if (close(file) != 0 && ok) {
        ok = false;
        number = errno;
    }
    errno = number;
    return ok;
}

static bool is_untouched(const Replace *replace)
{
    Stamp before = stamp_from(&replace->before);
    Stamp now = stamp_of(replace->real);
    return stamp_is_same(&before, &now);
}

bool replace_commit(Replace *replace, const char *bytes, size_t length,
                    GError **error)
{
    if (!write_beside(replace, bytes, length)) {
        int number = errno;
        bool is_link = g_file_test(replace->path, G_FILE_TEST_IS_SYMLINK);
        g_autofree char *folder = g_path_get_dirname(is_link ? replace->real
                                                             : replace->path);
        bool is_folder = number == EACCES || number == EROFS;
        return fail(is_folder ? folder : replace->path, number, error);
    }
    if (!is_untouched(replace)) {
        error_set_at(error, ERROR_RETRY, (Place){replace->path, 0, 0},
                     "another program wrote to this file at the same time; "
                     "nothing was changed, try again");
        return false;
    }
    if (rename(replace->beside, replace->real) != 0)
        return fail(replace->path, errno, error);
    replace->is_open = false;
    return file_sync_folder(replace->real) || fail(replace->path, errno, error);
}
