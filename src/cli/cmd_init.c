/* cmd_init.c - mirmail init: a folder to start from. */
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "base/builtin.h"
#include "cli/command.h"
#include "cli/new_file.h"

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

static bool write_files(const char *folder, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i].path, NULL);
        size_t length = 0;
        const char *bytes = builtin_file(files[i].builtin, &length);
        g_assert(bytes != NULL);
        NewFile file = {path, bytes, length, files[i].mode};
        if (!new_file_write(&file, error))
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
    g_autofree char *quoted = g_shell_quote(shown);
    printf("\nNext: put your sender, list and relay into "
           "%s/mirmail.yaml, then\n",
           shown);
    if (strcmp(folder, ".") != 0)
        printf("  cd %s\n", quoted);
    printf("  mirmail preview post.md\n"
           "  mirmail send --test you@example.org post.md\n"
           "  mirmail send post.md\n");
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
