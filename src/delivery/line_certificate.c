/*
 * line_certificate.c - files in PEM, and what is wrong with a certificate, as
 * a sentence. See line_tls_private.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/error.h"
#include "delivery/line_tls_private.h"

/* --- files --- */

bool tls_load_authorities(SSL_CTX *ssl, const char *ca_file, GError **error)
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

/* A key with a passphrase cannot be used, as nobody is there to ask. */
static int refuse_passphrase(char *bytes, int size, int is_writing, void *asked)
{
    (void)bytes;
    (void)size;
    (void)is_writing;
    *(bool *)asked = true;
    return -1;
}

static EVP_PKEY *read_key(const char *path, GError **error)
{
    int file = config_open_secret("relay.client_key", path, error);
    if (file < 0)
        return NULL;
    bool has_passphrase = false;
    BIO *bio = BIO_new_fd(file, BIO_CLOSE);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase,
                                            &has_passphrase);
    BIO_free(bio);
    if (key == NULL)
        error_set(error, ERROR_CONFIG, "`relay.client_key`: %s %s", path,
                  has_passphrase
                      ? "is locked by a passphrase; `openssl pkey` writes one "
                        "without"
                      : "holds no private key in PEM");
    ERR_clear_error();
    return key;
}

bool tls_load_client(SSL_CTX *ssl, const RelayConfig *relay, GError **error)
{
    const char *certificate = relay->client_certificate;
    const char *key_path = relay->client_key;
    if (certificate == NULL)
        return true;
    EVP_PKEY *key = read_key(key_path != NULL ? key_path : certificate, error);
    if (key == NULL)
        return false;
    const char *problem = NULL;
    if (SSL_CTX_use_certificate_chain_file(ssl, certificate) != 1)
        problem = "holds no certificate in PEM, or cannot be read";
    else if (SSL_CTX_use_PrivateKey(ssl, key) != 1)
        problem = "does not belong to the key of relay.client_key";
    EVP_PKEY_free(key);
    ERR_clear_error();
    if (problem != NULL)
        error_set(error, ERROR_CONFIG, "`relay.client_certificate`: %s %s",
                  certificate, problem);
    return problem == NULL;
}

/* --- a certificate --- */

static char *date_of(const ASN1_TIME *moment)
{
    struct tm when;
    if (moment == NULL || ASN1_TIME_to_tm(moment, &when) != 1)
        return g_strdup("an unknown date");
    return g_strdup_printf("%04d-%02d-%02d", when.tm_year + 1900,
                           when.tm_mon + 1, when.tm_mday);
}

/* Text of a name or an address, NULL for the other kinds. */
static char *text_of(const GENERAL_NAME *name)
{
    char address[INET6_ADDRSTRLEN] = "";
    const ASN1_STRING *text = name->type == GEN_DNS     ? name->d.dNSName
                              : name->type == GEN_IPADD ? name->d.iPAddress
                                                        : NULL;
    if (text == NULL)
        return NULL;
    const unsigned char *bytes = ASN1_STRING_get0_data(text);
    int length = ASN1_STRING_length(text);
    if (name->type == GEN_DNS)
        return g_strndup((const char *)bytes, (size_t)length);
    if (length != 4 && length != 16)
        return NULL;
    inet_ntop(length == 4 ? AF_INET : AF_INET6, bytes, address, sizeof address);
    return g_strdup(address);
}

