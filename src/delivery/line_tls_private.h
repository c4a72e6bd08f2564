/*
 * line_tls_private.h - what the two files that know OpenSSL share.
 *
 *     line_tls.c          the context, the handshake, sessions
 *     line_certificate.c  files in PEM; what is wrong with a certificate
 *
 * The structs of OpenSSL have names only here, so that no header includes it.
 */
#ifndef DELIVERY_LINE_TLS_PRIVATE_H
#define DELIVERY_LINE_TLS_PRIVATE_H

#include <stdbool.h>

#include "config/config.h"

struct ssl_ctx_st;
struct x509_store_ctx_st;

/* Whom to trust: `ca_file`, or the system's authorities. ERROR_CONFIG. */
bool tls_load_authorities(struct ssl_ctx_st *context, const char *ca_file,
                          GError **error);
/* Our own certificate and its key, when `relay` has them. ERROR_CONFIG, or
 * as config_open_secret(). */
bool tls_load_client(struct ssl_ctx_st *context, const RelayConfig *relay,
                     GError **error);

/* Of one connection. What is wrong with a certificate is kept, because after
 * the handshake the certificate is gone and only a number is left. */
typedef struct TlsFailure {
    char *host;
    const char *place; /* host and port, for errors; borrowed */
    bool has_session;  /* an earlier session was to be taken up */
    long verify_error; /* 0: nothing wrong with the certificate */
    char *not_before;  /* of the certificate with the error: 2026-01-02 */
    char *not_after;
    char *names;          /* what the certificate is for */
    char *issuer;         /* whose signature is not known here */
    unsigned long reason; /* the library's, at the failure; 0: none */
    int system_error;     /* errno at the failure */
} TlsFailure;

void tls_failure_note(TlsFailure *failure, struct x509_store_ctx_st *store);
void tls_failure_set(const TlsFailure *failure, GError **error);
/* When the reason is an alert about our own certificate. */
bool tls_failure_set_alert(const TlsFailure *failure, GError **error);
void tls_failure_clear(TlsFailure *failure);

#endif
