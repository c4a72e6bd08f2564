/*
 * dkim_relax.h - the canonical form "relaxed" (RFC 6376 3.4.2, 3.4.4): what
 * relays do to blanks and empty lines does not change it.
 *
 * Both append. For signing, and for whoever looks at a mail that has come
 * back. Any thread.
 */
#ifndef MESSAGE_DKIM_RELAX_H
#define MESSAGE_DKIM_RELAX_H

#include <stddef.h>

#include <glib.h>

/* `field` ends before its last line end; the form has one. */
void dkim_relax_field(const char *field, size_t length, GString *out);
void dkim_relax_body(const char *body, size_t length, GString *out);

#endif
