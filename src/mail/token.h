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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#define TOKEN_LENGTH 26
#define TOKEN_KEY_BYTES 32
#define TOKEN_HMAC_BYTES 32

typedef struct TokenKey {
    uint8_t bytes[TOKEN_KEY_BYTES];
} TokenKey;

/* The key used when the user has none: derived from a public text, so it
 * only spreads, it does not protect. */
void token_key_from_text(TokenKey *key, const char *text);

/* `parts` is NULL-terminated; the first one is the purpose. `token` gets
 * TOKEN_LENGTH letters and a NUL. Before each part stands its length as four
 * bytes, the highest first. */
void token_make(const TokenKey *key, const char *const *parts,
                char token[TOKEN_LENGTH + 1]);

/* A token of which all parts but the last are the same for many: begun once,
 * then constant and for any thread. token_finish() gives what token_make()
 * gives for the same parts, in less time. */
typedef struct TokenSeries TokenSeries;

TokenSeries *token_begin(const TokenKey *key, const char *const *parts);
void token_finish(const TokenSeries *series, const char *last_part,
                  char token[TOKEN_LENGTH + 1]);
void token_series_free(TokenSeries *series);

/* Stands before a token that was made under a secret key; no token has it. */
#define TOKEN_PROOF "0"

/* A Message-ID of ours, without <>, ends its local part in such a token: who
 * names it without having the keys has had the message itself. */
bool token_is_proof(const char *message_id);

/* HMAC-SHA-256, RFC 2104. */
void token_hmac(const void *key, size_t key_length, const void *bytes,
                size_t length, uint8_t digest[TOKEN_HMAC_BYTES]);

/* Base32 of RFC 4648 6 in lower case and without padding. */
void token_base32_append(GString *out, const void *bytes, size_t length);

/* The same into a buffer: (length * 8 + 4) / 5 letters and a NUL. */
void token_base32(const void *bytes, size_t length, char *text);

/* SHA-256 as 64 hex digits. */
char *token_digest(const void *bytes, size_t length);

#endif
