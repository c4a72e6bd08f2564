/*
 * request.h - one request to a web server, and all that it answers, as a
 * program sees it that follows no redirect and keeps no cookie.
 *
 * No proxy but those of the environment, no password of the user's; the
 * certificate is checked. Any thread; blocks for REQUEST_SECONDS at most.
 */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include <stdbool.h>

#include "base/error.h"

#define REQUEST_SECONDS 15
#define REQUEST_BODY_MAX 262144 /* bytes of an answer; the rest is cut off */

typedef struct WebRequest {
    const char *url;
    const char *type;    /* of the body; NULL with `body` */
    const char *body;    /* NULL: GET, else POST */
    const char *ca_file; /* PEM; NULL: the system's authorities */
} WebRequest;

typedef struct WebAnswer {
    int status;     /* 0: there is no answer */
    char *problem;  /* why not; NULL */
    bool is_final;  /* with a problem: it will be the same later */
    char *type;     /* Content-Type; NULL */
    char *location; /* of a redirect; NULL */
    bool has_cookie;
    GString *body; /* never NULL */
} WebAnswer;

/* ERROR_MISSING without libcurl, ERROR_SYSTEM when it fails. A server that
 * does not answer is no error but an answer with a problem. */
bool web_request(const WebRequest *request, WebAnswer *answer, GError **error);
/* Also of a zeroed one. */
void web_answer_clear(WebAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WebAnswer, web_answer_clear)

#endif
