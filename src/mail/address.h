/*
 * address.h - mail addresses as they may stand in SMTP and in header fields.
 *
 * The grammar is RFC 5321 Mailbox, not the wider one of RFC 5322: no
 * comments, no folding, no source route, no address literal. A domain with
 * letters beyond ASCII becomes its A-label form (UTS 46 non-transitional,
 * IDNA 2008). A local part beyond ASCII needs SMTPUTF8, which libESMTP does
 * not speak: such an address is told apart, never mangled.
 *
 * The key is what makes two spellings one recipient: the address in lower
 * case. It is used to compare, never to send.
 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include <stddef.h>

#include "base/error.h"

#define ADDRESS_LOCAL_MAX 64
#define ADDRESS_MAX 254 /* RFC 5321 4.5.3.1.3: the path of 256 less <> */

/* Both texts are owned; domain points into text, behind the '@'. */
typedef struct Address {
    char *text; /* local part as written, domain in lower case ASCII */
    char *key;  /* text in lower case */
    const char *domain;
} Address;

typedef enum {
    ADDRESS_OK,
    ADDRESS_INVALID,     /* can never be delivered */
    ADDRESS_UNSUPPORTED, /* right, but needs SMTPUTF8 */
} AddressVerdict;

/* Parses exactly `length` bytes, blanks around them ignored. On anything but
 * ADDRESS_OK the error (ERROR_INPUT, no place) says in words what is wrong
 * and `address` is untouched; on ADDRESS_OK what it held before is not freed.
 * The same holds for mailbox_parse() and for address_copy()'s `to`. */
AddressVerdict address_parse(const char *text, size_t length, Address *address,
                             GError **error);
void address_copy(Address *to, const Address *from);
void address_clear(Address *address);

/* Where in a text the address with this key stands, in whatever case, with its
 * domain in ASCII or not, and not as a part of a longer one: `ada@b.org` is not
 * in `nada@b.org` nor in `ada@b.org.uk`. NULL when nowhere. `length`, or NULL,
 * gets how many bytes it has there. */
const char *address_find(const char *text, const char *key, size_t *length);

/* A host or domain name to its A-label form in lower case, or NULL and
 * ERROR_INPUT. */
char *domain_to_ascii(const char *domain, size_t length, GError **error);

/* A person and an address: `Ada Lovelace <ada@example.org>`,
 * `"Lovelace, Ada" <ada@example.org>` or the bare address. The name is UTF-8,
 * unquoted, NFC, never NULL. */
typedef struct Mailbox {
    char *name;
    Address address;
} Mailbox;

AddressVerdict mailbox_parse(const char *text, Mailbox *mailbox,
                             GError **error);
void mailbox_clear(Mailbox *mailbox);

/* The name with what its encoded-words say (RFC 2047): lists of members are
 * printed by programs that make mails, `=?utf-8?q?Zo=C3=AB?=`. A letter that
 * cannot be read becomes `?`; a name that could not stand in a header is left
 * as it is. */
char *mailbox_read_name(const Mailbox *mailbox);

#endif
