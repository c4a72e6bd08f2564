/*
 * http_listen.h - the socket on which the HTTP server waits.
 *
 *     127.0.0.1:8026  [::1]:8026  localhost:8026   port 0: any free one
 *     unix:/run/mirmail/leave.sock                 for everybody here
 *     fd:3                                         opened by somebody else, as
 *                                                  systemd's sockets are
 */
#ifndef FEEDBACK_HTTP_LISTEN_H
#define FEEDBACK_HTTP_LISTEN_H

#include <stdbool.h>

#include "base/error.h"

/* The descriptor, or -1: ERROR_USAGE for a text that is none of these,
 * ERROR_RETRY when another program listens there, ERROR_PERMISSION,
 * ERROR_SYSTEM. `port` gets 0 for what is not TCP; `socket_path` (owned) what
 * is to be removed at the end, or NULL. */
int http_listen(const char *where, int *port, char **socket_path,
                GError **error);

/* May others than this machine reach it? Not known of fd: false. */
bool http_listens_widely(const char *where);

#endif
