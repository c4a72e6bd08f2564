/*
 * http.h - a small HTTP server, for this machine or a web server in front.
 *
 *     request ──HttpHandler──> answer
 *
 * For what one person or one proxy in front asks: one thread, whole requests
 * and whole answers, everything bounded: header, body, connections, the time
 * that a connection idles and the time until its request is whole. What has
 * to be seen from outside stands behind a web server with TLS.
 *
 * With `hosts`, a request that names another host is refused (421): a page of
 * somebody else whose name was made to point here (DNS rebinding) is not
 * answered.
 *
 * Nothing runs by itself. http_run() answers what has come and waits for
 * more; the handler is called in there, in the caller's thread.
 */
#ifndef FEEDBACK_HTTP_H
#define FEEDBACK_HTTP_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"

#define HTTP_CONNECTIONS_MAX 256
#define HTTP_IDLE_SECONDS 15                /* of a connection */
#define HTTP_REQUEST_SECONDS 30             /* from one answer to the next */
#define HTTP_HEADER_MAX ((size_t)32 * 1024) /* bytes, first line too */
#define HTTP_BODY_MAX ((size_t)8 * 1024 * 1024) /* the most to ask for */

typedef struct HttpRequest HttpRequest;

/* In upper case as sent; the path decoded, UTF-8, without the query; the
 * target is path and query as sent. Of an absolute form (RFC 9112 3.2.2) both
 * are without scheme and host. A %00 stays as it is. */
const char *http_method(const HttpRequest *request);
const char *http_path(const HttpRequest *request);
const char *http_target(const HttpRequest *request);
/* The first value of a header field or of a field of the query, decoded;
 * NULL when there is none. */
const char *http_header(const HttpRequest *request, const char *name);
const char *http_query(const HttpRequest *request, const char *name);
/* With a NUL behind it. */
const GString *http_body(const HttpRequest *request);

typedef struct HttpField {
    const char *name; /* NULL ends a list */
    const char *value;
} HttpField;

/* In every answer: nothing is kept, guessed, passed on or embedded. */
extern const HttpField http_common_fields[];

/* To be filled by the handler: empty and 404 before. A 405 needs an Allow
 * field. */
typedef struct HttpAnswer HttpAnswer;

/* `type` as "text/html; charset=utf-8". */
void http_answer(HttpAnswer *answer, int status, const char *type,
                 const char *body, size_t length);
/* One more field. Neither name nor value may hold a line break: false. */
bool http_answer_header(HttpAnswer *answer, const char *name,
                        const char *value);

typedef void (*HttpHandler)(void *data, const HttpRequest *request,
                            HttpAnswer *answer);

typedef struct HttpOptions {
    const char *listen;       /* as http_listen() takes it */
    const char *const *hosts; /* with or without a port, NULL-terminated;
                                 without, this server's is meant. NULL: any */
    size_t body_max;          /* bytes; more are refused (413) */
    const Clock *clock;       /* borrowed */
    HttpHandler handle;
    void *data;
} HttpOptions;

typedef struct HttpServer HttpServer;

/* Errors of http_listen(), ERROR_SYSTEM. Copies the options. */
HttpServer *http_open(const HttpOptions *options, GError **error);
void http_close(HttpServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpServer, http_close)

int http_port(const HttpServer *server); /* 0: not TCP */

/* Answers for about so long, at least once; a signal may end it early. */
bool http_run(HttpServer *server, int milliseconds, GError **error);

/* Takes no more connections and answers those that are there, for about so
 * long at most. Only http_close() may follow. */
void http_finish(HttpServer *server, int milliseconds);

#endif
