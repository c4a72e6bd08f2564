/* cmd_template.c - mirmail template list, show and copy. */
#include <stdio.h>
#include <string.h>

#include "base/builtin.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/new_file.h"
#include "config/config.h"

/* --- list --- */

static void print_folder(const char *folder, const char *what)
{
    g_autofree char *shown = error_printable(folder);
    printf("%-24s %s\n", shown, what);
}

static gint compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The configured folder and, where it holds several templates, those. */
static bool list_folder(const char *folder, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &reason);
    if (dir == NULL) {
        error_set_at(error, ERROR_MISSING, (Place){folder, 0, 0},
                     "the configured template cannot be read: %s",
                     reason->message);
        return false;
    }
    if (template_is_in(folder))
        print_folder(folder, "a folder of yours, from mirmail.yaml");
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(names, compare_paths);
    for (guint i = 0; i < names->len; i++)
        if (template_is_in(g_ptr_array_index(names, i)))
            print_folder(g_ptr_array_index(names, i), "a folder of yours");
    return true;
}

static int run_list(const Options *options, GError **error)
{
    g_autoptr(Config) config = config_load(options->config, error);
    if (config == NULL)
        return 0;
    const char *configured = config->template;
    const char *used = configured ? configured : BUILTIN_TEMPLATE;
    g_auto(GStrv) names = builtin_templates();
    for (size_t i = 0; names[i] != NULL; i++)
        printf("%-24s %s\n", names[i],
               strcmp(names[i], used) == 0 ? "built in, in use" : "built in");
    if (configured != NULL && strchr(configured, '/') != NULL)
        (void)list_folder(configured, error);
    return 0;
}

/* --- show --- */

/* One of the three, from a folder or built in. */
static char *read_file(const char *template, const char *name, size_t *length,
                       GError **error)
{
    if (strchr(template, '/') == NULL) {
        if (!builtin_check_template(template, error))
            return NULL;
        const char *built_in = builtin_template_file(template, name, length);
        g_assert(built_in != NULL);
        return g_memdup2(built_in, *length + 1);
    }
    g_autofree char *path = g_build_filename(template, name, NULL);
    g_autoptr(GError) reason = NULL;
    char *bytes = NULL;
    if (g_file_get_contents(path, &bytes, length, &reason))
        return bytes;
    error_set_at(error, ERROR_MISSING, (Place){path, 0, 0}, "%s",
                 reason->message);
    return NULL;
}

/* `heading` says which file it is, where there are several. */
static bool print_file(const char *template, const char *name, bool heading,
                       GError **error)
{
    size_t length = 0;
    g_autofree char *bytes = read_file(template, name, &length, error);
    if (bytes == NULL)
        return false;
    if (heading)
        printf("%s==> %s <==\n", name == template_files[0] ? "" : "\n", name);
    fwrite(bytes, 1, length, stdout);
    return true;
}

static bool check_name(const char *name, GError **error)
{
    if (g_strv_contains(template_files, name))
        return true;
    g_autofree char *hint = suggest_hint(name, template_files);
    error_set(error, ERROR_USAGE,
              "a template has mail.txt, mail.html and theme.css, not `%s`%s",
              name, hint);
    return false;
}

static int run_show(const Options *options, GError **error)
{
    const char *template = options->arguments[0];
    const char *name = options->arguments[1];
    if (name != NULL) {
        if (check_name(name, error))
            (void)print_file(template, name, false, error);
        return 0;
    }
    for (size_t i = 0; template_files[i] != NULL; i++)
        if (!print_file(template, template_files[i], true, error))
            return 0;
    return 0;
}

/* --- copy --- */

static int run_copy(const Options *options, GError **error)
{
    const char *template = options->arguments[0];
    const char *folder = options->arguments[1];
    for (size_t i = 0; template_files[i] != NULL; i++) {
        size_t length = 0;
        g_autofree char *bytes = read_file(template, template_files[i], &length,
                                           error);
        if (bytes == NULL)
            return 0;
        g_autofree char *path = g_build_filename(folder, template_files[i],
                                                 NULL);
        NewFile file = {path, bytes, length, 0644};
        if (!new_file_write(&file, error))
            return 0;
    }
    g_autofree char *shown = error_printable(folder);
    const char *start = strchr(folder, '/') == NULL ? "./" : "";
    printf("\nNext: write `template: %s%s` into mirmail.yaml, or give "
           "--template %s%s\n",
           start, shown, start, shown);
    return 0;
}

const Command command_template_list = {
    .name = "template list",
    .synopsis = "",
    .summary = "show which templates there are",
    .example = "  mirmail template list\n",
    .use = FOR_TEMPLATE_LIST,
    .least = 0,
    .most = 0,
    .run = run_list,
};

const Command command_template_show = {
    .name = "template show",
    .synopsis = "NAME [FILE]",
    .summary = "print a template, or one of its files",
    .example = "  mirmail template show announcement mail.txt\n",
    .use = FOR_TEMPLATE,
    .least = 1,
    .most = 2,
    .run = run_show,
};

const Command command_template_copy = {
    .name = "template copy",
    .synopsis = "NAME DIR",
    .summary = "copy a template, to make it your own; overwrites nothing",
    .example = "  mirmail template copy announcement my-template\n",
    .use = FOR_TEMPLATE,
    .least = 2,
    .most = 2,
    .run = run_copy,
};
