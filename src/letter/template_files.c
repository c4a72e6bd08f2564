#include "letter/template_files.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/builtin.h"

/* Everything that reading one file of the template needs. */
typedef struct Shelf {
    const char *directory; /* NULL: built-in only */
    const char *builtin;   /* the built-in template behind it */
    const char *ending;    /* of partials: ".html", ".txt" */
} Shelf;

static bool read_builtin(const Shelf *shelf, const char *name, char **text,
                         size_t *length)
{
    const char *bytes = builtin_template_file(shelf->builtin, name, length);

    if (bytes == NULL)
        return false;
    *text = g_memdup2(bytes, *length + 1);
    return true;
}

static bool check_file(const char *path, const struct stat *info,
                       GError **error)
{
    Place place = {path, 0, 0};

    if (!S_ISREG(info->st_mode)) {
        error_set_at(error, ERROR_INPUT, place, "not a file");
        return false;
    }
    if (info->st_size > TEMPLATE_BYTES_MAX) {
        error_set_at(error, ERROR_INPUT, place, "over %d bytes",
                     TEMPLATE_BYTES_MAX);
        return false;
    }
    return true;
}

/* False without an error when there is no such file. */
static bool read_path(const char *path, char **text, size_t *length,
                      GError **error)
{
    struct stat info;
    g_autoptr(GError) reason = NULL;
    Place place = {path, 0, 0};

    if (stat(path, &info) != 0) {
        int code = errno;
        if (code == ENOENT)
            return false;
        error_set_at(error, code == EACCES ? ERROR_PERMISSION : ERROR_SYSTEM,
                     place, "%s", g_strerror(code));
        return false;
    }
    if (!check_file(path, &info, error))
        return false;
    if (g_file_get_contents(path, text, length, &reason))
        return true;
    bool denied = g_error_matches(reason, G_FILE_ERROR, G_FILE_ERROR_ACCES);
    error_set_at(error, denied ? ERROR_PERMISSION : ERROR_SYSTEM, place,
                 "cannot be read: %s", reason->message);
    return false;
}

/* From the directory, else built-in. False without an error: neither. */
static bool read_named(const Shelf *shelf, const char *name, char **file,
                       char **text, size_t *length, GError **error)
{
    g_autoptr(GError) reason = NULL;

    if (shelf->directory != NULL) {
        g_autofree char *path = g_build_filename(shelf->directory, name, NULL);
        if (read_path(path, text, length, &reason)) {
            *file = g_steal_pointer(&path);
            return true;
        }
        if (reason != NULL) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return false;
        }
    }
    *file = g_strconcat("built-in ", name, NULL);
    if (read_builtin(shelf, name, text, length))
        return true;
    g_clear_pointer(file, g_free);
    return false;
}

static char *read_partial(void *data, const char *name, char **file,
                          GError **error)
{
    const Shelf *shelf = data;
    g_autofree char *full = g_strconcat(name, shelf->ending, NULL);
    g_autoptr(GError) reason = NULL;
    char *text = NULL;
    size_t length = 0;

    if (read_named(shelf, full, file, &text, &length, &reason)) {
        if (strlen(text) == length)
            return text;
        g_free(text);
        error_set(error, ERROR_INPUT, "it holds a NUL byte");
        return NULL;
    }
    if (reason != NULL)
        g_propagate_error(error, g_steal_pointer(&reason));
    else
        error_set(error, ERROR_INPUT, "there is no file %s beside it", full);
    return NULL;
}

static Template *load_template(Shelf shelf, const char *name,
                               TemplateFormat format, char **file,
                               GError **error)
{
    g_autofree char *text = NULL;
    size_t length = 0;

    shelf.ending = format == TEMPLATE_HTML ? ".html" : ".txt";
    if (!read_named(&shelf, name, file, &text, &length, error))
        return NULL;
    TemplateSource source = {.file = *file,
                             .text = text,
                             .length = length,
                             .format = format,
                             .partial = read_partial,
                             .data = &shelf};
    return template_parse(&source, error);
}

static bool load_theme(const Shelf *shelf, TemplateFiles *files, GError **error)
{
    g_autofree char *file = NULL;
    size_t length = 0;

    if (!read_named(shelf, "theme.css", &file, &files->theme_source, &length,
                    error))
        return false;
    files->theme = style_parse(files->theme_source, length, file, error);
    return files->theme != NULL;
}

static bool find_shelf(const char *template, Shelf *shelf, GError **error)
{
    *shelf = (Shelf){.builtin = BUILTIN_TEMPLATE};
    if (template == NULL)
        return true;
    if (strchr(template, '/') == NULL) {
        shelf->builtin = template;
        return builtin_check_template(template, error);
    }
    shelf->directory = template;
    /* Without any the built-in one would be taken, and nobody told. */
    if (template_is_in(template))
        return true;
    error_set_at(error, ERROR_MISSING, (Place){template, 0, 0},
                 "no directory with a template, that is with mail.txt, "
                 "mail.html or theme.css; `mirmail template copy` makes one");
    return false;
}

bool template_files_load(const char *template, TemplateFiles *files,
                         GError **error)
{
    g_autofree char *text_file = NULL;
    Shelf shelf;

    *files = (TemplateFiles){0};
    if (!find_shelf(template, &shelf, error))
        return false;
    files->html = load_template(shelf, "mail.html", TEMPLATE_HTML,
                                &files->html_file, error);
    if (files->html != NULL)
        files->text = load_template(shelf, "mail.txt", TEMPLATE_PLAIN,
                                    &text_file, error);
    if (files->text != NULL && load_theme(&shelf, files, error))
        return true;
    template_files_clear(files);
    return false;
}

void template_files_clear(TemplateFiles *files)
{
    g_clear_pointer(&files->html, template_free);
    g_clear_pointer(&files->text, template_free);
    g_clear_pointer(&files->theme, style_free);
    g_clear_pointer(&files->html_file, g_free);
    g_clear_pointer(&files->theme_source, g_free);
}
