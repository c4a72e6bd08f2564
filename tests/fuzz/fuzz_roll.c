/*
 * fuzz_roll.c - any bytes as a list that is changed: the first one chooses
 * the format.
 *
 * What is not changed stays as it is; the canonical form reads as the same
 * people, is its own canonical form, and takes a new row and gives it back.
 */
#include <stdlib.h>

#include <glib/gstdio.h>

#include "list/list.h"
#include "list/roll.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void save(const char *path, const char *bytes, size_t length)
{
    FILE *stream = fopen(path, "wbe");
    g_assert(stream != NULL);
    g_assert(fwrite(bytes, 1, length, stream) == length);
    fclose(stream);
}

static int compare(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Everybody who would be written to, with all values, a line each, sorted by
 * address. */
static char *people(const char *path)
{
    const char *const paths[] = {path, NULL};
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(List)
        list = list_open(&(ListOptions){.paths = paths}, NULL, NULL);
    const Subscriber *subscriber;
    while (list != NULL && (subscriber = list_next(list, NULL)) != NULL) {
        GString *line = g_string_new(subscriber_address(subscriber)->text);
        const char *const *column = list_columns(list);
        for (; *column != NULL; column++) {
            const char *value = subscriber_field(subscriber, *column);
            if (value != NULL && *value != '\0')
                g_string_append_printf(line, "\x1f%s\x1e%s", *column, value);
        }
        g_ptr_array_add(lines, g_string_free(line, FALSE));
    }
    if (lines->len > 0)
        qsort(lines->pdata, lines->len, sizeof *lines->pdata, compare);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

static void check_canonical(const char *path)
{
    Roll *roll = roll_open(path, ROLL_CHANGE, NULL);
    if (roll == NULL)
        return;
    g_autofree char *before = people(path);
    bool is_formatted = roll_format(roll, NULL);
    g_assert(!is_formatted || roll_write(roll, NULL));
    roll_close(roll);
    if (!is_formatted)
        return;
    g_autofree char *after = people(path);
    g_assert(strcmp(before, after) == 0);
    g_autoptr(Roll) again = roll_open(path, ROLL_READ, NULL);
    g_assert(again != NULL && roll_format(again, NULL));
    g_assert(!roll_is_changed(again));
}

static void check_adding(const char *path)
{
    g_autoptr(GError) error = NULL;
    Roll *roll = roll_open(path, ROLL_CHANGE, NULL);
    if (roll == NULL)
        return;
    size_t row = roll_add(roll, "new-one@example.org");
    roll_set(roll, row, "name", "\"New, one\": #1");
    bool is_written = roll_write(roll, NULL);
    roll_close(roll);
    if (!is_written)
        return;
    roll = roll_open(path, ROLL_CHANGE, &error);
    g_assert(roll != NULL);
    row = roll_find(roll, "new-one@example.org", 0);
    g_assert(row != ROLL_NONE);
    for (; row != ROLL_NONE; row = roll_find(roll, "new-one@example.org", row))
        roll_remove(roll, row);
    g_assert(roll_write(roll, NULL));
    roll_close(roll);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    g_autofree char *folder = g_dir_make_tmp("mirmail-fuzz-XXXXXX", NULL);
    const char *name = bytes[0] == 'y' ? "a.yaml" : "a.csv";
    g_autofree char *path = g_build_filename(folder, name, NULL);
    save(path, (const char *)bytes + 1, size - 1);
    Roll *roll = roll_open(path, ROLL_READ, NULL);
    size_t length = 0;
    g_autofree char *text = roll ? roll_text(roll, &length) : NULL;
    roll_close(roll);
    check_adding(path);
    save(path, (const char *)bytes + 1, size - 1);
    check_canonical(path);
    g_unlink(path);
    g_rmdir(folder);
    return 0;
}
