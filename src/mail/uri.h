/*
 * uri.h - a web or mail address as a header field may carry it.
 *
 * What people write (blanks, commas, letters beyond ASCII) is encoded, so
 * that the address still leads to the same page: the host as A-labels, the
 * rest percent-encoded as UTF-8 (RFC 3987 3.1).
 */
#ifndef MAIL_URI_H
#define MAIL_URI_H

#include "base/error.h"

#define URI_MAX 900 /* with the field's name well below a line of 998 */

typedef enum { URI_WEB, URI_HTTPS } UriKind;

/* `what` names the value in an error of `code`: "list.help_url". Gives NULL
 * and the error when the text is no absolute http or https address. */
char *uri_from_text(const char *text, UriKind kind, ErrorCode code,
                    const char *what, GError **error);

/* `mailto:` and the address, with `?subject=` unless it is NULL (RFC 6068).
 * Both must be ASCII. */
char *uri_mailto(const char *address, const char *subject);

#endif
