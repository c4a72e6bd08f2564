/* translations.c - see translations.h. */
#include "post/translations.h"

#include <errno.h>
#include <string.h>

#include "mail/lang.h"
#include "post/enclosed.h"

static void clear_translation(gpointer data)
{
    Translation *translation = data;
    g_free(translation->lang);
    g_free(translation->path);
}

static gint compare_tags(gconstpointer a, gconstpointer b)
{
    const Translation *left = a;
    const Translation *right = b;
    return strcmp(left->lang, right->lang);
}

/* The tag in `name`, which stands between the post's stem and its ending;
 * NULL when it is another file. */
static char *tag_of(const char *name, const char *stem, const char *ending)
{
    size_t before = strlen(stem);
    size_t behind = strlen(ending);
    size_t length = strlen(name);
    if (length <= before + 1 + behind || !g_str_has_prefix(name, stem) ||
        name[before] != '.' || !g_str_has_suffix(name, ending))
        return NULL;
    const char *tag = name + before + 1;
    size_t tag_length = length - before - 1 - behind;
    return lang_is_tag(tag, tag_length) ? g_strndup(tag, tag_length) : NULL;
}

static GDir *open_folder(const char *folder, GError **error)
{
    g_autoptr(GError) reason = NULL;
    GDir *dir = g_dir_open(folder, 0, &reason);
    if (dir != NULL)
        return dir;
    bool denied = g_error_matches(reason, G_FILE_ERROR, G_FILE_ERROR_ACCES);
    error_set_at(error, denied ? ERROR_PERMISSION : ERROR_SYSTEM,
                 (Place){folder, 0, 0},
                 "the folder of the post cannot be searched for translations: "
                 "%s",
                 reason->message);
    return NULL;
}

GArray *translations_find(const char *post, GError **error)
{
    g_autoptr(GArray) found = g_array_new(FALSE, TRUE, sizeof(Translation));
    g_array_set_clear_func(found, clear_translation);
    g_autofree char *stem = g_path_get_basename(post);
    char *dot = strrchr(stem, '.');
    if (strcmp(post, "-") == 0 || dot == NULL || dot == stem)
        return g_steal_pointer(&found);
    g_autofree char *ending = g_strdup(dot);
    *dot = '\0';
    g_autofree char *folder = g_path_get_dirname(post);
    bool is_here = strchr(post, '/') == NULL;
    g_autoptr(GDir) dir = open_folder(folder, error);
    if (dir == NULL)
        return NULL;
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        Translation translation = {.lang = tag_of(name, stem, ending)};
        if (translation.lang == NULL)
            continue;
        translation.path = is_here ? g_strdup(name)
                                   : g_build_filename(folder, name, NULL);
        g_array_append_val(found, translation);
    }
    g_array_sort(found, compare_tags);
    if (found->len <= TRANSLATIONS_MAX)
        return g_steal_pointer(&found);
    error_set_at(error, ERROR_INPUT, (Place){post, 0, 0},
                 "it has over %d translations beside it", TRANSLATIONS_MAX);
    return NULL;
}

/* "fr" covers "fr-CH" and the other way round. */
static bool is_same_language(const char *left, const char *right)
{
    size_t length = strcspn(left, "-_");
    return length == strcspn(right, "-_") &&
           g_ascii_strncasecmp(left, right, length) == 0;
}

void translation_complete(Post *translation, const char *lang, const Post *post,
                          Findings *findings)
{
    if (translation->lang != NULL && !is_same_language(translation->lang, lang))
        findings_add(findings, SEVERITY_WARNING, "lang",
                     (Place){translation->file, 0, 0},
                     "its name says `%s`, its front matter `%s`; the name "
                     "decides",
                     lang, translation->lang);
    g_free(translation->lang);
    translation->lang = g_strdup(lang);
    if (!translation->has_date && post->has_date) {
        translation->has_date = true;
        translation->date = post->date;
    }
    if (translation->url == NULL)
        translation->url = g_strdup(post->url);
    enclosed_inherit(translation, post);
    if (translation->authors->len > 0)
        return;
    for (guint i = 0; i < post->authors->len; i++)
        g_ptr_array_add(translation->authors,
                        g_strdup(g_ptr_array_index(post->authors, i)));
}
