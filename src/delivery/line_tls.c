/*
 * line_tls.c - TLS to the relay, by OpenSSL, see line_private.h.
 *
 * OpenSSL checks the chain and the name in one go; line_certificate.c says
 * what it found wrong.
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

#include "delivery/line_private.h"
#include "delivery/line_tls_private.h"

#define SESSIONS_MAX 16

struct TlsContext {
    SSL_CTX *ssl;
    pthread_mutex_t lock;
    GQueue sessions; /* of SSL_SESSION *, newest first */
};

struct Tls {
    TlsContext *context;
    SSL *ssl;
    TlsFailure failure;
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

static void forget_sessions(TlsContext *context)
{
    SSL_SESSION *session;
    pthread_mutex_lock(&context->lock);
    while ((session = g_queue_pop_head(&context->sessions)) != NULL)
        SSL_SESSION_free(session);
    pthread_mutex_unlock(&context->lock);
}

static bool resume_session(TlsContext *context, SSL *ssl)
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
    return session != NULL;
}

static int check_certificate(int is_good, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store,
                                          SSL_get_ex_data_X509_STORE_CTX_idx());
    Tls *tls = SSL_get_app_data(ssl);
    if (is_good || tls->failure.verify_error != X509_V_OK)
        return is_good;
    tls_failure_note(&tls->failure, store);
    return 0;
}

TlsContext *tls_context_new(const RelayConfig *relay, GError **error)
{
    SSL_CTX *ssl = SSL_CTX_new(TLS_client_method());
    g_assert(ssl != NULL);
    if (!tls_load_authorities(ssl, relay->ca_file, error) ||
        !tls_load_client(ssl, relay, error)) {
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
    forget_sessions(context);
    SSL_CTX_free(context->ssl);
    pthread_mutex_destroy(&context->lock);
    g_free(context);
}

/* --- one connection --- */

Tls *tls_new(TlsContext *context, const char *host, const char *place, int fd)
{
    Tls *tls = g_new0(Tls, 1);
    tls->context = context;
    tls->ssl = SSL_new(context->ssl);
    g_assert(tls->ssl != NULL);
    tls->failure.place = place;
    char *name = tls->failure.host = g_strdup(host);
    if (g_str_has_suffix(host, "."))
        name[strlen(host) - 1] = '\0';
    SSL_set_app_data(tls->ssl, tls);
    SSL_set_fd(tls->ssl, fd);
    /* SNI is for names only (RFC 6066 3). */
    if (g_hostname_is_ip_address(name)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls->ssl), name);
    } else {
        SSL_set_hostflags(tls->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        SSL_set1_host(tls->ssl, name);
        SSL_set_tlsext_host_name(tls->ssl, name);
    }
    tls->failure.has_session = resume_session(context, tls->ssl);
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
    tls_failure_clear(&tls->failure);
    g_free(tls);
}

static WireStatus status_of(Tls *tls, int result)
{
    tls->failure.system_error = errno;
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return WIRE_WANTS_READ;
    case SSL_ERROR_WANT_WRITE:
        return WIRE_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return WIRE_CLOSED;
    default:
        tls->failure.reason = ERR_peek_error();
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

int64_t tls_certificate_end(const Tls *tls)
{
    int days = 0;
    int seconds = 0;
    X509 *certificate = SSL_get1_peer_certificate(tls->ssl);
    ASN1_TIME *origin = ASN1_TIME_set(NULL, 0);
    bool is_known = certificate != NULL && origin != NULL &&
                    ASN1_TIME_diff(&days, &seconds, origin,
                                   X509_get0_notAfter(certificate)) == 1;
    ASN1_TIME_free(origin);
    X509_free(certificate);
    return is_known ? (int64_t)days * 86400 + seconds : 0;
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

void tls_set_error(Tls *tls, GError **error)
{
    if (tls->failure.has_session)
        forget_sessions(tls->context);
    tls_failure_set(&tls->failure, error);
}

bool tls_set_late_error(Tls *tls, GError **error)
{
    char byte;
    size_t length = 0;
    if (tls_failure_set_alert(&tls->failure, error))
        return true;
    /* A write fails when the relay has gone; its last word may lie here. */
    tls_read(tls, &byte, 1, &length);
    return tls_failure_set_alert(&tls->failure, error);
}
