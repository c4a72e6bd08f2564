/*
 * replay.c - runs a fuzz target over its corpus in the ordinary tests: every
 * file of the folder given, and the empty input.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int replay_file(const char *path)
{
    char *bytes = NULL;
    gsize length = 0;
    GError *error = NULL;
    if (!g_file_get_contents(path, &bytes, &length, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    /* A copy of the exact size lets a sanitizer see every overrun. */
    uint8_t *exact = malloc(length ? length : 1);
    g_assert(exact != NULL);
    for (gsize i = 0; i < length; i++)
        exact[i] = (uint8_t)bytes[i];
    LLVMFuzzerTestOneInput(exact, length);
    free(exact);
    g_free(bytes);
    return 0;
}

int main(int argc, char **argv)
{
    GDir *folder = argc == 2 ? g_dir_open(argv[1], 0, NULL) : NULL;
    if (folder == NULL) {
        fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return 1;
    }
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    int files = 0;
    const char *name;
    while ((name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *path = g_build_filename(argv[1], name, NULL);
        if (replay_file(path) != 0)
            return 1;
        files++;
    }
    g_dir_close(folder);
    printf("%s: %d files replayed\n", argv[1], files);
    return files > 0 ? 0 : 1;
}