static void append_name(GString *names, const GENERAL_NAME *name)
{
    g_autofree char *text = text_of(name);
    if (text != NULL)
        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", text);
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

void tls_failure_note(TlsFailure *failure, X509_STORE_CTX *store)
{
    X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    failure->verify_error = X509_STORE_CTX_get_error(store);
    if (certificate == NULL)
        return;
    failure->not_before = date_of(X509_get0_notBefore(certificate));
    failure->not_after = date_of(X509_get0_notAfter(certificate));
    failure->names = names_of(certificate);
    failure->issuer = issuer_of(certificate);
}

void tls_failure_clear(TlsFailure *failure)
{
    g_free(failure->host);
    g_free(failure->not_before);
    g_free(failure->not_after);
    g_free(failure->names);
    g_free(failure->issuer);
}

/* --- what failed --- */

static void set_certificate_error(const TlsFailure *failure, GError **error)
{
    const char *host = failure->host;
    switch (failure->verify_error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        error_set(error, ERROR_REJECTED,
                  "certificate of %s expired on %s; its operator must renew it",
                  host, failure->not_after);
        return;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        error_set(error, ERROR_REJECTED,
                  "certificate of %s is valid only from %s; is the clock of "
                  "this machine right?",
                  host, failure->not_before);
        return;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        error_set(error, ERROR_REJECTED,
                  "certificate of %s is for %s; set relay.host to the name "
                  "that it is for",
                  host, failure->names);
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
                  host, failure->issuer);
        return;
    default:
        error_set(error, ERROR_REJECTED, "certificate of %s is no good: %s",
                  host, X509_verify_cert_error_string(failure->verify_error));
    }
}

/* What the library's reason means to somebody who runs a relay. */
static void set_protocol_error(const TlsFailure *failure, GError **error)
{
    const char *place = failure->place;
    const char *text = ERR_reason_error_string(failure->reason);
    switch (ERR_GET_REASON(failure->reason)) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        error_set(error, ERROR_REJECTED,
                  "%s offers nothing newer than TLS 1.1, which is broken; "
                  "its operator must allow TLS 1.2 or 1.3",
                  place);
        return;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_HTTP_REQUEST:
        error_set(error, ERROR_REJECTED,
                  "%s does not speak TLS here; with relay.tls implicit the "
                  "port is usually 465, with starttls 587",
                  place);
        return;
    default:
        error_set(error, ERROR_REJECTED,
                  "TLS with %s failed: %s; relay.tls and relay.port may "
                  "not fit each other",
                  place, text != NULL ? text : "unknown reason");
    }
}

/* What the relay thinks of our certificate. */
static const struct {
    int reason;
    const char *what;
} alerts[] = {
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
     "demands a certificate; set relay.client_certificate and "
     "relay.client_key"},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA,
     "does not know the authority of relay.client_certificate; use one that "
     "its operator accepts"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
     "says that relay.client_certificate has expired; renew it"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED,
     "says that relay.client_certificate was revoked; use a new one"},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,
     "does not accept relay.client_certificate; use one that its operator "
     "accepts"},
    {SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
     "does not accept the kind of relay.client_certificate; use one that its "
     "operator accepts"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,
     "does not accept relay.client_certificate; use one that its operator "
     "accepts"},
    {SSL_R_TLSV1_ALERT_ACCESS_DENIED,
     "does not let the owner of relay.client_certificate in; ask its "
     "operator"},
};

bool tls_failure_set_alert(const TlsFailure *failure, GError **error)
{
    if (failure->reason == 0 || ERR_GET_LIB(failure->reason) != ERR_LIB_SSL)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(alerts); i++) {
        if (ERR_GET_REASON(failure->reason) != alerts[i].reason)
            continue;
        error_set(error, ERROR_REJECTED, "%s %s", failure->place,
                  alerts[i].what);
        return true;
    }
    return false;
}

void tls_failure_set(const TlsFailure *failure, GError **error)
{
    bool is_cut = failure->reason == 0 ||
                  ERR_GET_REASON(failure->reason) ==
                      SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (failure->verify_error != X509_V_OK)
        set_certificate_error(failure, error);
    else if (is_cut)
        error_set(error, ERROR_RETRY,
                  "%s closed the connection in the TLS handshake (%s)",
                  failure->place,
                  failure->system_error != 0 ? g_strerror(failure->system_error)
                                             : "no reason given");
    else if (failure->has_session)
        error_set(error, ERROR_RETRY,
                  "%s did not take up the TLS session that it had given; the "
                  "next connection begins a new one",
                  failure->place);
    else if (!tls_failure_set_alert(failure, error))
        set_protocol_error(failure, error);
}
