/*
 * password.h - a secret from where it lives: a command, a file, a variable.
 *
 *     RelayConfig ──config_password()──> char *, wiped by its free
 *
 * No function here puts a byte of the secret into an error. Buffers on the
 * way are wiped. At most PASSWORD_MAX bytes; no NUL, no empty one.
 *
 * Private to the module; the clock and the limit are arguments so that a test
 * need not wait.
 */
#ifndef CONFIG_PASSWORD_H
#define CONFIG_PASSWORD_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"

#define PASSWORD_MAX 255 /* RFC 4616 2: what PLAIN must take */
#define PASSWORD_LIMIT_NS INT64_C(10000000000)

/* Runs `command` by /bin/sh -c with nothing on its standard input and takes
 * its first line. It must end with status 0 before `limit_ns` is over, or its
 * process group is killed. What it prints to standard error stays visible. */
bool password_from_command(const char *command, const Clock *clock,
                           int64_t limit_ns, char **password, GError **error);

/* The first line of a regular file that only its owner may read or write. */
bool password_from_file(const char *path, char **password, GError **error);

bool password_from_variable(const char *name, char **password, GError **error);

#endif
