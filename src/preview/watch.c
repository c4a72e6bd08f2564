/* watch.c - see watch.h. */
#include "preview/watch.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

struct Watch {
    GPtrArray *paths; /* of char * */
    char *seen;       /* what they looked like; NULL: not looked yet */
};

Watch *watch_new(void)
{
    Watch *watch = g_new0(Watch, 1);
    watch->paths = g_ptr_array_new_with_free_func(g_free);
    return watch;
}

void watch_free(Watch *watch)
{
    if (watch == NULL)
        return;
    g_ptr_array_unref(watch->paths);
    g_free(watch->seen);
    g_free(watch);
}

void watch_add(Watch *watch, const char *path)
{
    if (path == NULL || watch->paths->len >= WATCH_FILES_MAX ||
        g_ptr_array_find_with_equal_func(watch->paths, path, g_str_equal, NULL))
        return;
    g_ptr_array_add(watch->paths, g_strdup(path));
}

/* Gives true for a directory. */
static bool append_look(GString *look, const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        g_string_append_printf(look, "%s -\n", path);
        return false;
    }
    g_string_append_printf(look, "%s %ju %jd %jd.%09ld\n", path,
                           (uintmax_t)info.st_ino, (intmax_t)info.st_size,
                           (intmax_t)info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    return S_ISDIR(info.st_mode);
}

static int compare_names(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static void append_directory(GString *look, const char *path)
{
    GDir *directory = g_dir_open(path, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while (directory != NULL && names->len < WATCH_FILES_MAX &&
           (name = g_dir_read_name(directory)) != NULL)
        g_ptr_array_add(names, g_build_filename(path, name, NULL));
    if (directory != NULL)
        g_dir_close(directory);
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++)
        append_look(look, g_ptr_array_index(names, i));
}

bool watch_changed(Watch *watch)
{
    GString *look = g_string_new(NULL);
    for (guint i = 0; i < watch->paths->len; i++) {
        const char *path = g_ptr_array_index(watch->paths, i);
        if (append_look(look, path))
            append_directory(look, path);
    }
    bool changed = g_strcmp0(look->str, watch->seen) != 0;
    g_free(watch->seen);
    watch->seen = g_string_free(look, FALSE);
    return changed;
}
