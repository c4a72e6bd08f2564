/* dkim_key.c - see dkim_key.h. */
#include "mail/dkim_key.h"

#include <assert.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define ED25519_BYTES 32
#define RSA_MOST (DKIM_SIGNATURE_MAX * 8)

struct DkimKey {
    EVP_PKEY *pkey;
    DkimAlgorithm algorithm;
};

/* What OpenSSL says last is what it stumbled over; nothing is left queued for
 * whoever asks next. */
static void set_from_openssl(GError **error, const char *what)
{
    char reason[160] = "no reason given";
    unsigned long number = ERR_peek_last_error();
    if (number != 0)
        ERR_error_string_n(number, reason, sizeof reason);
    ERR_clear_error();
    error_set(error, ERROR_SYSTEM, "%s: %s", what, reason);
}

/* --- reading --- */

/* An encrypted key would have OpenSSL ask on the terminal. */
static int refuse_passphrase(char *buffer, int size, int is_writing, void *data)
{
    (void)buffer;
    (void)size;
    (void)is_writing;
    (void)data;
    return -1;
}

static EVP_PKEY *read_pem(const char *pem, size_t length)
{
    if (length > DKIM_PEM_MAX)
        return NULL;
    BIO *bio = BIO_new_mem_buf(pem, (int)length);
    if (bio == NULL)
        return NULL;
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase,
                                             NULL);
    BIO_free(bio);
    ERR_clear_error();
    return pkey;
}

static bool accept_key(EVP_PKEY *pkey, DkimAlgorithm *algorithm, GError **error)
{
    int bits = EVP_PKEY_get_bits(pkey);
    switch (EVP_PKEY_get_base_id(pkey)) {
    case EVP_PKEY_ED25519:
        *algorithm = DKIM_ED25519_SHA256;
        return true;
    case EVP_PKEY_RSA:
        *algorithm = DKIM_RSA_SHA256;
        if (bits >= DKIM_RSA_LEAST && bits <= RSA_MOST)
            return true;
        error_set(error, ERROR_CONFIG,
                  "an RSA key of %d bits; DKIM takes %d to %d, and %d is "
                  "usual: mirmail keygen --dkim makes one",
                  bits, DKIM_RSA_LEAST, RSA_MOST, DKIM_RSA_GOOD);
        return false;
    default:
        error_set(error, ERROR_CONFIG,
                  "neither an RSA nor an Ed25519 key; mirmail keygen --dkim "
                  "makes one");
        return false;
    }
}

DkimKey *dkim_key_parse(const char *pem, size_t length, GError **error)
{
    EVP_PKEY *pkey = read_pem(pem, length);
    if (pkey == NULL) {
        error_set(error, ERROR_CONFIG,
                  "no private key in PEM without a passphrase; mirmail keygen "
                  "--dkim makes one");
        return NULL;
    }
    DkimAlgorithm algorithm = DKIM_RSA_SHA256;
    if (!accept_key(pkey, &algorithm, error)) {
        EVP_PKEY_free(pkey);
        return NULL;
    }
    DkimKey *key = g_new(DkimKey, 1);
    *key = (DkimKey){pkey, algorithm};
    return key;
}

DkimKey *dkim_key_generate(DkimAlgorithm algorithm, GError **error)
{
    EVP_PKEY *pkey = algorithm == DKIM_RSA_SHA256
                         ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA",
                                             (size_t)DKIM_RSA_GOOD)
                         : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    if (pkey == NULL) {
        set_from_openssl(error, "cannot make a key");
        return NULL;
    }
    DkimKey *key = g_new(DkimKey, 1);
    *key = (DkimKey){pkey, algorithm};
    return key;
}

void dkim_key_free(DkimKey *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    g_free(key);
}

/* --- writing --- */

char *dkim_key_pem(const DkimKey *key, GError **error)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    char *bytes = NULL;
    char *pem = NULL;
    if (bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL,
                                                     0, NULL, NULL) == 1) {
        long length = BIO_get_mem_data(bio, &bytes);
        pem = g_strndup(bytes, (gsize)length);
    } else {
        set_from_openssl(error, "cannot write the key");
    }
    BIO_free(bio);
    return pem;
}

void dkim_key_wipe(char *pem)
{
    if (pem != NULL)
        explicit_bzero(pem, strlen(pem));
}

DkimAlgorithm dkim_key_algorithm(const DkimKey *key)
{
    return key->algorithm;
}

