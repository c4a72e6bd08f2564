/* line_wire.c - bytes to and from the relay, see line_private.h. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "delivery/line_private.h"

static int64_t now_ns(void)
{
    const Clock *clock = clock_system();
    return clock->monotonic_ns(clock);
}

static int milliseconds_until(int64_t deadline_ns)
{
    int64_t left_ns = deadline_ns - now_ns();
    if (left_ns <= 0)
        return 0;
    return (int)MIN(left_ns / 1000000 + 1, LINE_POLL_MAX_MS);
}

WaitResult wire_wait(const Wire *wire, int fd, short events,
                     int64_t deadline_ns)
{
    struct pollfd polled[] = {
        {.fd = fd, .events = events},
        {.fd = wire->wake_fd, .events = POLLIN},
        {.fd = wire->context->cancel_pipe[0], .events = POLLIN},
    };
    for (;;) {
        int count = poll(polled, G_N_ELEMENTS(polled),
                         milliseconds_until(deadline_ns));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 || polled[1].revents != 0 || polled[2].revents != 0)
            return WAIT_CANCELLED;
        if (polled[0].revents != 0)
            return WAIT_READY;
        if (now_ns() >= deadline_ns)
            return WAIT_TIMEOUT;
    }
}

void wire_acknowledge(int fd)
{
#ifdef TCP_QUICKACK
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
#else
    (void)fd;
#endif
}

static WireStatus plain_status(int error_number, WireStatus wanted)
{
    if (error_number == EAGAIN || error_number == EWOULDBLOCK)
        return wanted;
    return WIRE_BROKEN;
}

WireStatus wire_read(Wire *wire, char *bytes, size_t size, size_t *length)
{
    if (wire->tls != NULL)
        return tls_read(wire->tls, bytes, size, length);
    ssize_t got;
    do
        got = recv(wire->fd, bytes, size, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return plain_status(errno, WIRE_WANTS_READ);
    *length = (size_t)got;
    return got == 0 ? WIRE_CLOSED : WIRE_DONE;
}

WireStatus wire_write(Wire *wire, const char *bytes, size_t length,
                      size_t *done)
{
    if (wire->tls != NULL)
        return tls_write(wire->tls, bytes, length, done);
    ssize_t put;
    do
        put = send(wire->fd, bytes, length, MSG_NOSIGNAL);
    while (put < 0 && errno == EINTR);
    if (put < 0)
        return plain_status(errno, WIRE_WANTS_WRITE);
    *done = (size_t)put;
    return WIRE_DONE;
}

void wire_close(Wire *wire)
{
    tls_free(wire->tls);
    wire->tls = NULL;
    if (wire->fd >= 0)
        close(wire->fd);
    wire->fd = -1;
}

void wire_set_cancelled(const Wire *wire, GError **error)
{
    error_set(error, ERROR_RETRY, "the connection to %s was broken off here",
              wire->context->host);
}

static int seconds_of(int64_t duration_ns)
{
    return (int)((duration_ns + 999999999) / 1000000000);
}

/* Waits for what a read or write that came to `status` needs. */
static bool wait_for(Wire *wire, WireStatus status, const char *to,
                     int64_t deadline_ns, GError **error)
{
    const LineContext *context = wire->context;
    short events = status == WIRE_WANTS_WRITE ? POLLOUT : POLLIN;
    wire_acknowledge(wire->fd);
    switch (wire_wait(wire, wire->fd, events, deadline_ns)) {
    case WAIT_READY:
        return true;
    case WAIT_CANCELLED:
        wire_set_cancelled(wire, error);
        return false;
    case WAIT_TIMEOUT:
        break;
    }
    error_set(error, ERROR_RETRY, "no answer from %s to %s within %d s",
              context->place, to, seconds_of(context->reply_timeout_ns));
    return false;
}

static bool set_lost(const Wire *wire, const char *to, GError **error)
{
    if (wire->tls != NULL && tls_set_late_error(wire->tls, error))
        return false;
    error_set(error, ERROR_RETRY, "%s closed the connection at %s",
              wire->context->place, to);
    return false;
}

