/*
 * fuzz_dkim.c - any bytes as a key's file, and as a field and a body: the
 * canonical forms are their own, hold no blanks in rows and end as lines do.
 */
#include <stdint.h>
#include <string.h>

#include "mail/dkim_key.h"
#include "message/dkim.h"
#include "message/dkim_relax.h"

static void relax_twice(const char *text, size_t length,
                        void (*relax)(const char *, size_t, GString *))
{
    g_autoptr(GString) once = g_string_new(NULL);
    g_autoptr(GString) twice = g_string_new(NULL);
    relax(text, length, once);
    size_t end = once->len;
    g_assert(end == 0 || memcmp(once->str + end - 2, "\r\n", 2) == 0);
    g_assert(memchr(once->str, '\t', end) == NULL);
    g_assert(memmem(once->str, end, "  ", 2) == NULL);
    relax(once->str, end, twice);
    g_assert(g_string_equal(once, twice));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    DkimKey *key = dkim_key_parse(text, size, NULL);
    if (key != NULL) {
        g_autofree char *record = dkim_key_record(key, NULL);
        g_assert(record != NULL);
        dkim_key_free(key);
    }
    relax_twice(text, size, dkim_relax_body);
    relax_twice(text, size, dkim_relax_field);
    return 0;
}
