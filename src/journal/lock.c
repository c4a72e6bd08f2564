/* lock.c - see lock.h. */
#include "journal/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often a lock file may vanish under our hands before we give up. */
#define LOCK_ATTEMPTS 100

static int fail(const char *path, const char *what, GError **error)
{
    int reason = errno;
    error_set_at(error, reason == EACCES ? ERROR_PERMISSION : ERROR_SYSTEM,
                 (Place){path, 0, 0}, "%s: %s", what, g_strerror(reason));
    return -1;
}

static void name_holder(int file, const char *what, GError **error)
{
    char text[32] = "";
    ssize_t length = pread(file, text, sizeof text - 1, 0);
    gint64 process = 0;
    if (length > 0)
        process = g_ascii_strtoll(text, NULL, 10);
    if (process > 0)
        error_set(error, ERROR_RETRY,
                  "%s is being sent by another process (%" G_GINT64_FORMAT
                  "); wait for it or stop it first",
                  what, process);
    else
        error_set(error, ERROR_RETRY, "%s is being sent by another process",
                  what);
}

/* The file we locked is still the one that the path leads to. */
static bool is_current(int file, const char *path)
{
    struct stat ours;
    struct stat there;
    return fstat(file, &ours) == 0 && stat(path, &there) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* The number only helps the message of others, so a full disk that cannot
 * hold it does not matter. */
static void write_own_number(int file)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(file, 0) != 0 ||
        pwrite(file, text, (size_t)length, 0) != length)
        return;
}

int lock_take(const char *path, const char *what, GError **error)
{
    for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
        int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (file < 0)
            return fail(path, what, error);
        if (flock(file, LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK)
                name_holder(file, what, error);
            else
                fail(path, what, error);
            close(file);
            return -1;
        }
        if (is_current(file, path)) {
            write_own_number(file);
            return file;
        }
        close(file);
    }
    error_set_at(error, ERROR_RETRY, (Place){path, 0, 0},
                 "%s: other processes take and release it all the time", what);
    return -1;
}

void lock_release(int lock, const char *path)
{
    if (lock < 0)
        return;
    /* Removed while held: nobody can hold the same path by another file. */
    unlink(path);
    close(lock);
}
