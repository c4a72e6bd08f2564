/*
 * line_connect.c - from the relay's name to a connected socket.
 *
 * getaddrinfo() cannot be given a time limit nor be broken off, so a name is
 * looked up in a thread of its own that is left behind when it takes too long.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/clock.h"
#include "base/error.h"
#include "delivery/line_private.h"

/* Owned by two: the thread that asks and the one that waits. */
typedef struct Lookup {
    atomic_int owners;
    char *host;
    char port[8];
    int done_pipe[2];
    atomic_bool is_done; /* what follows may be read */
    int result;          /* of getaddrinfo() */
    struct addrinfo *addresses;
} Lookup;

static int64_t moment_after(int64_t duration_ns)
{
    const Clock *clock = clock_system();
    return clock->monotonic_ns(clock) + duration_ns;
}

static int ask(const Lookup *lookup, int flags, struct addrinfo **addresses)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = flags | AI_NUMERICSERV};
    return getaddrinfo(lookup->host, lookup->port, &hints, addresses);
}

static Lookup *lookup_new(const LineContext *context)
{
    Lookup *lookup = g_new0(Lookup, 1);
    lookup->owners = 1;
    lookup->host = g_strdup(context->host);
    g_snprintf(lookup->port, sizeof lookup->port, "%d", context->port);
    lookup->done_pipe[0] = lookup->done_pipe[1] = -1;
    return lookup;
}

static void lookup_release(Lookup *lookup)
{
    if (atomic_fetch_sub(&lookup->owners, 1) > 1)
        return;
    for (int i = 0; i < 2; i++)
        if (lookup->done_pipe[i] >= 0)
            close(lookup->done_pipe[i]);
    if (lookup->addresses != NULL)
        freeaddrinfo(lookup->addresses);
    g_free(lookup->host);
    g_free(lookup);
}

static void *run_lookup(void *data)
{
    Lookup *lookup = data;
    lookup->result = ask(lookup, 0, &lookup->addresses);
    atomic_store(&lookup->is_done, true);
    ssize_t ignored = write(lookup->done_pipe[1], "", 1);
    (void)ignored; /* an empty pipe takes one byte */
    lookup_release(lookup);
    return NULL;
}

static bool start_lookup(Lookup *lookup, GError **error)
{
    if (!g_unix_open_pipe(lookup->done_pipe, FD_CLOEXEC, NULL)) {
        lookup->done_pipe[0] = lookup->done_pipe[1] = -1;
        error_set(error, ERROR_SYSTEM, "cannot make a pipe: %s",
                  g_strerror(errno));
        return false;
    }
    pthread_t thread;
    atomic_fetch_add(&lookup->owners, 1);
    int result = line_start_thread(&thread, run_lookup, lookup);
    if (result == 0) {
        pthread_detach(thread);
        return true;
    }
    atomic_fetch_sub(&lookup->owners, 1);
    error_set(error, ERROR_SYSTEM, "cannot start a thread: %s",
              g_strerror(result));
    return false;
}

static bool set_lookup_error(const Lookup *lookup, GError **error)
{
    bool may_pass = lookup->result == EAI_AGAIN ||
                    lookup->result == EAI_MEMORY ||
                    lookup->result == EAI_SYSTEM;
    error_set(error, may_pass ? ERROR_RETRY : ERROR_REJECTED,
              "cannot find the relay %s: %s; check relay.host%s", lookup->host,
              gai_strerror(lookup->result),
              may_pass ? " and this machine's network" : "");
    return false;
}

static bool find_addresses(Wire *wire, Lookup *lookup, GError **error)
{
    if (ask(lookup, AI_NUMERICHOST, &lookup->addresses) == 0)
        return true;
    if (!start_lookup(lookup, error))
        return false;
    int64_t deadline_ns = moment_after(wire->context->connect_timeout_ns);
    switch (wire_wait(wire, lookup->done_pipe[0], POLLIN, deadline_ns)) {
    case WAIT_READY:
        g_assert(atomic_load(&lookup->is_done));
        return lookup->result == 0 || set_lookup_error(lookup, error);
    case WAIT_CANCELLED:
        wire_set_cancelled(wire, error);
        return false;
    case WAIT_TIMEOUT:
        break;
    }
    error_set(error, ERROR_RETRY,
              "no answer to the question for the address of %s; check this "
              "machine's network and name servers",
              lookup->host);
    return false;
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)address;
        return (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
    }
    const struct sockaddr_in6 *v6 = (const void *)address;
    return address->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

/* Connects one socket. False with errno: ECANCELED when broken off here. */
static bool try_address(Wire *wire, const struct addrinfo *address)
{
    wire->fd = socket(address->ai_family,
                      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (wire->fd < 0)
        return false;
    int one = 1;
    setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(wire->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    wire->is_loopback = is_loopback(address->ai_addr);
    int error_number = 0;
    if (connect(wire->fd, address->ai_addr, address->ai_addrlen) == 0)
        return true;
    if (errno != EINPROGRESS && errno != EINTR) {
        error_number = errno;
    } else {
        int64_t deadline_ns = moment_after(wire->context->connect_timeout_ns);
        socklen_t size = sizeof error_number;
        WaitResult result = wire_wait(wire, wire->fd, POLLOUT, deadline_ns);
        if (result == WAIT_READY)
            getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &error_number, &size);
        else
            error_number = result == WAIT_TIMEOUT ? ETIMEDOUT : ECANCELED;
    }
    if (error_number != 0)
        wire_close(wire);
    errno = error_number;
    return error_number == 0;
}

static void set_connect_error(const Wire *wire, int count, int error_number,
                              GError **error)
{
    const LineContext *context = wire->context;
    const char *reason = g_strerror(error_number);
    if (error_number == ECANCELED)
        wire_set_cancelled(wire, error);
    else if (error_number == ETIMEDOUT)
        error_set(error, ERROR_RETRY,
                  "no answer from %s within %d s; check relay.host, "
                  "relay.port and the firewall",
                  context->place,
                  (int)(context->connect_timeout_ns / UNITS_SECOND_NS));
    else if (count > 1)
        error_set(error, ERROR_RETRY,
                  "cannot connect to %s at any of its %d addresses: %s",
                  context->place, count, reason);
    else
        error_set(error, ERROR_RETRY,
                  "cannot connect to %s: %s; is the relay running, and are "
                  "relay.host and relay.port right?",
                  context->place, reason);
}

/* Mail and password go in the clear only to this machine, or when the
 * configuration says so. */
static bool may_go_plain(const Wire *wire, GError **error)
{
    const LineContext *context = wire->context;
    if (context->tls_mode != TLS_NONE || wire->is_loopback ||
        context->may_be_plain)
        return true;
    error_set(error, ERROR_REJECTED,
              "relay.tls is none, but %s is not this machine; use starttls or "
              "implicit, or say relay.allow_plaintext: true",
              context->host);
    return false;
}

bool wire_connect(Wire *wire, GError **error)
{
    Lookup *lookup = lookup_new(wire->context);
    bool is_good = find_addresses(wire, lookup, error);
    if (is_good) {
        int count = 0;
        int error_number = 0; /* the first address is the likeliest one */
        is_good = false;
        for (const struct addrinfo *next = lookup->addresses;
             next != NULL && !is_good && error_number != ECANCELED;
             next = next->ai_next) {
            is_good = try_address(wire, next);
            if (count++ == 0 || errno == ECANCELED)
                error_number = errno;
        }
        if (!is_good)
            set_connect_error(wire, count, error_number, error);
    }
    lookup_release(lookup);
    return is_good && may_go_plain(wire, error);
}