bool wire_command(Wire *wire, const char *verb, const char *command,
                  GError **error)
{
    if (wire->in_start < wire->in_end) {
        error_set(error, ERROR_REJECTED,
                  "%s said something before it was asked (%s); its answers "
                  "cannot be trusted",
                  wire->context->place, verb);
        return false;
    }
    /* Of its full size at once, so that no copy of a secret stays behind. */
    g_autoptr(GString) line = g_string_sized_new(strlen(command) + 2);
    g_string_append(line, command);
    g_string_append(line, "\r\n");
    int64_t deadline_ns = now_ns() + wire->context->reply_timeout_ns;
    size_t sent = 0;
    bool is_good = true;
    while (is_good && sent < line->len) {
        size_t done = 0;
        WireStatus status = wire_write(wire, line->str + sent, line->len - sent,
                                       &done);
        sent += done;
        if (status == WIRE_CLOSED || status == WIRE_BROKEN)
            is_good = set_lost(wire, verb, error);
        else if (status != WIRE_DONE)
            is_good = wait_for(wire, status, verb, deadline_ns, error);
    }
    explicit_bzero(line->str, line->len); /* it may hold the password */
    return is_good;
}

/* One more read into the buffer. */
static bool fill(Wire *wire, const char *to, int64_t deadline_ns,
                 GError **error)
{
    for (;;) {
        size_t length = 0;
        WireStatus status = wire_read(wire, wire->in, sizeof wire->in, &length);
        if (status == WIRE_DONE) {
            wire->in_start = 0;
            wire->in_end = length;
            return true;
        }
        if (status == WIRE_CLOSED || status == WIRE_BROKEN)
            return set_lost(wire, to, error);
        if (!wait_for(wire, status, to, deadline_ns, error))
            return false;
    }
}

/* Appends one line to `raw`. */
static bool read_line(Wire *wire, const char *to, int64_t deadline_ns,
                      GString *raw, GError **error)
{
    gsize start = raw->len;
    for (;;) {
        if (wire->in_start == wire->in_end &&
            !fill(wire, to, deadline_ns, error))
            return false;
        const char *from = wire->in + wire->in_start;
        size_t length = wire->in_end - wire->in_start;
        const char *newline = memchr(from, '\n', length);
        if (newline != NULL)
            length = (size_t)(newline - from) + 1;
        g_string_append_len(raw, from, (gssize)length);
        wire->in_start += length;
        if (raw->len > LINE_REPLY_MAX ||
            raw->len - start > LINE_REPLY_LINE_MAX) {
            error_set(error, ERROR_REJECTED, "endless reply from %s to %s",
                      wire->context->place, to);
            return false;
        }
        if (newline != NULL)
            return true;
    }
}

ReplyLine reply_line_read(const char *line, size_t length, int *code)
{
    if (length < 4 || line[0] < '2' || line[0] > '5' ||
        !g_ascii_isdigit(line[1]) || !g_ascii_isdigit(line[2]))
        return REPLY_LINE_BAD;
    *code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    if (line[3] == '-')
        return REPLY_LINE_MORE;
    if (line[3] == ' ' || line[3] == '\r' || line[3] == '\n')
        return REPLY_LINE_LAST;
    return REPLY_LINE_BAD;
}

bool wire_read_reply(Wire *wire, const char *to, GString *raw, Reply *reply,
                     GError **error)
{
    int64_t deadline_ns = now_ns() + wire->context->reply_timeout_ns;
    int first_code = 0;
    ReplyLine kind = REPLY_LINE_MORE;
    g_string_truncate(raw, 0);
    while (kind == REPLY_LINE_MORE) {
        gsize start = raw->len;
        int code = 0;
        if (!read_line(wire, to, deadline_ns, raw, error))
            return false;
        kind = reply_line_read(raw->str + start, raw->len - start, &code);
        if (start == 0)
            first_code = code;
        if (kind == REPLY_LINE_BAD || code != first_code) {
            g_autofree char *shown = g_strndup(raw->str, MIN(raw->len, 120));
            g_strdelimit(g_strchomp(shown), "\r\n", ' ');
            error_set(error, ERROR_REJECTED,
                      "%s does not speak SMTP: it answered “%s” to %s; "
                      "check relay.host, relay.port and relay.tls",
                      wire->context->place, shown, to);
            return false;
        }
    }
    reply_clear(reply);
    reply_parse(raw->str, raw->len, reply);
    return true;
}

bool wire_start_tls(Wire *wire, GError **error)
{
    const LineContext *context = wire->context;
    int64_t deadline_ns = now_ns() + context->reply_timeout_ns;
    wire->tls = tls_new(context->tls, context->host, context->place, wire->fd);
    for (;;) {
        WireStatus status = tls_handshake(wire->tls);
        if (status == WIRE_DONE)
            return true;
        if (status == WIRE_CLOSED || status == WIRE_BROKEN) {
            tls_set_error(wire->tls, error);
            return false;
        }
        if (!wait_for(wire, status, "the TLS handshake", deadline_ns, error))
            return false;
    }
}
