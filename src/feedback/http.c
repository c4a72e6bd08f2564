/* http.c - see http.h. The only file that knows libmicrohttpd. */
#include "feedback/http.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "feedback/http_listen.h"

static_assert(MHD_VERSION >= 0x00097206, "MHD_run_wait()");

/* The most of a body that arrives beyond the limit before the connection is
 * left alone: the sender of a little too much shall read why. */
#define BODY_DRAIN_MAX ((size_t)1024 * 1024)
/* After a turn in which nothing happened. With a chunk's head that is longer
 * than its buffer the library does not wait at all, until the connection has
 * idled for too long (0.9.75). */
#define PAUSE_NS INT64_C(1000000)
#define QUIET_MS 50 /* a wait while the last requests are answered */

/* A connection, and when its last request was answered. */
typedef struct Peer {
    GList link; /* in HttpServer.peers, the longest without an answer first */
    int file;
    int64_t since_ns;
} Peer;

struct HttpServer {
    struct MHD_Daemon *daemon;
    const Clock *clock;
    GQueue peers;
    char *socket_path; /* to remove at the end; NULL */
    bool finishing;
    uint64_t events; /* calls by the library */
    char **hosts;    /* NULL: any */
    size_t body_max;
    HttpHandler handle;
    void *data;
    int port;
};

