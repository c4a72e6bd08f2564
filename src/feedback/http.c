/* http.c - see http.h. The only file that knows libmicrohttpd. */
#include "feedback/http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <microhttpd.h>

static_assert(MHD_VERSION >= 0x00097206, "MHD_run_wait()");

/* The most of a body that arrives beyond the limit before the connection is
 * left alone: the sender of a little too much shall read why. */
#define BODY_DRAIN_MAX ((size_t)1024 * 1024)

struct HttpServer {
    struct MHD_Daemon *daemon;
    char **hosts; /* NULL: any */
    size_t body_max;
    HttpHandler handle;
    void *data;
    int port;
};

struct HttpRequest {
    struct MHD_Connection *connection;
    char *method;
    char *path;
    GString *body;
    size_t received; /* bytes of the body, kept or not */
    bool too_large;
};

struct HttpAnswer {
    int status;
    struct MHD_Response *response;
};

/* --- the request --- */

const char *http_method(const HttpRequest *request)
{
    return request->method;
}

const char *http_path(const HttpRequest *request)
{
    return request->path;
}

const char *http_header(const HttpRequest *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                       name);
}

const char *http_query(const HttpRequest *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection,
                                       MHD_GET_ARGUMENT_KIND, name);
}

const GString *http_body(const HttpRequest *request)
{
    return request->body;
}

static void request_free(HttpRequest *request)
{
    if (request == NULL)
        return;
    g_free(request->method);
    g_free(request->path);
    g_string_free(request->body, TRUE);
    g_free(request);
}

/* --- the answer --- */

static void replace_body(HttpAnswer *answer, const char *body, size_t length)
{
    if (answer->response != NULL)
        MHD_destroy_response(answer->response);
    /* The library copies; it takes no const. */
    answer->response = MHD_create_response_from_buffer(
        length, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
}

bool http_answer_header(HttpAnswer *answer, const char *name, const char *value)
{
    return answer->response != NULL && strpbrk(value, "\r\n") == NULL &&
           MHD_add_response_header(answer->response, name, value) == MHD_YES;
}

void http_answer(HttpAnswer *answer, int status, const char *type,
                 const char *body, size_t length)
{
    static const char *const fields[][2] = {
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
    };
    answer->status = status;
    replace_body(answer, body, length);
    http_answer_header(answer, "Content-Type", type);
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        http_answer_header(answer, fields[i][0], fields[i][1]);
}

static void answer_plainly(HttpAnswer *answer, int status, const char *text)
{
    http_answer(answer, status, "text/plain; charset=utf-8", text,
                strlen(text));
}

/* --- whom it is for --- */

typedef struct HostCount {
    int count;
    const char *value;
} HostCount;

static enum MHD_Result count_host(void *data, enum MHD_ValueKind kind,
                                  const char *name, const char *value)
{
    HostCount *found = data;
    (void)kind;
    if (g_ascii_strcasecmp(name, "Host") == 0) {
        found->count++;
        found->value = value;
    }
    return MHD_YES;
}

static bool is_host(const HttpServer *server, const char *host,
                    const char *value)
{
    if (strchr(host, ':') != NULL)
        return g_ascii_strcasecmp(host, value) == 0;
    g_autofree char *whole = g_strdup_printf("%s:%d", host, server->port);
    return g_ascii_strcasecmp(whole, value) == 0;
}

/* Exactly one Host field, and one of ours. */
static bool is_for_us(const HttpServer *server, const HttpRequest *request)
{
    HostCount found = {0};
    if (server->hosts == NULL)
        return true;
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, count_host,
                              &found);
    if (found.count != 1 || found.value == NULL)
        return false;
    for (char **host = server->hosts; *host != NULL; host++)
        if (is_host(server, *host, found.value))
            return true;
    return false;
}

/* --- one request from its first line to its answer --- */

static enum MHD_Result send_answer(HttpAnswer *answer,
                                   const HttpRequest *request)
{
    if (answer->response == NULL)
        return MHD_NO; /* no memory: the connection is closed */
    enum MHD_Result result = MHD_queue_response(
        request->connection, (unsigned)answer->status, answer->response);
    MHD_destroy_response(answer->response);
    return result;
}

