/*
 * files.h - list files for tests: written into a folder of their own, which
 * goes away with them.
 */
#ifndef TEST_LIST_FILES_H
#define TEST_LIST_FILES_H

#include "test.h"

#include <glib/gstdio.h>

typedef struct Files {
    char *folder;
    GPtrArray *paths;
} Files;

static inline void files_init(Files *files)
{
    files->folder = g_dir_make_tmp("mirmail-list-XXXXXX", NULL);
    assert_non_null(files->folder);
    files->paths = g_ptr_array_new_with_free_func(g_free);
}

/* The path, which the files own. */
static inline const char *files_write_bytes(Files *files, const char *name,
                                            const char *bytes, size_t length)
{
    char *path = g_build_filename(files->folder, name, NULL);
    assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
    g_ptr_array_add(files->paths, path);
    return path;
}

static inline const char *files_write(Files *files, const char *name,
                                      const char *text)
{
    return files_write_bytes(files, name, text, strlen(text));
}

static inline void files_clear(Files *files)
{
    for (guint i = 0; i < files->paths->len; i++)
        g_unlink(g_ptr_array_index(files->paths, i));
    g_rmdir(files->folder);
    g_ptr_array_unref(files->paths);
    g_free(files->folder);
}

#endif
