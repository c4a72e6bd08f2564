/*
 * uri.h - addresses of the web: resolved against a base (RFC 3986, section
 * 5.2) and written so that every mail program takes them.
 *
 * The author's spelling is kept wherever it is legal: no slash is added, no
 * case is changed, no escape is undone.
 */
#ifndef DOCUMENT_URI_H
#define DOCUMENT_URI_H

#include <stdbool.h>

#include <glib.h>

/* The length of the scheme before the first colon; 0: there is none, the
 * address is relative. */
size_t uri_scheme_length(const char *uri);

/* Is the scheme this one, in any case? */
bool uri_has_scheme(const char *uri, const char *scheme);

/* The target of `reference` seen from `base`, which has a scheme. Without
 * the strict rule's exception for equal schemes. */
char *uri_resolve(const char *base, const char *reference);

/* Without blanks around it and without control characters anywhere: what a
 * browser would see. */
char *uri_clean(const char *uri);

/* Characters that an address may not hold become %XX, a host beyond ASCII
 * its xn-- form (IDNA). NULL when the host is missing or impossible and the
 * scheme (http, https) needs one. */
char *uri_encode(const char *uri);

#endif
