/*
 * line_pump.c - bytes both ways between libESMTP and the relay.
 *
 * What goes up is read only when everything before it has left, and what comes
 * down only when libESMTP has taken everything before it, so no buffer grows.
 * The watch sees bytes as they leave and as they come; it says what may be
 * passed down and how long an answer may still take.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "delivery/line_private.h"

#define GREETING "220 relay ESMTP\r\n"
#define QUIT_TIMEOUT_NS (10 * UNITS_SECOND_NS)

typedef struct Pump {
    Line *line;
    char up[LINE_BUFFER_SIZE]; /* on its way to the relay */
    size_t up_start;
    size_t up_end;
    Early early;
    GString *down; /* on its way to libESMTP */
    size_t down_start;
    short up_wants;   /* what the relay's socket must be ready for */
    short down_wants; /* likewise, before it is read again */
    bool relay_ready;
    bool client_ready;
    bool has_greeted; /* libESMTP got its EHLO answer */
    bool relay_is_gone;
    bool client_is_gone;
    int64_t moved_ns; /* when something last moved */
} Pump;

static int64_t now_ns(void)
{
    const Clock *clock = clock_system();
    return clock->monotonic_ns(clock);
}

static bool has_quit(const Watch *watch)
{
    return watch->replies[WATCH_QUIT] != NULL ||
           (watch->pending_count > 0 && watch->pending[0] == WATCH_QUIT);
}

/* Takes `failure`. After QUIT nothing is a failure. */
static void lose_relay(Pump *pump, char *failure)
{
    Line *line = pump->line;
    pthread_mutex_lock(&line->lock);
    if (line->failure == NULL && !has_quit(&line->watch))
        line->failure = failure;
    else
        g_free(failure);
    line->has_ended = true;
    pthread_mutex_unlock(&line->lock);
    pump->relay_is_gone = true;
}

static void lose_relay_at(Pump *pump, const char *what)
{
    const LineContext *context = pump->line->context;
    lose_relay(pump, g_strdup_printf("%s %s", context->place, what));
}

/* --- up: libESMTP to the relay --- */

/* libESMTP's own EHLO is answered here, with what the relay had answered to
 * ours. It is the first thing libESMTP says, and it waits for the answer. */
static void greet(Pump *pump)
{
    if (pump->has_greeted || pump->up[pump->up_end - 1] != '\n')
        return;
    g_string_append(pump->down, pump->line->offer.answer->str);
    pump->up_end = 0;
    pump->has_greeted = true;
}

static void read_client(Pump *pump)
{
    Line *line = pump->line;
    ssize_t got = recv(line->client, pump->up + pump->up_end,
                       sizeof pump->up - pump->up_end, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        pump->client_is_gone = true;
        return;
    }
    pump->up_end += (size_t)got;
    pump->moved_ns = now_ns();
    if (pump->has_greeted && !pump->relay_is_gone &&
        !early_pass(&pump->early, line, pump->up, &pump->up_end,
                    sizeof pump->up, pump->down)) {
        lose_relay_at(pump, "was to get another command than it has got");
        return;
    }
    greet(pump);
    if (pump->up_end == sizeof pump->up && !pump->has_greeted)
        pump->client_is_gone = true;
}

static void write_relay(Pump *pump)
{
    Line *line = pump->line;
    while (pump->has_greeted && pump->up_start < pump->up_end) {
        const char *bytes = pump->up + pump->up_start;
        size_t done = 0;
        WireStatus status = wire_write(&line->wire, bytes,
                                       pump->up_end - pump->up_start, &done);
        if (status == WIRE_CLOSED || status == WIRE_BROKEN) {
            lose_relay_at(pump, "broke the connection");
            return;
        }
        pump->up_wants = status == WIRE_WANTS_READ ? POLLIN : POLLOUT;
        if (status != WIRE_DONE)
            return;
        pump->moved_ns = now_ns();
        pthread_mutex_lock(&line->lock);
        int before = line->watch.transactions;
        watch_sent(&line->watch, bytes, done);
        if (line->watch.transactions > before)
            line->mail_ns = pump->moved_ns;
        pthread_mutex_unlock(&line->lock);
        pump->up_start += done;
    }
    if (pump->has_greeted)
        pump->up_start = pump->up_end = 0;
}

