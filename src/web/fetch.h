/*
 * fetch.h - what servers say about many addresses.
 *
 * For each address HEAD, and GET of the first bytes when HEAD is refused;
 * FETCH_PARALLEL at a time, FETCH_SECONDS for each with all its redirects, of
 * which FETCH_REDIRECTS are followed, to http and https only. No cookies, no
 * password of the user's, no body is kept. The proxies of the environment
 * are used (http_proxy, no_proxy).
 */
#ifndef WEB_FETCH_H
#define WEB_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define FETCH_PARALLEL 8
#define FETCH_SECONDS 10
#define FETCH_REDIRECTS 5

typedef struct FetchAnswer {
    int status;     /* of the last server that answered; 0: none did */
    char *moved_to; /* where permanent redirects lead to; NULL */
    char *problem;  /* why there is no status; NULL */
} FetchAnswer;

void fetch_answer_clear(FetchAnswer *answer);

/* `answers` has room for `count`. ERROR_MISSING without libcurl, ERROR_SYSTEM
 * when it fails. */
bool web_fetch(const char *const *addresses, size_t count, FetchAnswer *answers,
               GError **error);

#endif
