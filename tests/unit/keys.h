/*
 * keys.h - the keys whose tokens tests have from Python, a file of them, and
 * random bytes that are always the same.
 */
#ifndef KEYS_H
#define KEYS_H

#include "scratch.h"

#include <stdbool.h>
#include <sys/stat.h>

#define KEY_A "a aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq\n"
#define KEY_B "b eaqseizeeutcokbjfivsyljof4ydcmrtgq2tmnzyhe5dwpb5hy7q\n"

static inline void keys_write(const char *path, const char *text)
{
    scratch_write(path, text);
    assert_int_equal(chmod(path, 0600), 0);
}

static inline bool fill_sevens(void *bytes, size_t length)
{
    memset(bytes, 7, length);
    return true;
}

#endif
