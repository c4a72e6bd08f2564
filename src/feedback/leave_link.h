/*
 * leave_link.h - the token in the address of a page on which one leaves.
 *
 *     https://news.example.org/u/{token}        POST /u/a3k7…
 *     https://example.org/leave?list=1&t={token}  POST /leave?t=a3k7…&list=1
 *
 * A web server in front may have taken the beginning of the path off, so that
 * `/a3k7…` is right for the first one too. Whether it is a right token is not
 * known here.
 */
#ifndef FEEDBACK_LEAVE_LINK_H
#define FEEDBACK_LEAVE_LINK_H

#include <stdbool.h>

/* Is it an https address with {token} once, in its path or in its query? */
bool leave_link_is_right(const char *url);

/* The token in a request's target, for the caller; NULL: there is none. */
char *leave_link_token(const char *url, const char *target);

#endif
