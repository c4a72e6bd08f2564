/*
 * line_tls.c - TLS to the relay, by OpenSSL, see line_private.h.
 *
 * OpenSSL checks the chain and the name in one go. What it found wrong first
 * is kept by the verify callback, because after a failed handshake the
 * certificate is gone and only a number is left.
 *
 * Sessions are shared by all lines of a context: the newest ones are kept in
 * a short stack under a lock. A TLS 1.3 ticket is used once (RFC 8446 C.4).
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/error.h"
#include "delivery/line_private.h"

#define SESSIONS_MAX 16

struct TlsContext {
    SSL_CTX *ssl;
    pthread_mutex_t lock;
    GQueue sessions; /* of SSL_SESSION *, newest first */
};

struct Tls {
    SSL *ssl;
    char *host;
    bool is_ip;
    long verify_error; /* X509_V_OK: nothing wrong with the certificate */
    char *not_before;  /* of the certificate with the error, as 2026-01-02 */
    char *not_after;
    char *names;          /* what the certificate is for */
    char *issuer;         /* whose signature is not known here */
    unsigned long reason; /* ERR_peek_last_error() at the failure */
    int system_error;     /* errno at the failure */
};

/* --- the context --- */

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    TlsContext *context = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    pthread_mutex_lock(&context->lock);
    g_queue_push_head(&context->sessions, session);
    if (context->sessions.length > SESSIONS_MAX)
        SSL_SESSION_free(g_queue_pop_tail(&context->sessions));
    pthread_mutex_unlock(&context->lock);
    return 1; /* ours now */
}

static void resume_session(TlsContext *context, SSL *ssl)
{
    pthread_mutex_lock(&context->lock);
    SSL_SESSION *session = g_queue_pop_head(&context->sessions);
    if (session != NULL) {
        SSL_set_session(ssl, session);
        if (SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION)
            g_queue_push_head(&context->sessions, session);
        else
            SSL_SESSION_free(session);
    }
    pthread_mutex_unlock(&context->lock);
}

static char *date_of(const ASN1_TIME *moment)
{
    struct tm when;
    if (moment == NULL || ASN1_TIME_to_tm(moment, &when) != 1)
        return g_strdup("an unknown date");
    return g_strdup_printf("%04d-%02d-%02d", when.tm_year + 1900,
                           when.tm_mon + 1, when.tm_mday);
}

static void append_name(GString *names, const GENERAL_NAME *name)
{
    const ASN1_STRING *text = NULL;
    if (name->type == GEN_DNS)
        text = name->d.dNSName;
    if (text == NULL)
        return;
    if (names->len > 0)
        g_string_append(names, ", ");
    g_string_append_len(names, (const char *)ASN1_STRING_get0_data(text),
                        ASN1_STRING_length(text));
}

/* The first few names that the certificate is for. */
static char *names_of(X509 *certificate)
{
    GString *names = g_string_new(NULL);
    GENERAL_NAMES *all = X509_get_ext_d2i(certificate, NID_subject_alt_name,
                                          NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(all) && names->len < 120; i++)
        append_name(names, sk_GENERAL_NAME_value(all, i));
    GENERAL_NAMES_free(all);
    if (names->len == 0) {
        char name[128] = "";
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate),
                                  NID_commonName, name, sizeof name);
        g_string_append(names, name[0] != '\0' ? name : "another name");
    }
    return g_string_free(names, FALSE);
}

static char *issuer_of(X509 *certificate)
{
    char name[128] = "";
    X509_NAME *issuer = X509_get_issuer_name(certificate);
    if (X509_NAME_get_text_by_NID(issuer, NID_commonName, name, sizeof name) <=
        0)
        X509_NAME_get_text_by_NID(issuer, NID_organizationName, name,
                                  sizeof name);
    return g_strdup(name[0] != '\0' ? name : "an unnamed authority");
}

