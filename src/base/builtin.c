/* builtin.c - see builtin.h. The arrays are made by the Makefile. */
#include "base/builtin.h"

#include <string.h>

#include "base/error.h"
#include "base/suggest.h"

#include "embedded.h"

const char *builtin_file(const char *name, size_t *length)
{
    for (size_t i = 0; i < sizeof embedded_files / sizeof *embedded_files;
         i++) {
        if (strcmp(embedded_files[i].name, name) != 0)
            continue;
        *length = embedded_files[i].length;
        return (const char *)embedded_files[i].bytes;
    }
    return NULL;
}

#define FOLDER "templates/"
#define PAGE "/mail.html"

const char *const template_files[] = {"mail.txt", "mail.html", "theme.css",
                                      NULL};

bool template_is_in(const char *directory)
{
    for (const char *const *name = template_files; *name != NULL; name++) {
        g_autofree char *path = g_build_filename(directory, *name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return true;
    }
    return false;
}

GStrv builtin_templates(void)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; i < sizeof embedded_files / sizeof *embedded_files;
         i++) {
        const char *path = embedded_files[i].name;
        size_t length;
        if (!g_str_has_prefix(path, FOLDER) || !g_str_has_suffix(path, PAGE))
            continue;
        g_autofree char *name = g_strndup(path + strlen(FOLDER),
                                          strlen(path) - strlen(FOLDER PAGE));
        if (builtin_template_file(name, "post.md", &length) == NULL)
            g_ptr_array_add(names, g_steal_pointer(&name));
    }
    g_ptr_array_add(names, NULL);
    return (GStrv)g_ptr_array_free(names, FALSE);
}

bool builtin_check_template(const char *name, GError **error)
{
    g_auto(GStrv) names = builtin_templates();
    size_t length;
    if (builtin_template_file(name, "mail.html", &length) != NULL)
        return true;
    g_autofree char *hint = suggest_hint(name, (const char *const *)names);
    if (*hint != '\0')
        error_set(error, ERROR_MISSING, "no template `%s`%s", name, hint);
    else
        error_set(error, ERROR_MISSING,
                  "no template `%s`; `mirmail template list` shows them, and a "
                  "folder of yours is written with a slash: ./%s",
                  name, name);
    return false;
}

const char *builtin_template_file(const char *template, const char *name,
                                  size_t *length)
{
    g_autofree char *path = g_strconcat(FOLDER, template, "/", name, NULL);
    return builtin_file(path, length);
}
