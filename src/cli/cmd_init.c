/* cmd_init.c - mirmail init: a folder to start from. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/builtin.h"
#include "cli/command.h"

typedef struct StarterFile {
    const char *builtin;
    const char *path;
    mode_t mode; /* lists hold personal data */
} StarterFile;

static const StarterFile files[] = {
    {"templates/starter/mirmail.yaml", "mirmail.yaml", 0644},
    {"templates/starter/post.md", "post.md", 0644},
    {"templates/starter/subscribers.csv", "lists/subscribers.csv", 0600},
    {"templates/announcement/mail.txt", "templates/mail.txt", 0644},
    {"templates/announcement/mail.html", "templates/mail.html", 0644},
    {"templates/announcement/theme.css", "templates/theme.css", 0644},
};

static bool make_folder(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0755) == 0)
        return true;
    error_set(error, ERROR_SYSTEM, "%s: %s", path, g_strerror(errno));
    return false;
}

static bool write_all(int descriptor, const char *bytes, size_t length)
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

/* O_EXCL is what "overwrites nothing" rests on. */
static bool write_new(const char *path, const StarterFile *file, GError **error)
{
    size_t length = 0;
    const char *bytes = builtin_file(file->builtin, &length);
    g_assert(bytes != NULL);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                          file->mode);
    if (descriptor < 0 && errno == EEXIST) {
        printf("kept     %s\n", path);
        return true;
    }
    bool ok = descriptor >= 0 && write_all(descriptor, bytes, length);
    int reason = errno;
    if (descriptor >= 0 && close(descriptor) != 0 && ok) {
        ok = false;
        reason = errno;
    }
    if (ok) {
        printf("written  %s\n", path);
        return true;
    }
    error_set(error, reason == EACCES ? ERROR_PERMISSION : ERROR_SYSTEM,
              "%s: %s", path, g_strerror(reason));
    return false;
}

static bool write_files(const char *folder, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i].path, NULL);
        g_autofree char *parent = g_path_get_dirname(path);
        if (!make_folder(parent, error) || !write_new(path, &files[i], error))
            return false;
    }
    return true;
}

static int run(const Options *options, GError **error)
{
    const char *folder = options->arguments[0] ? options->arguments[0] : ".";
    if (!write_files(folder, error))
        return 0;
    g_autofree char *shown = error_printable(folder);
    printf("\nNext: put your sender, list and relay into "
           "%s/mirmail.yaml, then\n"
           "  mirmail preview post.md\n"
           "  mirmail send --test you@example.org post.md\n"
           "  mirmail send post.md\n",
           shown);
    return 0;
}

const Command command_init = {
    .name = "init",
    .synopsis = "[DIR]",
    .summary = "write a configuration, a list, a template and a first post",
    .example = "  mirmail init announcements\n",
    .use = FOR_INIT,
    .least = 0,
    .most = 1,
    .run = run,
};
