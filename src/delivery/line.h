/*
 * line.h - the wire to the relay, with libESMTP at our end of it.
 *
 *     mailer ── libESMTP ──loopback──> line ──TLS──> relay
 *
 * line_open() connects to the relay by its own timeouts, speaks greeting,
 * EHLO, STARTTLS (or TLS from the first byte), checks the certificate against
 * the configured name, logs in, and then waits on a loopback port for the one
 * connection whose peer is this process's libESMTP socket. libESMTP gets the
 * relay's own EHLO answer without STARTTLS, AUTH, CHUNKING, XUSR and what
 * else it mishandles; from then on bytes pass unchanged, whole replies at a
 * time. Where the relay allows PIPELINING, RCPT and DATA leave together with
 * MAIL, and libESMTP gets each answer when it has said the command. The line
 * never answers in the relay's place to a transaction.
 *
 * The line knows which command each reply answers. So it can tell, when
 * libESMTP cannot, whether the final dot left and what the relay said to it;
 * and it ends a connection whose replies no longer fit the commands, because
 * from then on every answer would be taken for another's. A reply that is
 * clear but that libESMTP cannot read (a bare code, text beyond its buffers)
 * is passed on as one short line with the same code.
 *
 * One thread pumps one line, from line_admit() to line_end(). It blocks all
 * signals. SIGPIPE must be ignored or blocked in the thread that calls
 * line_open(). (RFC 5321, 3207, 8314, 4954.)
 */
#ifndef DELIVERY_LINE_H
#define DELIVERY_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "mail/reply.h"

typedef struct LineContext LineContext; /* TLS context and settings, shared */
typedef struct Line Line;

/* Settings and one TLS context for all lines; everything is copied.
 * ERROR_CONFIG when the authorities' file is no good. */
LineContext *line_context_new(const RelayConfig *relay, const char *hello,
                              const char *password, GError **error);
void line_context_free(LineContext *context);

/* Ends all lines of the context at once, those being opened as well, and lets
 * no new one be opened. From any thread. */
void line_context_cancel(LineContext *context);

/* Opens the way to the relay and a loopback port for one connection. Errors
 * as mailer_run(). */
Line *line_open(LineContext *context, GError **error);

/* Where libESMTP is to connect: "127.0.0.1:port". */
const char *line_address(const Line *line);

/* The relay offered SIZE with this limit; 0: none. */
int64_t line_size_limit(const Line *line);

/* The relay offered PIPELINING. */
bool line_may_pipeline(const Line *line);

/* The relay offered DSN. */
bool line_may_ask_dsn(const Line *line);

/* The next transaction, after those foreseen already, has one recipient, and
 * this is the RCPT that libESMTP will say, without CRLF. Where the relay
 * allows it, RCPT and DATA then travel together with MAIL. */
void line_foresee(Line *line, const char *command);

/* Takes in the connection that this process has just made to line_address()
 * and starts to pump; connections of other processes are closed. Call it once,
 * from the thread that connected. False when there is none: the line is then
 * closed to everybody. */
bool line_admit(Line *line);

/* Holds back libESMTP's small writes until it is switched off again, so that
 * a body travels in few packets. Only between line_admit() and line_end(). */
void line_cork(Line *line, bool on);

/* Nothing that is written to the line can reach the relay any more. */
bool line_has_ended(Line *line);

/* What the relay answered in the transaction under way, or in the last one.
 * REPLY_STEP_MESSAGE is the answer to the end of data, or to DATA when that
 * was refused. Code 0: no answer. The caller clears `reply`. */
void line_reply(Line *line, ReplyStep step, Reply *reply);

/* How many transactions were begun: MAIL commands that left for the relay. */
int line_transactions(Line *line);

/* When the last of them was in the hands of the relay's socket. */
int64_t line_mail_ns(Line *line);

/* The dot of the transaction under way was handed to the relay's socket. */
bool line_dot_left(Line *line);

/* The last complete reply that passed, for when libESMTP could not read it;
 * "" when none. Answers to RSET and QUIT do not count. Call it after
 * line_end(). */
const char *line_last_reply(const Line *line);

/* Why the line ended, as a sentence; "" when libESMTP ended it. After
 * line_end(). */
const char *line_failure(const Line *line);

/* Ends the connection at once, from any thread. */
void line_cancel(Line *line);

/* Ends the pump and waits for it. Nothing passes afterwards, so what the
 * questions above answer is final. */
void line_end(Line *line);
void line_close(Line *line);

#endif
