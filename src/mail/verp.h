/*
 * verp.h - an envelope sender that says by itself whose mail came back.
 *
 *     bounce+{token}@news.example.org ──verp_parse()──> Verp
 *         ──verp_append()──> bounce+k7f3…@news.example.org   on the way out
 *         <──verp_find()──   when somebody writes to it
 *
 * Where the setting has {token}, each recipient's copy leaves with the
 * recipient's own token (mail/keyring.h) in its envelope sender, and a bounce
 * names its recipient without being understood. What stands before the token
 * ends in a sign and makes the plain address, `bounce@…`: the mailbox that
 * must get all of them, and the envelope sender where a copy may carry no
 * token. A setting without {token} is a plain address.
 *
 * (Variable envelope return paths; RFC 5233 for what follows the sign.)
 */
#ifndef MAIL_VERP_H
#define MAIL_VERP_H

#include <stdbool.h>

#include "mail/address.h"
#include "mail/keyring.h"

typedef struct Verp {
    Address plain; /* text is NULL when unset */
    char *before;  /* "bounce+"; NULL: no token */
} Verp;

/* ERROR_INPUT without a place; `verp` is untouched then. */
bool verp_parse(const char *text, Verp *verp, GError **error);
void verp_clear(Verp *verp);

/* The address with this token. Only with `before`. */
void verp_append(const Verp *verp, const char *token, GString *out);

/* True when the address is one of these; `token` gets what stands in the
 * token's place, in lower case, unchecked. */
bool verp_find(const Verp *verp, const char *address,
               char token[KEYRING_TOKEN_LENGTH + 1]);

#endif
