/*
 * leave.h - the endpoint where people leave: what a request gets.
 *
 *     http.h ──┐
 *              ├─ LeaveRequest ──leave_answer()──> LeaveAnswer
 *     cgi.h ───┘
 *
 * POST with the field List-Unsubscribe=One-Click unsubscribes and answers 200
 * when that is on the disk: what a mailbox provider sends by itself (RFC 8058
 * 3.2), and what the page's button sends. GET and HEAD give the page with the
 * button and change nothing, because mail scanners follow every link. No
 * answer is a redirect, sets a cookie, asks for a login or shows an address.
 *
 *     200  unsubscribed, now or before; or a right link of nobody on the list
 *     400  a POST without the field; the page with the button
 *     404  no right link: forged, cut off, of another list, of a lost key
 *     405  another method
 *     503  the list or the file of suppressions fails us: nobody has left
 *
 * The page speaks the language that the list has for the person, else one
 * that the request accepts.
 */
#ifndef FEEDBACK_LEAVE_H
#define FEEDBACK_LEAVE_H

#include <stdbool.h>
#include <stddef.h>

#include "feedback/http.h"
#include "feedback/unsubscribe.h"

#define LEAVE_BODY_MAX 8192 /* bytes of a request's body */

/* Borrowed. Fields that a request has not are NULL. */
typedef struct LeaveRequest {
    const char *method;
    const char *target; /* path and query as sent */
    const char *content_type;
    const char *accept_language;
    const char *body;
    size_t body_length;
} LeaveRequest;

typedef enum {
    LEAVE_SHOWED, /* a page, and nothing else */
    LEAVE_UNSUBSCRIBED,
    LEAVE_REPEATED, /* had left before */
    LEAVE_UNKNOWN,  /* a right link of nobody */
    LEAVE_REFUSED,  /* no right link, no right request */
    LEAVE_FAILED,   /* 503, with the error */
} LeaveEvent;

/* Owned; leave_answer_clear(). Header fields that are NULL are not there. */
typedef struct LeaveAnswer {
    int status;
    LeaveEvent event;
    GError *error;
    const char *type;
    const char *allow;
    const char *retry_after;
    const char *language;
    const char *policy; /* Content-Security-Policy; borrowed from Leave */
    GString *body;
} LeaveAnswer;

typedef struct Leave Leave;

/* ERROR_CONFIG when list.unsubscribe_url is no address with {token}; errors of
 * unsubscriber_open(). The options' config is borrowed until leave_close(). */
Leave *leave_open(const UnsubscribeOptions *options, GError **error);
void leave_close(Leave *leave);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Leave, leave_close)

void leave_answer(Leave *leave, const LeaveRequest *request,
                  LeaveAnswer *answer);
void leave_answer_clear(LeaveAnswer *answer);

/* The header fields of an answer but for its type: pairs of name and value. */
#define LEAVE_FIELDS_MAX 5
size_t leave_answer_fields(const LeaveAnswer *answer,
                           HttpField fields[LEAVE_FIELDS_MAX]);

#endif