const char *dkim_key_algorithm_name(const DkimKey *key)
{
    return key->algorithm == DKIM_RSA_SHA256 ? "rsa-sha256" : "ed25519-sha256";
}

int dkim_key_bits(const DkimKey *key)
{
    return EVP_PKEY_get_bits(key->pkey);
}

size_t dkim_key_signature_bytes(const DkimKey *key)
{
    return (size_t)EVP_PKEY_get_size(key->pkey);
}

/* --- the public half --- */

/* An Ed25519 key stands in its record as its 32 bytes, RFC 8463 4. */
static char *encode_raw(EVP_PKEY *pkey)
{
    uint8_t raw[ED25519_BYTES];
    size_t length = sizeof raw;
    if (EVP_PKEY_get_raw_public_key(pkey, raw, &length) != 1)
        return NULL;
    return g_base64_encode(raw, length);
}

static char *encode_info(EVP_PKEY *pkey)
{
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(pkey, &der);
    char *text = length > 0 ? g_base64_encode(der, (gsize)length) : NULL;
    OPENSSL_free(der);
    return text;
}

/* RSAPublicKey, PKCS#1. */
static char *encode_bare(EVP_PKEY *pkey)
{
    unsigned char *der = NULL;
    int length = i2d_PublicKey(pkey, &der);
    char *text = length > 0 ? g_base64_encode(der, (gsize)length) : NULL;
    OPENSSL_free(der);
    return text;
}

char *dkim_key_record(const DkimKey *key, GError **error)
{
    bool is_rsa = key->algorithm == DKIM_RSA_SHA256;
    g_autofree char *public_half = is_rsa ? encode_info(key->pkey)
                                          : encode_raw(key->pkey);
    if (public_half == NULL) {
        set_from_openssl(error, "cannot write the public key");
        return NULL;
    }
    return g_strdup_printf("v=DKIM1; k=%s; p=%s", is_rsa ? "rsa" : "ed25519",
                           public_half);
}

bool dkim_key_is_public(const DkimKey *key, const char *base64)
{
    bool is_rsa = key->algorithm == DKIM_RSA_SHA256;
    g_autofree char *usual = is_rsa ? encode_info(key->pkey)
                                    : encode_raw(key->pkey);
    g_autofree char *bare = is_rsa ? encode_bare(key->pkey) : NULL;
    ERR_clear_error();
    return g_strcmp0(base64, usual) == 0 ||
           (bare != NULL && strcmp(base64, bare) == 0);
}

/* --- signing --- */

void dkim_digest(const void *bytes, size_t length,
                 uint8_t digest[DKIM_DIGEST_BYTES])
{
    unsigned count = 0;
    int ok = EVP_Digest(bytes, length, digest, &count, EVP_sha256(), NULL);
    assert(ok == 1 && count == DKIM_DIGEST_BYTES);
    (void)ok;
}

static bool sign_rsa(EVP_PKEY *pkey, const uint8_t *digest, uint8_t *signature,
                     size_t *length)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pkey, NULL);
    bool ok = context != NULL && EVP_PKEY_sign_init(context) == 1 &&
              EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
              EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
              EVP_PKEY_sign(context, signature, length, digest,
                            DKIM_DIGEST_BYTES) == 1;
    EVP_PKEY_CTX_free(context);
    return ok;
}

/* What Ed25519 signs is the digest itself, RFC 8463 3. */
static bool sign_ed25519(EVP_PKEY *pkey, const uint8_t *digest,
                         uint8_t *signature, size_t *length)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context != NULL &&
              EVP_DigestSignInit(context, NULL, NULL, NULL, pkey) == 1 &&
              EVP_DigestSign(context, signature, length, digest,
                             DKIM_DIGEST_BYTES) == 1;
    EVP_MD_CTX_free(context);
    return ok;
}

bool dkim_key_sign(const DkimKey *key, const uint8_t digest[DKIM_DIGEST_BYTES],
                   uint8_t *signature, size_t *length, GError **error)
{
    *length = DKIM_SIGNATURE_MAX;
    bool ok = key->algorithm == DKIM_RSA_SHA256
                  ? sign_rsa(key->pkey, digest, signature, length)
                  : sign_ed25519(key->pkey, digest, signature, length);
    if (!ok)
        set_from_openssl(error, "cannot sign");
    return ok;
}
