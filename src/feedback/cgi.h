/*
 * cgi.h - one request from a web server by CGI (RFC 3875), for hosting where
 * nothing may stay running.
 *
 *     environment, standard input ──cgi_read()──> LeaveRequest
 *     LeaveAnswer ──cgi_append_answer()──> standard output
 *
 * The token may stand in PATH_INFO or QUERY_STRING.
 */
#ifndef FEEDBACK_CGI_H
#define FEEDBACK_CGI_H

#include <stdbool.h>

#include "feedback/leave.h"

/* How many bytes of body there are to read: CONTENT_LENGTH. False: not a
 * number, or more than LEAVE_BODY_MAX; then `status` is what to answer. */
bool cgi_body_length(char **environment, size_t *length, int *status);

/* Owns its target; the rest is borrowed. */
typedef struct CgiRequest {
    char *target;
    LeaveRequest request;
} CgiRequest;

/* `environment` as in g_get_environ(). ERROR_USAGE when it is none of CGI. */
bool cgi_read(char **environment, const char *body, size_t length,
              CgiRequest *request, GError **error);
void cgi_request_clear(CgiRequest *request);

void cgi_append_answer(GString *out, const LeaveAnswer *answer,
                       const char *method);
/* An answer that needs nothing: "Status: 503 …". */
void cgi_append_status(GString *out, int status);

#endif