static int check_certificate(int is_good, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store,
                                          SSL_get_ex_data_X509_STORE_CTX_idx());
    Tls *tls = SSL_get_app_data(ssl);
    X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    if (is_good || tls->verify_error != X509_V_OK)
        return is_good;
    tls->verify_error = X509_STORE_CTX_get_error(store);
    if (certificate != NULL) {
        tls->not_before = date_of(X509_get0_notBefore(certificate));
        tls->not_after = date_of(X509_get0_notAfter(certificate));
        tls->names = names_of(certificate);
        tls->issuer = issuer_of(certificate);
    }
    return 0;
}

static bool load_authorities(SSL_CTX *ssl, const char *ca_file, GError **error)
{
    ERR_clear_error();
    if (ca_file == NULL) {
        /* What is not there shows when the first certificate is checked. */
        SSL_CTX_set_default_verify_paths(ssl);
        ERR_clear_error();
        return true;
    }
    if (SSL_CTX_load_verify_file(ssl, ca_file) == 1)
        return true;
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    error_set(error, ERROR_CONFIG,
              "%s: no PEM file with certificates of authorities (%s); check "
              "relay.ca_file",
              ca_file, reason != NULL ? reason : "cannot be read");
    ERR_clear_error();
    return false;
}

TlsContext *tls_context_new(const char *ca_file, GError **error)
{
    SSL_CTX *ssl = SSL_CTX_new(TLS_client_method());
    g_assert(ssl != NULL);
    if (!load_authorities(ssl, ca_file, error)) {
        SSL_CTX_free(ssl);
        return NULL;
    }
    TlsContext *context = g_new0(TlsContext, 1);
    context->ssl = ssl;
    pthread_mutex_init(&context->lock, NULL);
    SSL_CTX_set_app_data(ssl, context);
    SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
    /* Many relays close without a good-bye. SMTP has its own ends (the reply
     * to the dot, QUIT), and an error here would cost the session. */
    SSL_CTX_set_options(ssl, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, check_certificate);
    SSL_CTX_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_CLIENT |
                                            SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ssl, keep_session);
    return context;
}

void tls_context_free(TlsContext *context)
{
    if (context == NULL)
        return;
    SSL_SESSION *session;
    while ((session = g_queue_pop_head(&context->sessions)) != NULL)
        SSL_SESSION_free(session);
    SSL_CTX_free(context->ssl);
    pthread_mutex_destroy(&context->lock);
    g_free(context);
}

/* --- one connection --- */

Tls *tls_new(TlsContext *context, const char *host, int fd)
{
    Tls *tls = g_new0(Tls, 1);
    tls->ssl = SSL_new(context->ssl);
    g_assert(tls->ssl != NULL);
    tls->host = g_strdup(host);
    if (g_str_has_suffix(host, "."))
        tls->host[strlen(host) - 1] = '\0';
    tls->is_ip = g_hostname_is_ip_address(host);
    SSL_set_app_data(tls->ssl, tls);
    SSL_set_fd(tls->ssl, fd);
    if (tls->is_ip) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls->ssl), tls->host);
    } else {
        SSL_set_hostflags(tls->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        SSL_set1_host(tls->ssl, tls->host);
        SSL_set_tlsext_host_name(tls->ssl, tls->host);
    }
    resume_session(context, tls->ssl);
    return tls;
}

void tls_free(Tls *tls)
{
    if (tls == NULL)
        return;
    /* Else OpenSSL would give up the session when this side did not say
     * good-bye, which has no time for it when the relay is gone. */
    if (SSL_is_init_finished(tls->ssl))
        SSL_set_shutdown(tls->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(tls->ssl);
    g_free(tls->host);
    g_free(tls->not_before);
    g_free(tls->not_after);
    g_free(tls->names);
    g_free(tls->issuer);
    g_free(tls);
}

static WireStatus status_of(Tls *tls, int result)
{
    tls->system_error = errno;
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return WIRE_WANTS_READ;
    case SSL_ERROR_WANT_WRITE:
        return WIRE_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return WIRE_CLOSED;
    default:
        tls->reason = ERR_peek_error();
        ERR_clear_error();
        return WIRE_BROKEN;
    }
}

