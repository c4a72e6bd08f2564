/*
 * token.h - names derived from an address under a key.
 *
 * A token is the first 128 bits of HMAC-SHA-256 over length-prefixed parts,
 * written as 26 letters of a-z2-7: it survives lower-casing, needs no
 * escaping anywhere, and without the key nobody can make or reverse it.
 * (RFC 2104, RFC 4648 6.)
 */
#ifndef MAIL_TOKEN_H
#define MAIL_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#define TOKEN_LENGTH 26
#define TOKEN_KEY_BYTES 32

typedef struct TokenKey {
    uint8_t bytes[TOKEN_KEY_BYTES];
} TokenKey;

/* The key used when the user has none: derived from a public text, so it
 * only spreads, it does not protect. */
void token_key_from_text(TokenKey *key, const char *text);

/* `parts` is NULL-terminated; the first one is the purpose. `token` gets
 * TOKEN_LENGTH letters and a NUL. */
void token_make(const TokenKey *key, const char *const *parts,
                char token[TOKEN_LENGTH + 1]);

/* SHA-256 as 64 hex digits. */
char *token_digest(const void *bytes, size_t length);

#endif
