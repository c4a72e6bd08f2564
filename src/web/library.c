/* library.c - see library.h. */
#include "web/library.h"

#include <dlfcn.h>
#include <string.h>

#define LIBRARY "libcurl.so.4"

bool web_load(const WebCall *calls, size_t count, void *table, GError **error)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library != NULL && i < count; i++) {
        void *call = dlsym(library, calls[i].name);
        if (call == NULL)
            library = NULL;
        else
            memcpy((char *)table + calls[i].offset, &call, sizeof call);
    }
    if (library != NULL)
        return true;
    error_set(error, ERROR_MISSING,
              "the web is asked by libcurl, which cannot be loaded: %s",
              dlerror());
    return false;
}