WireStatus tls_handshake(Tls *tls)
{
    ERR_clear_error();
    int result = SSL_connect(tls->ssl);
    return result == 1 ? WIRE_DONE : status_of(tls, result);
}

WireStatus tls_read(Tls *tls, char *bytes, size_t size, size_t *length)
{
    ERR_clear_error();
    int result = SSL_read_ex(tls->ssl, bytes, size, length);
    return result == 1 ? WIRE_DONE : status_of(tls, result);
}

WireStatus tls_write(Tls *tls, const char *bytes, size_t length, size_t *done)
{
    ERR_clear_error();
    int result = SSL_write_ex(tls->ssl, bytes, length, done);
    return result == 1 ? WIRE_DONE : status_of(tls, result);
}

void tls_shutdown(Tls *tls)
{
    ERR_clear_error();
    if (SSL_is_init_finished(tls->ssl))
        SSL_shutdown(tls->ssl);
    ERR_clear_error();
}

/* --- what failed --- */

static void set_certificate_error(const Tls *tls, GError **error)
{
    const char *host = tls->host;
    switch (tls->verify_error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        error_set(error, ERROR_REJECTED,
                  "certificate of %s expired on %s; its operator must renew it",
                  host, tls->not_after);
        return;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        error_set(error, ERROR_REJECTED,
                  "certificate of %s is valid only from %s; is the clock of "
                  "this machine right?",
                  host, tls->not_before);
        return;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        error_set(error, ERROR_REJECTED,
                  "certificate of %s is for %s; set relay.host to the name "
                  "that it is for",
                  host, tls->names);
        return;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        error_set(error, ERROR_REJECTED,
                  "certificate of %s is signed by itself; if it is yours, set "
                  "relay.ca_file to it",
                  host);
        return;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        error_set(error, ERROR_REJECTED,
                  "certificate of %s is signed by “%s”, which is not known "
                  "here; set relay.ca_file to that authority's certificate",
                  host, tls->issuer);
        return;
    default:
        error_set(error, ERROR_REJECTED, "certificate of %s is no good: %s",
                  host, X509_verify_cert_error_string(tls->verify_error));
    }
}

/* What the library's reason means to somebody who runs a relay. */
static void set_protocol_error(const Tls *tls, int port, GError **error)
{
    const char *host = tls->host;
    const char *text = ERR_reason_error_string(tls->reason);
    switch (ERR_GET_REASON(tls->reason)) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        error_set(error, ERROR_REJECTED,
                  "%s:%d offers nothing newer than TLS 1.1, which is broken; "
                  "its operator must allow TLS 1.2 or 1.3",
                  host, port);
        return;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_HTTP_REQUEST:
        error_set(error, ERROR_REJECTED,
                  "%s:%d does not speak TLS here; with relay.tls implicit the "
                  "port is usually 465, with starttls 587",
                  host, port);
        return;
    default:
        error_set(error, ERROR_REJECTED,
                  "TLS with %s:%d failed: %s; relay.tls and relay.port may "
                  "not fit each other",
                  host, port, text != NULL ? text : "unknown reason");
    }
}

void tls_set_error(const Tls *tls, int port, GError **error)
{
    bool is_cut = tls->reason == 0 || ERR_GET_REASON(tls->reason) ==
                                          SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (tls->verify_error != X509_V_OK)
        set_certificate_error(tls, error);
    else if (is_cut)
        error_set(error, ERROR_RETRY,
                  "%s:%d closed the connection in the TLS handshake (%s)",
                  tls->host, port,
                  tls->system_error != 0 ? g_strerror(tls->system_error)
                                         : "no reason given");
    else
        set_protocol_error(tls, port, error);
}