struct HttpRequest {
    struct MHD_Connection *connection;
    bool begun;
    char *method;
    char *path;
    char *target;
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

const char *http_target(const HttpRequest *request)
{
    return request->target;
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
    g_free(request->target);
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

const HttpField http_common_fields[] = {
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {NULL, NULL},
};

void http_answer(HttpAnswer *answer, int status, const char *type,
                 const char *body, size_t length)
{
    answer->status = status;
    replace_body(answer, body, length);
    http_answer_header(answer, "Content-Type", type);
    for (const HttpField *field = http_common_fields; field->name; field++)
        http_answer_header(answer, field->name, field->value);
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

/* --- how long it is --- */

typedef struct LengthCount {
    int lengths;
    int encodings;
} LengthCount;

static enum MHD_Result count_length(void *data, enum MHD_ValueKind kind,
                                    const char *name, const char *value)
{
    LengthCount *found = data;
    (void)kind;
    (void)value;
    found->lengths += g_ascii_strcasecmp(name, "Content-Length") == 0;
    found->encodings += g_ascii_strcasecmp(name, "Transfer-Encoding") == 0;
    return MHD_YES;
}

/* Of a body with two lengths, a server in front may have taken the other one
 * for the end, and what follows would be read as a request (RFC 9112 6.3). */
static bool has_one_length(const HttpRequest *request)
{
    LengthCount found = {0};
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND,
                              count_length, &found);
    return found.lengths + found.encodings <= 1;
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
    if (server->finishing)
        http_answer_header(&answer, "Connection", "close");
    return send_answer(&answer, request);
}

/* Behind scheme and host, when it begins with them. */
static const char *skip_origin(const char *target)
{
    const char *host = g_ascii_strncasecmp(target, "http://", 7) == 0
                           ? target + 7
                       : g_ascii_strncasecmp(target, "https://", 8) == 0
                           ? target + 8
                           : NULL;
    return host != NULL ? host + strcspn(host, "/?") : target;
}

/* The library's first word of a request: its target as it was sent. What is
 * given back becomes the request's state. */
static void *on_target(void *data, const char *target,
                       struct MHD_Connection *connection)
{
    HttpRequest *request = g_new0(HttpRequest, 1);
    (void)data;
    request->connection = connection;
    request->target = g_utf8_make_valid(skip_origin(target), -1);
    request->body = g_string_new(NULL);
    return request;
}

static enum MHD_Result begin_request(HttpRequest *request, const char *method,
                                     const char *path)
{
    HttpAnswer answer = {0};
    request->begun = true;
    request->method = g_strdup(method);
    request->path = g_utf8_make_valid(skip_origin(path), -1);
    if (has_one_length(request))
        return MHD_YES;
    answer_plainly(&answer, 400, "This has two lengths.\n");
    http_answer_header(&answer, "Connection", "close");
    return send_answer(&answer, request);
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
    server->events++;
    (void)version;
    (void)connection;
    if (!request->begun)
        return begin_request(request, method, url);
    if (*upload_length > 0) {
        bool goes_on = take_body(server, request, upload, *upload_length);
        *upload_length = 0;
        return goes_on ? MHD_YES : MHD_NO;
    }
    return answer_request(server, request);
}

/* In place, as the library wants it: %41 becomes A, and %00, which would hide
 * what follows, stays. */
static size_t decode_percent(void *data, struct MHD_Connection *connection,
                             char *text)
{
    char *out = text;
    (void)data;
    (void)connection;
    for (const char *in = text; *in != '\0';) {
        int high = in[0] == '%' ? g_ascii_xdigit_value(in[1]) : -1;
        int low = high >= 0 ? g_ascii_xdigit_value(in[2]) : -1;
        if (low >= 0 && (high | low) != 0) {
            *out++ = (char)(high << 4 | low);
            in += 3;
        } else {
            *out++ = *in++;
        }
    }
    *out = '\0';
    return (size_t)(out - text);
}

/* --- connections --- */

static void restart_peer(HttpServer *server, Peer *peer)
{
    peer->since_ns = server->clock->monotonic_ns(server->clock);
    g_queue_unlink(&server->peers, &peer->link);
    g_queue_push_tail_link(&server->peers, &peer->link);
}

static void on_connection(void *data, struct MHD_Connection *connection,
                          void **state,
                          enum MHD_ConnectionNotificationCode code)
{
    HttpServer *server = data;
    Peer *peer = *state;
    server->events++;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED && peer != NULL) {
        g_queue_unlink(&server->peers, &peer->link);
        g_free(peer);
        *state = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    peer = g_new0(Peer, 1);
    peer->link.data = peer;
    peer->file = info->connect_fd;
    peer->since_ns = server->clock->monotonic_ns(server->clock);
    g_queue_push_tail_link(&server->peers, &peer->link);
    *state = peer;
}

static void on_completed(void *data, struct MHD_Connection *connection,
                         void **state, enum MHD_RequestTerminationCode code)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    (void)code;
    if (info != NULL && info->socket_context != NULL)
        restart_peer(data, info->socket_context);
    request_free(*state);
    *state = NULL;
}

/* The library only knows when a connection last said something, and a byte a
 * second would keep one for ever. It sees the end of what it reads then. */
static void cut_slow_peers(HttpServer *server)
{
    int64_t before_ns = server->clock->monotonic_ns(server->clock) -
                        INT64_C(1000000000) * HTTP_REQUEST_SECONDS;
    Peer *peer;
    while ((peer = g_queue_peek_head(&server->peers)) != NULL &&
           peer->since_ns < before_ns) {
        shutdown(peer->file, SHUT_RDWR);
        restart_peer(server, peer);
    }
}

/* --- the server --- */

/* By select(), with so few connections: by epoll the library overlooks an end
 * that comes together with the last bytes, and keeps the connection for long
 * (seen in 0.9.75). */
static struct MHD_Daemon *start(HttpServer *server, int file)
{
    errno = 0;
    return MHD_start_daemon(
        MHD_NO_FLAG, 0, NULL, NULL, on_access, server, MHD_OPTION_LISTEN_SOCKET,
        file, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_HEADER_MAX,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK,
        decode_percent, NULL, MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_END);
}

static bool begin(HttpServer *server, const char *listen, GError **error)
{
    int file = http_listen(listen, &server->port, &server->socket_path, error);
    if (file < 0)
        return false;
    server->daemon = start(server, file);
    if (server->daemon != NULL)
        return true;
    error_set(error, ERROR_SYSTEM, "cannot serve on %s: %s", listen,
              errno != 0 ? g_strerror(errno) : "no reason given");
    close(file);
    return false;
}

HttpServer *http_open(const HttpOptions *options, GError **error)
{
    g_autoptr(HttpServer) server = g_new0(HttpServer, 1);
    server->clock = options->clock;
    server->hosts = g_strdupv((char **)(uintptr_t)options->hosts);
    server->body_max = MIN(options->body_max, HTTP_BODY_MAX);
    server->handle = options->handle;
    server->data = options->data;
    return begin(server, options->listen, error) ? g_steal_pointer(&server)
                                                 : NULL;
}

/* While somebody listens there nobody else takes its name; later it may be
 * that of the next server. */
static void remove_socket(HttpServer *server)
{
    if (server->socket_path != NULL)
        unlink(server->socket_path);
    g_clear_pointer(&server->socket_path, g_free);
}

void http_close(HttpServer *server)
{
    if (server == NULL)
        return;
    remove_socket(server);
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
    uint64_t before = server->events;
    cut_slow_peers(server);
    errno = 0;
    if (MHD_run_wait(server->daemon, milliseconds) == MHD_YES ||
        errno == EINTR) {
        if (server->events == before)
            clock_sleep(PAUSE_NS);
        return true;
    }
    error_set(error, ERROR_SYSTEM, "the HTTP server fails: %s",
              g_strerror(errno));
    return false;
}

void http_finish(HttpServer *server, int milliseconds)
{
    const Clock *clock = server->clock;
    int64_t until_ns = clock->monotonic_ns(clock) +
                       INT64_C(1000000) * milliseconds;
    remove_socket(server);
    MHD_run_wait(server->daemon, 0); /* who has knocked already */
    server->finishing = true;
    int file = MHD_quiesce_daemon(server->daemon);
    if (file >= 0)
        close(file);
    while (server->peers.length > 0 && clock->monotonic_ns(clock) < until_ns)
        if (!http_run(server, QUIET_MS, NULL))
            break;
}
