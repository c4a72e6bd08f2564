/*
 * dsn.h - what a relay that offers DSN is asked, in the words of RFC 3461.
 *
 *     MAIL FROM:<…> RET=HDRS ENVID=campaign
 *     RCPT TO:<ada@example.org> NOTIFY=FAILURE ORCPT=rfc822;ada@example.org
 *
 * A report of a failure then brings the header and not the whole mail, says
 * which campaign it was and to whom it was sent before any forwarding. Nothing
 * is asked about success: that would be tracking.
 *
 * libESMTP writes both lines itself; the second one is here too, as it must be
 * known before (line_early.c). Any thread.
 */
#ifndef DELIVERY_DSN_H
#define DELIVERY_DSN_H

#include <stdbool.h>

#include <glib.h>

/* libESMTP encodes these into buffers of 256 bytes and overruns them. */
#define DSN_ENVID_MAX 80
#define DSN_ORCPT_MAX 80

/* May the text be given as ENVID? As ORCPT, an address? */
bool dsn_may_identify(const char *text);
bool dsn_may_name(const char *address);

/* "RCPT TO:<…>", with what is asked when the relay offers DSN, without
 * CRLF. */
char *dsn_recipient_command(const char *address, bool is_offered);

#endif
