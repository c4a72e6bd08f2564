/* http_listen.c - see http_listen.h. */
#include "feedback/http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128

typedef union Endpoint {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    struct sockaddr_un local;
} Endpoint;

static int fail(const char *where, int number, GError **error)
{
    if (number == EADDRINUSE)
        error_set(error, ERROR_RETRY,
                  "%s is taken by another program; choose another one", where);
    else
        error_set(error, number == EACCES ? ERROR_PERMISSION : ERROR_SYSTEM,
                  "cannot listen on %s: %s", where, g_strerror(number));
    return -1;
}

static int fail_text(const char *where, GError **error)
{
    error_set(error, ERROR_USAGE,
              "`%s` is no place to listen on: 127.0.0.1:8026, [::1]:8026, "
              "unix:/run/mirmail/leave.sock or fd:3",
              where);
    return -1;
}

static int listen_on(const char *where, const Endpoint *endpoint,
                     socklen_t length, GError **error)
{
    int on = 1;
    int file = socket(endpoint->any.sa_family,
                      SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0)
        return fail(where, errno, error);
    if (endpoint->any.sa_family != AF_UNIX)
        setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(file, &endpoint->any, length) == 0 && listen(file, BACKLOG) == 0)
        return file;
    int number = errno;
    close(file);
    return fail(where, number, error);
}

/* --- TCP --- */

static bool read_port(const char *text, in_port_t *port)
{
    guint64 value = 0;
    bool ok = g_ascii_string_to_unsigned(text, 10, 0, 65535, &value, NULL);
    *port = htons((uint16_t)value);
    return ok;
}

static bool read_host(const char *host, bool bracketed, in_port_t port,
                      Endpoint *endpoint)
{
    memset(endpoint, 0, sizeof *endpoint);
    if (!bracketed && strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    if (bracketed) {
        endpoint->six.sin6_family = AF_INET6;
        endpoint->six.sin6_port = port;
        return inet_pton(AF_INET6, host, &endpoint->six.sin6_addr) == 1;
    }
    endpoint->four.sin_family = AF_INET;
    endpoint->four.sin_port = port;
    return inet_pton(AF_INET, host, &endpoint->four.sin_addr) == 1;
}

/* An address as numbers, so that no name decides who may come in. */
static bool read_endpoint(const char *where, Endpoint *endpoint)
{
    const char *colon = strrchr(where, ':');
    in_port_t port = 0;
    if (colon == NULL || colon == where || !read_port(colon + 1, &port))
        return false;
    bool bracketed = where[0] == '[' && colon[-1] == ']';
    g_autofree char *host = bracketed
                                ? g_strndup(where + 1,
                                            (size_t)(colon - where) - 2)
                                : g_strndup(where, (size_t)(colon - where));
    return read_host(host, bracketed, port, endpoint);
}

static int bound_port(int file)
{
    Endpoint endpoint = {0};
    socklen_t length = sizeof endpoint;
    if (getsockname(file, &endpoint.any, &length) != 0)
        return 0;
    return endpoint.any.sa_family == AF_INET    ? ntohs(endpoint.four.sin_port)
           : endpoint.any.sa_family == AF_INET6 ? ntohs(endpoint.six.sin6_port)
                                                : 0;
}

static int listen_tcp(const char *where, int *port, GError **error)
{
    Endpoint endpoint;
    if (!read_endpoint(where, &endpoint))
        return fail_text(where, error);
    int file = listen_on(where, &endpoint,
                         endpoint.any.sa_family == AF_INET6
                             ? sizeof endpoint.six
                             : sizeof endpoint.four,
                         error);
    *port = file >= 0 ? bound_port(file) : 0;
    return file;
}

bool http_listens_widely(const char *where)
{
    Endpoint endpoint;
    if (g_str_has_prefix(where, "unix:") || g_str_has_prefix(where, "fd:") ||
        !read_endpoint(where, &endpoint))
        return false;
    if (endpoint.any.sa_family == AF_INET6)
        return !IN6_IS_ADDR_LOOPBACK(&endpoint.six.sin6_addr);
    return ntohl(endpoint.four.sin_addr.s_addr) >> 24 != 127;
}

/* --- a socket in the file system --- */

/* One that nobody listens on any more is in the way. */
static void remove_stale(const Endpoint *endpoint)
{
    struct stat info;
    if (lstat(endpoint->local.sun_path, &info) != 0 || !S_ISSOCK(info.st_mode))
        return;
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0)
        return;
    if (connect(file, &endpoint->any, sizeof endpoint->local) != 0 &&
        errno == ECONNREFUSED)
        unlink(endpoint->local.sun_path);
    close(file);
}

/* The web server is somebody else; whoever may reach the folder may ask. */
static int listen_unix(const char *where, const char *path, char **socket_path,
                       GError **error)
{
    Endpoint endpoint = {.local = {.sun_family = AF_UNIX}};
    if (path[0] != '/' || strlen(path) >= sizeof endpoint.local.sun_path)
        return fail_text(where, error);
    g_strlcpy(endpoint.local.sun_path, path, sizeof endpoint.local.sun_path);
    remove_stale(&endpoint);
    int file = listen_on(where, &endpoint, sizeof endpoint.local, error);
    if (file < 0)
        return -1;
    *socket_path = g_strdup(path);
    if (chmod(path, 0666) == 0)
        return file;
    int number = errno;
    close(file);
    return fail(where, number, error);
}

/* --- a socket that is open --- */

static int listen_inherited(const char *where, const char *text, int *port,
                            GError **error)
{
    guint64 file = 0;
    int listens = 0;
    socklen_t length = sizeof listens;
    if (!g_ascii_string_to_unsigned(text, 10, 3, 1000, &file, NULL))
        return fail_text(where, error);
    if (getsockopt((int)file, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) !=
            0 ||
        !listens) {
        error_set(error, ERROR_USAGE,
                  "%s is no listening socket; systemd passes one when the "
                  "service has a .socket unit",
                  where);
        return -1;
    }
    if (fcntl((int)file, F_SETFL, O_NONBLOCK) != 0 ||
        fcntl((int)file, F_SETFD, FD_CLOEXEC) != 0)
        return fail(where, errno, error);
    *port = bound_port((int)file);
    return (int)file;
}

int http_listen(const char *where, int *port, char **socket_path,
                GError **error)
{
    *port = 0;
    *socket_path = NULL;
    if (g_str_has_prefix(where, "unix:"))
        return listen_unix(where, where + strlen("unix:"), socket_path, error);
    if (g_str_has_prefix(where, "fd:"))
        return listen_inherited(where, where + strlen("fd:"), port, error);
    return listen_tcp(where, port, error);
}
