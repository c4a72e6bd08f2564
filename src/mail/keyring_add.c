/* keyring_add.c - a new key in the file of keys; see keyring.h. */
#include "mail/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* The file while it is changed. */
typedef struct KeyFile {
    const char *path; /* as given */
    char *real;       /* without links */
    char *folder_path;
    int folder; /* locked: whoever renames the file in it has the lock */
} KeyFile;

static bool fail(const char *path, int number, GError **error)
{
    error_set_at(error,
                 number == EACCES || number == EPERM || number == EROFS
                     ? ERROR_PERMISSION
                     : ERROR_SYSTEM,
                 (Place){path, 0, 0}, "%s", g_strerror(number));
    return false;
}

/* Keys often lie elsewhere, and a link leads to them. */
static bool follow(KeyFile *file, GError **error)
{
    struct stat link;
    char *real = realpath(file->path, NULL);
    int number = errno;
    if (real == NULL && (number != ENOENT || lstat(file->path, &link) == 0))
        return fail(file->path, number, error);
    file->real = g_strdup(real != NULL ? real : file->path);
    free(real);
    return true;
}

static bool lock_folder(KeyFile *file, GError **error)
{
    file->folder_path = g_path_get_dirname(file->real);
    if (g_mkdir_with_parents(file->folder_path, 0700) != 0)
        return fail(file->folder_path, errno, error);
    file->folder = open(file->folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file->folder < 0 || flock(file->folder, LOCK_EX) != 0)
        return fail(file->folder_path, errno, error);
    return true;
}

static void let_go(KeyFile *file)
{
    if (file->folder >= 0)
        close(file->folder);
    g_free(file->folder_path);
    g_free(file->real);
}

/* Behind the comments that the file begins with. */
static size_t first_key(const char *text)
{
    const char *at = text;
    while (*at == '#' || *at == '\n') {
        const char *end = strchr(at, '\n');
        at = end != NULL ? end + 1 : at + strlen(at);
    }
    return (size_t)(at - text);
}

/* Another user, such as root, may renew the keys of the one who serves. */
static bool keep_owner(const KeyFile *file, int descriptor)
{
    struct stat before;
    struct stat now;
    if (stat(file->real, &before) != 0)
        return errno == ENOENT;
    return fstat(descriptor, &now) == 0 &&
           ((now.st_uid == before.st_uid && now.st_gid == before.st_gid) ||
            fchown(descriptor, before.st_uid, before.st_gid) == 0);
}

/* The old file stays as it is until the new one is on the disk. */
static bool replace(const KeyFile *file, const char *text, GError **error)
{
    g_autofree char *beside = g_strdup_printf("%s.XXXXXX", file->real);
    int descriptor = g_mkstemp_full(beside, O_WRONLY | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return fail(file->path, errno, error);
    bool ok = file_write_all(descriptor, text, strlen(text)) &&
              keep_owner(file, descriptor) && fsync(descriptor) == 0;
    int number = errno;
    if (close(descriptor) != 0 && ok) {
        ok = false;
        number = errno;
    }
    if (ok && rename(beside, file->real) != 0) {
        ok = false;
        number = errno;
    }
    if (ok && fsync(file->folder) == 0)
        return true;
    number = ok ? errno : number;
    unlink(beside);
    return fail(file->path, number, error);
}

static bool read_old(const char *path, Keyring **keyring, char **text,
                     GError **error)
{
    g_autoptr(GError) fault = NULL;
    *keyring = keyring_load(path, &fault);
    if (*keyring == NULL && fault->code == ERROR_MISSING) {
        *text = g_strdup("# The keys of mirmail, the newest first: `mirmail "
                         "keygen` adds one.\n");
        return true;
    }
    if (*keyring == NULL) {
        g_propagate_error(error, g_steal_pointer(&fault));
        return false;
    }
    if (g_file_get_contents(path, text, NULL, &fault))
        return true;
    error_set_at(error, ERROR_SYSTEM, (Place){path, 0, 0}, "%s",
                 fault->message);
    return false;
}

static void wipe(char *text)
{
    if (text == NULL)
        return;
    explicit_bzero(text, strlen(text));
    g_free(text);
}

static bool add(const KeyFile *file, RandomFill fill_random,
                KeyringChange *change, GError **error)
{
    g_autoptr(Keyring) keyring = NULL;
    char *old = NULL;
    bool ok = false;
    if (read_old(file->path, &keyring, &old, error)) {
        char *line = keyring_new_line(keyring, fill_random, error);
        size_t at = first_key(old);
        char *text = line != NULL ? g_strdup_printf("%.*s%s\n%s", (int)at, old,
                                                    line, old + at)
                                  : NULL;
        ok = text != NULL && replace(file, text, error);
        if (ok)
            *change = (KeyringChange){line[0], keyring_count(keyring)};
        wipe(text);
        wipe(line);
    }
    wipe(old);
    return ok;
}

bool keyring_add(const char *path, RandomFill fill_random,
                 KeyringChange *change, GError **error)
{
    KeyFile file = {.path = path, .folder = -1};
    bool ok = follow(&file, error) && lock_folder(&file, error) &&
              add(&file, fill_random, change, error);
    let_go(&file);
    return ok;
}