/* --- down: the relay to libESMTP --- */

static void receive(Pump *pump, const char *bytes, size_t length)
{
    Line *line = pump->line;
    char *failure = NULL;
    pthread_mutex_lock(&line->lock);
    bool fits = watch_received(&line->watch, bytes, length, pump->down,
                               &failure);
    pthread_mutex_unlock(&line->lock);
    if (!fits)
        lose_relay(pump, failure);
}

static void read_relay(Pump *pump)
{
    Line *line = pump->line;
    char bytes[LINE_REPLY_MAX];
    size_t before = pump->down->len;
    for (;;) {
        size_t length = 0;
        WireStatus status = wire_read(&line->wire, bytes, sizeof bytes,
                                      &length);
        if (status == WIRE_CLOSED || status == WIRE_BROKEN) {
            lose_relay_at(pump, "closed the connection");
            return;
        }
        pump->down_wants = status == WIRE_WANTS_WRITE ? POLLOUT : POLLIN;
        if (status != WIRE_DONE)
            break;
        receive(pump, bytes, length);
        if (pump->relay_is_gone || line->wire.tls == NULL)
            break;
    }
    /* A relay that owes another answer may hold it back until then. */
    if (line->watch.pending_count > 0)
        wire_acknowledge(line->wire.fd);
    if (pump->down->len > before)
        pump->moved_ns = now_ns();
}

static void write_client(Pump *pump)
{
    while (pump->down_start < pump->down->len) {
        ssize_t put = send(pump->line->client,
                           pump->down->str + pump->down_start,
                           pump->down->len - pump->down_start, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && errno == EAGAIN)
            return;
        if (put < 0) {
            pump->client_is_gone = true;
            return;
        }
        pump->down_start += (size_t)put;
    }
    g_string_truncate(pump->down, 0);
    pump->down_start = 0;
}

/* --- time --- */

static bool is_blocked_up(const Pump *pump)
{
    return pump->has_greeted && pump->up_start < pump->up_end;
}

/* How long nothing may move now; 0: as long as libESMTP likes. */
static int64_t patience_ns(const Pump *pump)
{
    const Watch *watch = &pump->line->watch;
    const LineContext *context = pump->line->context;
    if (watch->pending_count == 0)
        return is_blocked_up(pump) ? context->reply_timeout_ns : 0;
    if (watch->pending[0] == WATCH_DOT)
        return context->data_timeout_ns;
    if (watch->pending[0] == WATCH_QUIT)
        return MIN(QUIT_TIMEOUT_NS, context->reply_timeout_ns);
    return context->reply_timeout_ns;
}

static void check_time(Pump *pump)
{
    static const char *const asked[WATCH_COMMANDS] = {
        [WATCH_MAIL] = "MAIL",       [WATCH_RCPT] = "RCPT",
        [WATCH_DATA] = "DATA",       [WATCH_DOT] = "the end of data",
        [WATCH_RSET] = "RSET",       [WATCH_QUIT] = "QUIT",
        [WATCH_OTHER] = "a command",
    };
    const Watch *watch = &pump->line->watch;
    int64_t patience = patience_ns(pump);
    if (patience == 0 || now_ns() - pump->moved_ns < patience)
        return;
    g_autofree char *what = g_strdup_printf(
        "gave no answer to %s within %d s",
        watch->pending_count > 0 ? asked[watch->pending[0]] : "the message",
        (int)((patience + UNITS_SECOND_NS - 1) / UNITS_SECOND_NS));
    lose_relay_at(pump, what);
}

static int poll_milliseconds(const Pump *pump)
{
    int64_t patience = patience_ns(pump);
    if (patience == 0)
        return -1;
    int64_t left_ns = pump->moved_ns + patience - now_ns();
    return left_ns <= 0 ? 0 : (int)MIN(left_ns / 1000000 + 1, LINE_POLL_MAX_MS);
}

/* --- the loop --- */

