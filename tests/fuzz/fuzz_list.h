/*
 * fuzz_list.h - any bytes as a list file, for the fuzzers of both formats.
 *
 * Nothing breaks, what comes out may stand in a mail, every row is counted
 * once, and reading again gives the same.
 */
#ifndef FUZZ_LIST_H
#define FUZZ_LIST_H

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "list/list.h"
#include "mail/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static inline int64_t fuzz_read_all(List *list)
{
    const Subscriber *subscriber;
    g_autoptr(GError) error = NULL;
    while ((subscriber = list_next(list, &error)) != NULL) {
        const char *const *column = list_columns(list);
        for (; *column != NULL; column++) {
            const char *value = subscriber_field(subscriber, *column);
            g_assert(value == NULL || g_utf8_validate(value, -1, NULL));
            g_assert(value == NULL || strpbrk(value, "\r\n\t") == NULL);
        }
        g_assert(header_check(subscriber_address(subscriber)->text, NULL));
        subscriber_free(subscriber_copy(subscriber));
    }
    return list_counts(list)->given;
}

static inline void fuzz_list_file(const char *path)
{
    const char *const paths[] = {path, NULL};
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(GError) error = NULL;
    List *list = list_open(&(ListOptions){.paths = paths}, findings, &error);
    g_assert((list == NULL) == (error != NULL));
    if (list == NULL)
        return;
    int64_t given = fuzz_read_all(list);
    const ListCounts *counts = list_counts(list);
    g_assert(counts->rows == given + counts->duplicates + counts->left +
                                 counts->invalid + counts->unsupported);
    list_rewind(list, NULL);
    g_assert(fuzz_read_all(list) == given);
    list_close(list);
}

/* The bytes as a file of this name, which decides the format. */
static inline void fuzz_list(const uint8_t *bytes, size_t size,
                             const char *name)
{
    int file = memfd_create("list", MFD_CLOEXEC);
    g_assert(file >= 0);
    g_assert(write(file, bytes, size) == (ssize_t)size);
    g_autofree char *folder = g_dir_make_tmp("mirmail-fuzz-XXXXXX", NULL);
    g_assert(folder != NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *target = g_strdup_printf("/proc/self/fd/%d", file);
    g_assert(symlink(target, path) == 0);
    fuzz_list_file(path);
    unlink(path);
    rmdir(folder);
    close(file);
}

#endif
