/* builtin.c - see builtin.h. The arrays are made by the Makefile. */
#include "base/builtin.h"

#include <string.h>

#include "embedded.h"

const char *builtin_file(const char *name, size_t *length)
{
    for (size_t i = 0; i < sizeof embedded_files / sizeof *embedded_files;
         i++) {
        if (strcmp(embedded_files[i].name, name) != 0)
            continue;
        *length = embedded_files[i].length;
        return (const char *)embedded_files[i].bytes;
    }
    return NULL;
}
