/*
 * password.h - a secret from where it lives: a command, a file, a variable.
 *
 *     RelayConfig ──config_password()──> char *, wiped by its free
 *
 * No function here puts a byte of the secret into an error. Buffers on the
 * way are wiped. At most PASSWORD_MAX or TOKEN_MAX bytes; no NUL, no empty
 * one.
 *
 * Private to the module; the clock and the limit are arguments so that a test
 * need not wait.
 */
#ifndef CONFIG_PASSWORD_H
#define CONFIG_PASSWORD_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/value.h"
#include "config/config.h"

#define PASSWORD_MAX 255 /* RFC 4616 2: what PLAIN must take */
#define PASSWORD_LIMIT_NS INT64_C(10000000000)
#define TOKEN_MAX 8192 /* bytes; base64 fits into a line of RFC 4954 4 */
#define TOKEN_LIMIT_NS INT64_C(30000000000) /* its command asks a server */

/* Runs `command` by /bin/sh -c with nothing on its standard input and takes
 * its first line. It must end with status 0 before `limit_ns` is over, or its
 * process group is killed. What it prints to standard error stays visible. */
bool password_from_command(const char *command, const Clock *clock,
                           int64_t limit_ns, char **password, GError **error);

/* The same for a token, which has the letters of RFC 6750 2.1 only. Given up
 * with an ERROR_RETRY as soon as `cancel_fd` can be read; -1: never. */
bool token_from_command(const char *command, int cancel_fd, const Clock *clock,
                        int64_t limit_ns, char **token, GError **error);

/* The first line of a regular file that only its owner may read or write. */
bool password_from_file(const char *path, char **password, GError **error);

bool password_from_variable(const char *name, char **password, GError **error);

/* One secret at most, and one that relay.auth can use; a client's key only
 * with its certificate. `map` is where the relay was read, for the place of
 * the error; NULL: nowhere. */
bool secrets_fit(const RelayConfig *relay, const Value *map, GError **error);

#endif
