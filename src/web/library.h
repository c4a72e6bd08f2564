/*
 * library.h - libcurl, loaded when it is needed: with all that it needs
 * itself, it would make every start of the program a third slower. Private to
 * web.
 *
 * Each file that asks the network has a struct of the calls that it makes, in
 * curl's own types, and has it filled.
 */
#ifndef WEB_LIBRARY_H
#define WEB_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

typedef struct WebCall {
    const char *name;
    size_t offset; /* of its pointer in the struct */
} WebCall;

/* A row of calls[] for the member of that name in `Struct`. */
#define WEB_CALL(Struct, name)                                                 \
    {                                                                          \
        "curl_" #name, offsetof(Struct, name)                                  \
    }

/* ERROR_MISSING when there is no libcurl, or one without such a call. */
bool web_load(const WebCall *calls, size_t count, void *table, GError **error);

#endif