/* Waits. False when the line is to end at once. */
static bool wait_for_either(Pump *pump)
{
    Line *line = pump->line;
    bool has_down = pump->down_start < pump->down->len;
    int relay_events = has_down ? 0 : pump->down_wants;
    if (is_blocked_up(pump))
        relay_events |= pump->up_wants;
    int client_events = has_down ? POLLOUT : 0;
    if (!is_blocked_up(pump))
        client_events |= POLLIN;
    /* A descriptor of which nothing is wanted would only report its end,
     * again and again. */
    struct pollfd polled[] = {
        {.fd = client_events != 0 ? line->client : -1,
         .events = (short)client_events},
        {.fd = relay_events != 0 ? line->wire.fd : -1,
         .events = (short)relay_events},
        {.fd = line->wire.wake_fd, .events = POLLIN},
        {.fd = line->context->cancel_pipe[0], .events = POLLIN},
    };
    int count = poll(polled, G_N_ELEMENTS(polled), poll_milliseconds(pump));
    if (count < 0 && errno != EINTR)
        return false;
    if (count < 0)
        memset(polled, 0, sizeof polled);
    pump->client_ready = polled[0].revents != 0;
    pump->relay_ready = polled[1].revents != 0;
    return polled[2].revents == 0 && polled[3].revents == 0;
}

static void move_bytes(Pump *pump)
{
    write_client(pump);
    if (pump->client_ready && !is_blocked_up(pump))
        read_client(pump);
    /* First what the relay said: when it has closed the connection, the dot
     * that is waiting here must not leave, and its mail is certainly unsent. */
    if (pump->relay_ready && pump->down_start == pump->down->len)
        read_relay(pump);
    if (!pump->client_is_gone && !pump->relay_is_gone)
        write_relay(pump);
    write_client(pump);
    if (!pump->relay_is_gone)
        check_time(pump);
}

/* The relay is gone: libESMTP takes what was said last, sees the end, and
 * closes its side. Until then nothing that it writes may block it. */
static void drain_client(Pump *pump)
{
    Line *line = pump->line;
    bool has_shut = false;
    while (!pump->client_is_gone) {
        write_client(pump);
        bool has_down = pump->down_start < pump->down->len;
        if (!has_down && !has_shut) {
            shutdown(line->client, SHUT_WR);
            has_shut = true;
        }
        struct pollfd polled[] = {
            {.fd = line->client,
             .events = (short)(POLLIN | (has_down ? POLLOUT : 0))},
            {.fd = line->wire.wake_fd, .events = POLLIN},
            {.fd = line->context->cancel_pipe[0], .events = POLLIN},
        };
        if (poll(polled, G_N_ELEMENTS(polled), -1) < 0 && errno != EINTR)
            return;
        if (polled[1].revents != 0 || polled[2].revents != 0)
            return;
        pump->up_start = pump->up_end = 0;
        if (polled[0].revents != 0) {
            pump->has_greeted = true;
            read_client(pump);
        }
    }
}

static void finish(Pump *pump)
{
    Line *line = pump->line;
    pthread_mutex_lock(&line->lock);
    line->has_ended = true;
    pthread_mutex_unlock(&line->lock);
    if (line->wire.tls != NULL && !pump->relay_is_gone)
        tls_shutdown(line->wire.tls);
    shutdown(line->wire.fd, SHUT_RDWR);
    shutdown(line->client, SHUT_RDWR);
}

void *pump_run(void *data)
{
    Line *line = data;
    Pump *pump = g_new0(Pump, 1);
    pump->line = line;
    pump->down = g_string_new(GREETING);
    early_init(&pump->early);
    pump->up_wants = POLLOUT;
    pump->down_wants = POLLIN;
    pump->relay_ready = true; /* TLS may hold bytes that are read already */
    pump->moved_ns = now_ns();
    bool may_go_on = true;
    receive(pump, line->wire.in + line->wire.in_start,
            line->wire.in_end - line->wire.in_start);
    while (may_go_on && !pump->client_is_gone && !pump->relay_is_gone) {
        move_bytes(pump);
        if (!pump->client_is_gone && !pump->relay_is_gone)
            may_go_on = wait_for_either(pump);
    }
    if (may_go_on && pump->relay_is_gone)
        drain_client(pump);
    finish(pump);
    early_clear(&pump->early);
    g_string_free(pump->down, TRUE);
    g_free(pump);
    return NULL;
}