static enum MHD_Result answer_request(HttpServer *server,
                                      const HttpRequest *request)
{
    HttpAnswer answer = {0};
    answer_plainly(&answer, 404, "There is nothing here.\n");
    if (!is_for_us(server, request))
        answer_plainly(&answer, 421, "This is another host.\n");
    else if (request->too_large)
        answer_plainly(&answer, 413, "This is too large.\n");
    else
        server->handle(server->data, request, &answer);
    return send_answer(&answer, request);
}

static HttpRequest *begin_request(struct MHD_Connection *connection,
                                  const char *method, const char *path)
{
    HttpRequest *request = g_new0(HttpRequest, 1);
    request->connection = connection;
    request->method = g_strdup(method);
    request->path = g_utf8_make_valid(path, -1);
    request->body = g_string_new(NULL);
    return request;
}

static bool take_body(const HttpServer *server, HttpRequest *request,
                      const char *bytes, size_t length)
{
    request->received += length;
    if (request->received > server->body_max) {
        request->too_large = true;
        g_string_truncate(request->body, 0);
        return request->received <= server->body_max + BODY_DRAIN_MAX;
    }
    g_string_append_len(request->body, bytes, (gssize)length);
    return true;
}

/* The library's callback: first with the header, then with each piece of the
 * body, then once more.
 * NOLINTNEXTLINE(readability-function-size): its type is the library's. */
static enum MHD_Result on_access(void *data, struct MHD_Connection *connection,
                                 const char *url, const char *method,
                                 const char *version, const char *upload,
                                 size_t *upload_length, void **state)
{
    HttpServer *server = data;
    HttpRequest *request = *state;
    (void)version;
    if (request == NULL) {
        *state = begin_request(connection, method, url);
        return MHD_YES;
    }
    if (*upload_length > 0) {
        bool goes_on = take_body(server, request, upload, *upload_length);
        *upload_length = 0;
        return goes_on ? MHD_YES : MHD_NO;
    }
    return answer_request(server, request);
}

static void on_completed(void *data, struct MHD_Connection *connection,
                         void **state, enum MHD_RequestTerminationCode code)
{
    (void)data;
    (void)connection;
    (void)code;
    request_free(*state);
    *state = NULL;
}

/* --- the server --- */

static void fail_open(int port, int code, GError **error)
{
    if (code == EADDRINUSE)
        error_set(
            error, ERROR_RETRY,
            "port %d of 127.0.0.1 is taken by another program; choose another "
            "one",
            port);
    else
        error_set(error, ERROR_SYSTEM, "cannot listen on 127.0.0.1:%d: %s",
                  port, code != 0 ? g_strerror(code) : "no reason given");
}

static struct MHD_Daemon *start(HttpServer *server, int port)
{
    struct sockaddr_in loopback = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    errno = 0;
    return MHD_start_daemon(
        MHD_NO_FLAG, 0, NULL, NULL, on_access, server, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&loopback, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)HTTP_IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        HTTP_HEADER_MAX, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
        MHD_OPTION_END);
}

HttpServer *http_open(const HttpOptions *options, GError **error)
{
    HttpServer *server = g_new0(HttpServer, 1);
    server->hosts = g_strdupv((char **)(uintptr_t)options->hosts);
    server->body_max = MIN(options->body_max, HTTP_BODY_MAX);
    server->handle = options->handle;
    server->data = options->data;
    server->daemon = start(server, options->port);
    if (server->daemon == NULL) {
        fail_open(options->port, errno, error);
        http_close(server);
        return NULL;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(
        server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    server->port = info != NULL ? info->port : options->port;
    return server;
}

void http_close(HttpServer *server)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    g_strfreev(server->hosts);
    g_free(server);
}

int http_port(const HttpServer *server)
{
    return server->port;
}

bool http_run(HttpServer *server, int milliseconds, GError **error)
{
    errno = 0;
    if (MHD_run_wait(server->daemon, milliseconds) == MHD_YES || errno == EINTR)
        return true;
    error_set(error, ERROR_SYSTEM, "the HTTP server fails: %s",
              g_strerror(errno));
    return false;
}
