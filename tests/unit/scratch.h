/*
 * scratch.h - a folder for one test, a clock that the test moves, and
 * addresses.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include "test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "mail/address.h"

static inline char *scratch_new(void)
{
    GError *error = NULL;
    char *folder = g_dir_make_tmp("mirmail-test-XXXXXX", &error);
    assert_no_error(error);
    return folder;
}

static inline void scratch_remove(char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            scratch_remove(path);
        else {
            unlink(path);
            g_free(path);
        }
    }
    if (dir != NULL)
        g_dir_close(dir);
    rmdir(folder);
    g_free(folder);
}

static inline void scratch_write(const char *path, const char *text)
{
    GError *error = NULL;
    g_file_set_contents(path, text, -1, &error);
    assert_no_error(error);
}

typedef struct FakeTime {
    int64_t wall_us;
    int64_t monotonic_ns;
} FakeTime;

static inline int64_t fake_wall_us(const Clock *clock)
{
    FakeTime *time = clock->data;
    return __atomic_load_n(&time->wall_us, __ATOMIC_RELAXED);
}

static inline int64_t fake_monotonic_ns(const Clock *clock)
{
    FakeTime *time = clock->data;
    return __atomic_load_n(&time->monotonic_ns, __ATOMIC_RELAXED);
}

static inline void fake_time_pass(FakeTime *time, int64_t duration_ns)
{
    __atomic_add_fetch(&time->wall_us, duration_ns / 1000, __ATOMIC_RELAXED);
    __atomic_add_fetch(&time->monotonic_ns, duration_ns, __ATOMIC_RELAXED);
}

static inline Clock fake_clock(FakeTime *time)
{
    return (Clock){fake_wall_us, fake_monotonic_ns, time};
}

static inline Address make_address(const char *text)
{
    char *copy = g_strdup(text);
    return (Address){.text = copy,
                     .key = g_ascii_strdown(text, -1),
                     .domain = strchr(copy, '@') + 1};
}

static inline void drop_address(Address *address)
{
    g_free(address->text);
    g_free(address->key);
}

#endif
