/*
 * dkim_key.h - the key that a domain signs its mail with, and the DNS record
 * that lets everybody check it.
 *
 *     PEM ──dkim_key_parse()──> DkimKey ──dkim_key_sign()──> signature
 *                                       ──dkim_key_record()──> v=DKIM1; …
 *
 * RSA signs by rsa-sha256, Ed25519 by ed25519-sha256 (RFC 6376 3.3, RFC 8301,
 * RFC 8463). This is the only file that speaks with OpenSSL about DKIM.
 *
 * A DkimKey is constant once it is made; any thread may sign with it.
 */
#ifndef MAIL_DKIM_KEY_H
#define MAIL_DKIM_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define DKIM_PEM_MAX 65536
#define DKIM_RSA_LEAST 1024 /* verifiers take nothing shorter, RFC 8301 3.2 */
#define DKIM_RSA_GOOD 2048
#define DKIM_DIGEST_BYTES 32
#define DKIM_SIGNATURE_MAX 1024 /* bytes: RSA with 8192 bits */

typedef enum { DKIM_RSA_SHA256, DKIM_ED25519_SHA256 } DkimAlgorithm;

typedef struct DkimKey DkimKey;

/* A private key, PKCS#8 or PKCS#1, without a passphrase. ERROR_CONFIG without
 * a place: no such key, another kind, fewer bits than DKIM_RSA_LEAST or more
 * than a signature has room for. */
DkimKey *dkim_key_parse(const char *pem, size_t length, GError **error);
/* A new one, RSA with DKIM_RSA_GOOD bits. ERROR_SYSTEM. */
DkimKey *dkim_key_generate(DkimAlgorithm algorithm, GError **error);
void dkim_key_free(DkimKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DkimKey, dkim_key_free)

/* As PKCS#8; the caller wipes it and frees it. */
char *dkim_key_pem(const DkimKey *key, GError **error);
void dkim_key_wipe(char *pem);

DkimAlgorithm dkim_key_algorithm(const DkimKey *key);
const char *dkim_key_algorithm_name(const DkimKey *key); /* "rsa-sha256" */
int dkim_key_bits(const DkimKey *key);
size_t dkim_key_signature_bytes(const DkimKey *key);

/* What belongs into the TXT record at SELECTOR._domainkey.DOMAIN. */
char *dkim_key_record(const DkimKey *key, GError **error);
/* Is this, in base64, the key's public half? RSA keys stand in records as
 * SubjectPublicKeyInfo or, less often, as RSAPublicKey. */
bool dkim_key_is_public(const DkimKey *key, const char *base64);

void dkim_digest(const void *bytes, size_t length,
                 uint8_t digest[DKIM_DIGEST_BYTES]);
/* Signs a digest made by dkim_digest(). `signature` has room for
 * DKIM_SIGNATURE_MAX. ERROR_SYSTEM. */
bool dkim_key_sign(const DkimKey *key, const uint8_t digest[DKIM_DIGEST_BYTES],
                   uint8_t *signature, size_t *length, GError **error);

#endif
