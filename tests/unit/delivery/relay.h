/*
 * relay.h - a relay of a few lines, on loopback, for the tests of the line.
 *
 * It accepts one connection and follows a list of turns: it waits for a line
 * that begins with `hear`, then says `say`. A `hear` of "." waits for the end
 * of data. What it got is kept in `heard`.
 */
#ifndef TEST_RELAY_H
#define TEST_RELAY_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

typedef struct Turn {
    const char *hear; /* NULL: at once */
    const char *say;
} Turn;

typedef struct Relay {
    int listener;
    int port;
    const Turn *turns;
    int turn_count;
    GString *heard;
    pthread_t thread;
} Relay;

/* Reads until the end of what is waited for; false when the line is cut. */
static inline bool relay_hear(Relay *relay, int fd, const char *hear)
{
    bool is_data = strcmp(hear, ".") == 0;
    const char *stop = is_data ? "\r\n.\r\n" : "\r\n";
    gsize start = relay->heard->len;
    char byte;
    while (!g_str_has_suffix(relay->heard->str, stop) ||
           relay->heard->len == start) {
        if (recv(fd, &byte, 1, 0) != 1)
            return false;
        g_string_append_c(relay->heard, byte);
    }
    return is_data || g_str_has_prefix(relay->heard->str + start, hear);
}

static inline void *relay_run(void *data)
{
    Relay *relay = data;
    int fd = accept(relay->listener, NULL, NULL);
    bool goes_on = fd >= 0;
    for (int i = 0; goes_on && i < relay->turn_count; i++) {
        const Turn *turn = &relay->turns[i];
        goes_on = turn->hear == NULL || relay_hear(relay, fd, turn->hear);
        if (goes_on)
            send(fd, turn->say, strlen(turn->say), MSG_NOSIGNAL);
    }
    if (fd >= 0)
        close(fd);
    return NULL;
}

static inline void relay_start(Relay *relay, const Turn *turns, int count)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *relay = (Relay){.turns = turns, .turn_count = count};
    relay->heard = g_string_new(NULL);
    relay->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bind(relay->listener, (struct sockaddr *)&address, size);
    listen(relay->listener, 4);
    getsockname(relay->listener, (struct sockaddr *)&address, &size);
    relay->port = ntohs(address.sin_port);
    pthread_create(&relay->thread, NULL, relay_run, relay);
}

/* Waits for its end. The caller reads `heard`, then calls relay_free(). */
static inline void relay_join(Relay *relay)
{
    pthread_join(relay->thread, NULL);
    close(relay->listener);
}

static inline void relay_free(Relay *relay)
{
    g_string_free(relay->heard, TRUE);
}

/* A plain relay at this port, with short patience. */
static inline RelayConfig relay_config(const Relay *relay)
{
    static char host[] = "127.0.0.1";
    return (RelayConfig){.host = host,
                         .port = relay->port,
                         .tls = TLS_NONE,
                         .connect_timeout_ns = 5 * UNITS_SECOND_NS,
                         .reply_timeout_ns = 5 * UNITS_SECOND_NS,
                         .data_timeout_ns = 5 * UNITS_SECOND_NS};
}

#endif
