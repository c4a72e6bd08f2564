/*
 * line.h - the wire to the relay, with libESMTP at our end of it.
 *
 *     mailer ── libESMTP ──loopback──> line ──TLS──> relay
 *
 * line_open() connects to the relay by its own timeouts, speaks greeting,
 * EHLO, STARTTLS (or TLS from the first byte), checks the certificate against
 * the configured name, logs in, and then waits on a loopback port for the one
 * connection whose peer is this process's libESMTP socket. libESMTP gets the
 * relay's own EHLO answer without STARTTLS, AUTH, CHUNKING and XUSR; from
 * then on bytes pass unchanged, whole reply lines at a time, acknowledged at
 * once so that Nagle's algorithm never waits. The line never answers in the
 * relay's place to a transaction.
 *
 * One thread pumps one line. (RFC 5321, 3207, 8314, 4954.)
 */
#ifndef DELIVERY_LINE_H
#define DELIVERY_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"

typedef struct LineContext LineContext; /* TLS context and settings, shared */
typedef struct Line Line;

/* Settings and one TLS context for all lines. ERROR_CONFIG when the
 * authorities' file is no good. */
LineContext *line_context_new(const RelayConfig *relay, const char *hello,
                              const char *password, GError **error);
void line_context_free(LineContext *context);

/* Opens the way to the relay and a loopback port for one connection. Errors
 * as mailer_run(). */
Line *line_open(LineContext *context, GError **error);

/* Where libESMTP is to connect: "127.0.0.1:port". */
const char *line_address(const Line *line);

/* The relay offered SIZE with this limit; 0: none. */
int64_t line_size_limit(const Line *line);

/* The last complete reply that passed, for when libESMTP could not read it;
 * "" when none. Call it after the session. */
const char *line_last_reply(const Line *line);

/* Ends the connection at once, from any thread. */
void line_cancel(Line *line);
void line_close(Line *line);

#endif
