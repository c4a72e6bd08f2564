/* line.c - settings, life and the loopback port of a line, see line.h. */
#include "delivery/line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/clock.h"
#include "base/error.h"
#include "delivery/line_private.h"

#define DESCRIPTORS_MAX 65536
#define ADMIT_TIMEOUT_NS (5 * UNITS_SECOND_NS)

/* --- settings --- */

/* A name or an address literal: what may follow EHLO, and no more. */
static bool is_hello(const char *hello)
{
    for (const char *next = hello; *next != '\0'; next++)
        if (*next <= ' ' || *next > '~')
            return false;
    return hello[0] != '\0' && strlen(hello) <= 255;
}

static bool open_pipe(int ends[2], GError **error)
{
    if (g_unix_open_pipe(ends, FD_CLOEXEC, NULL))
        return true;
    ends[0] = ends[1] = -1;
    error_set(error, ERROR_SYSTEM, "cannot make a pipe: %s", g_strerror(errno));
    return false;
}

static void close_pipe(const int ends[2])
{
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

/* Makes a pipe readable for good; nobody ever empties it. */
static void raise_flag(const int ends[2])
{
    ssize_t ignored = write(ends[1], "", 1);
    (void)ignored; /* a byte that does not fit is there already */
}

LineContext *line_context_new(const RelayConfig *relay, const char *hello,
                              const char *password, GError **error)
{
    if (relay->host == NULL || !is_hello(hello)) {
        error_set(error, ERROR_CONFIG,
                  relay->host == NULL ? "relay.host is not set"
                                      : "relay.hello: “%s” is no host name",
                  hello);
        return NULL;
    }
    LineContext *context = g_new0(LineContext, 1);
    context->host = g_strdup(relay->host);
    context->port = relay->port;
    context->place = g_strdup_printf(
        strchr(relay->host, ':') != NULL ? "[%s]:%d" : "%s:%d", relay->host,
        relay->port);
    context->tls_mode = relay->tls;
    context->may_be_plain = relay->allow_plaintext;
    context->auth = relay->auth;
    context->user = g_strdup(relay->user);
    context->password = g_strdup(password != NULL ? password : "");
    context->token_command = g_strdup(relay->token_command);
    pthread_mutex_init(&context->token_lock, NULL);
    context->hello = g_strdup(hello);
    context->has_certificate = relay->client_certificate != NULL;
    context->connect_timeout_ns = relay->connect_timeout_ns;
    context->reply_timeout_ns = relay->reply_timeout_ns;
    context->data_timeout_ns = relay->data_timeout_ns;
    bool is_good = open_pipe(context->cancel_pipe, error);
    if (is_good && relay->tls != TLS_NONE) {
        context->tls = tls_context_new(relay, error);
        is_good = context->tls != NULL;
    }
    if (is_good)
        return context;
    line_context_free(context);
    return NULL;
}

void line_context_free(LineContext *context)
{
    if (context == NULL)
        return;
    tls_context_free(context->tls);
    close_pipe(context->cancel_pipe);
    config_password_free(context->password);
    config_password_free(context->token);
    pthread_mutex_destroy(&context->token_lock);
    g_free(context->token_command);
    g_free(context->host);
    g_free(context->place);
    g_free(context->user);
    g_free(context->hello);
    g_free(context);
}

void line_context_cancel(LineContext *context)
{
    if (!atomic_exchange(&context->cancelled, true))
        raise_flag(context->cancel_pipe);
}

int line_start_thread(pthread_t *thread, void *(*run)(void *), void *data)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int result = pthread_create(thread, NULL, run, data);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

/* --- the loopback port --- */

static struct sockaddr_in loopback_address(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static bool listen_loopback(Line *line, GError **error)
{
    struct sockaddr_in address = loopback_address(0);
    socklen_t size = sizeof address;
    line->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                            0);
    if (line->listener < 0 ||
        bind(line->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(line->listener, 16) != 0 ||
        getsockname(line->listener, (struct sockaddr *)&address, &size) != 0) {
        error_set(error, ERROR_SYSTEM, "cannot open a port on 127.0.0.1: %s",
                  g_strerror(errno));
        return false;
    }
    line->own_port = ntohs(address.sin_port);
    line->address = g_strdup_printf("127.0.0.1:%d", line->own_port);
    return true;
}

static bool is_at(const struct sockaddr_in *address, int port)
{
    return address->sin_family == AF_INET &&
           address->sin_addr.s_addr == htonl(INADDR_LOOPBACK) &&
           ntohs(address->sin_port) == port;
}

/* This process's socket that is connected to our port. libESMTP does not give
 * it away; descriptors are small numbers, so it is found after a few steps. */
static bool find_libesmtp(Line *line, int *port)
{
    long limit = sysconf(_SC_OPEN_MAX);
    if (limit < 0 || limit > DESCRIPTORS_MAX)
        limit = DESCRIPTORS_MAX;
    for (int fd = 0; fd < (int)limit; fd++) {
        struct sockaddr_in address = {0};
        socklen_t size = sizeof address;
        if (getpeername(fd, (struct sockaddr *)&address, &size) != 0 ||
            !is_at(&address, line->own_port))
            continue;
        size = sizeof address;
        if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
            continue;
        line->libesmtp_fd = fd;
        *port = ntohs(address.sin_port);
        return true;
    }
    return false;
}

static void set_no_delay(int fd)
{
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/* Takes the connection from `port`, and turns all others away. */
static bool accept_from(Line *line, int port)
{
    const Clock *clock = clock_system();
    int64_t deadline_ns = clock->monotonic_ns(clock) + ADMIT_TIMEOUT_NS;
    while (wire_wait(&line->wire, line->listener, POLLIN, deadline_ns) ==
           WAIT_READY) {
        struct sockaddr_in address = {0};
        socklen_t size = sizeof address;
        int fd = accept4(line->listener, (struct sockaddr *)&address, &size,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0 && is_at(&address, port)) {
            line->client = fd;
            return true;
        }
        if (fd >= 0)
            close(fd);
        else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
            return false;
    }
    return false;
}

static bool start_pump(Line *line)
{
    line->has_thread = line_start_thread(&line->thread, pump_run, line) == 0;
    return line->has_thread;
}

bool line_admit(Line *line)
{
    int port = 0;
    bool is_good = find_libesmtp(line, &port) && accept_from(line, port);
    close(line->listener);
    line->listener = -1;
    if (is_good) {
        set_no_delay(line->client);
        set_no_delay(line->libesmtp_fd);
        is_good = start_pump(line);
    }
    if (!is_good) {
        line->failure = g_strdup("cannot connect libESMTP to the line on "
                                 "127.0.0.1");
        line->has_ended = true;
        if (line->client >= 0)
            shutdown(line->client, SHUT_RDWR);
    }
    return is_good;
}

void line_cork(Line *line, bool on)
{
#ifdef TCP_CORK
    int value = on;
    setsockopt(line->libesmtp_fd, IPPROTO_TCP, TCP_CORK, &value, sizeof value);
#else
    (void)line;
    (void)on;
#endif
}

/* --- life --- */

Line *line_open(LineContext *context, GError **error)
{
    Line *line = g_new0(Line, 1);
    line->context = context;
    line->wire.context = context;
    line->wire.fd = line->listener = line->client = line->libesmtp_fd = -1;
    pthread_mutex_init(&line->lock, NULL);
    watch_init(&line->watch);
    line->foreseen = g_ptr_array_new_with_free_func(g_free);
    bool is_good = open_pipe(line->wake_pipe, error);
    line->wire.wake_fd = line->wake_pipe[0];
    is_good = is_good && wire_connect(&line->wire, error) &&
              login_run(&line->wire, &line->offer, error) &&
              listen_loopback(line, error);
    if (is_good)
        return line;
    line_close(line);
    return NULL;
}

void line_cancel(Line *line)
{
    raise_flag(line->wake_pipe);
}

void line_end(Line *line)
{
    line_cancel(line);
    if (line->has_thread)
        pthread_join(line->thread, NULL);
    line->has_thread = false;
    line->has_ended = true;
}

/* A line that was never used says good-bye itself. */
static void say_quit(Line *line)
{
    static const char quit[] = "QUIT\r\n";
    size_t done = 0;
    if (line->listener >= 0 && line->wire.fd >= 0)
        wire_write(&line->wire, quit, sizeof quit - 1, &done);
}

void line_close(Line *line)
{
    if (line == NULL)
        return;
    say_quit(line);
    if (line->wake_pipe[1] >= 0)
        line_end(line);
    if (line->listener >= 0)
        close(line->listener);
    if (line->client >= 0)
        close(line->client);
    wire_close(&line->wire);
    close_pipe(line->wake_pipe);
    offer_clear(&line->offer);
    watch_clear(&line->watch);
    g_ptr_array_free(line->foreseen, TRUE);
    pthread_mutex_destroy(&line->lock);
    g_free(line->address);
    g_free(line->failure);
    g_free(line);
}

/* --- questions --- */

const char *line_address(const Line *line)
{
    return line->address;
}

int64_t line_size_limit(const Line *line)
{
    return line->offer.size_limit;
}

bool line_may_pipeline(const Line *line)
{
    return line->offer.has_pipelining;
}

bool line_may_ask_dsn(const Line *line)
{
    return line->offer.has_dsn;
}

void line_foresee(Line *line, const char *command)
{
    if (!line->offer.has_pipelining)
        return;
    pthread_mutex_lock(&line->lock);
    g_ptr_array_add(line->foreseen, g_strdup(command));
    pthread_mutex_unlock(&line->lock);
}

bool line_has_ended(Line *line)
{
    pthread_mutex_lock(&line->lock);
    bool has_ended = line->has_ended;
    pthread_mutex_unlock(&line->lock);
    return has_ended;
}

int line_transactions(Line *line)
{
    pthread_mutex_lock(&line->lock);
    int transactions = line->watch.transactions;
    pthread_mutex_unlock(&line->lock);
    return transactions;
}

int64_t line_mail_ns(Line *line)
{
    pthread_mutex_lock(&line->lock);
    int64_t mail_ns = line->mail_ns;
    pthread_mutex_unlock(&line->lock);
    return mail_ns;
}

bool line_dot_left(Line *line)
{
    pthread_mutex_lock(&line->lock);
    bool dot_left = line->watch.dot_left;
    pthread_mutex_unlock(&line->lock);
    return dot_left;
}

static const char *reply_to(const Watch *watch, ReplyStep step)
{
    switch (step) {
    case REPLY_STEP_SESSION:
        return watch->stray;
    case REPLY_STEP_MAIL:
        return watch->replies[WATCH_MAIL];
    case REPLY_STEP_RECIPIENT:
        return watch->replies[WATCH_RCPT];
    case REPLY_STEP_MESSAGE:
        break;
    }
    const char *to_data = watch->replies[WATCH_DATA];
    if (to_data != NULL && to_data[0] == '3')
        return watch->replies[WATCH_DOT];
    return to_data;
}

void line_reply(Line *line, ReplyStep step, Reply *reply)
{
    *reply = (Reply){0};
    pthread_mutex_lock(&line->lock);
    const char *text = reply_to(&line->watch, step);
    if (text != NULL)
        reply_parse(text, strlen(text), reply);
    pthread_mutex_unlock(&line->lock);
}

const char *line_last_reply(const Line *line)
{
    return line->watch.last;
}

const char *line_failure(const Line *line)
{
    return line->failure != NULL ? line->failure : "";
}
