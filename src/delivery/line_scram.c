/*
 * line_scram.c - SCRAM-SHA-256, see line_sasl.h.
 *
 * The password does not cross the wire, and the relay proves that it knows it
 * too. There is no channel binding: the certificate is checked already, and
 * relays behind a proxy could not have it. (RFC 5802, 7677.)
 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "base/error.h"
#include "delivery/line_sasl.h"

#define KEY_SIZE SHA256_DIGEST_LENGTH
#define NONCE_BYTES 18
#define SALT_MAX 1024
#define HEADER "n,," /* no channel binding, no other identity */
#define HEADER_ENCODED "biws"

typedef guchar Key[KEY_SIZE];

struct Scram {
    char *nonce; /* ours */
    char *bare;  /* the first message without its header */
    Key server_signature;
    bool is_proved; /* by the server */
};

/* --- the password --- */

static gunichar plain_space(gunichar character)
{
    return g_unichar_type(character) == G_UNICODE_SPACE_SEPARATOR ? ' '
                                                                  : character;
}

/* ASCII as it is; other texts by the successor of SASLprep, the profile
 * OpaqueString of RFC 8265 4.2: every space is a space, NFC. */
static char *prepare_password(const char *password)
{
    if (g_str_is_ascii(password) || !g_utf8_validate(password, -1, NULL))
        return g_strdup(password);
    char *spaced = g_malloc(strlen(password) + 1); /* it cannot grow */
    char *to = spaced;
    for (const char *at = password; *at != '\0'; at = g_utf8_next_char(at))
        to += g_unichar_to_utf8(plain_space(g_utf8_get_char(at)), to);
    *to = '\0';
    char *prepared = g_utf8_normalize(spaced, -1, G_NORMALIZE_NFC);
    config_password_free(spaced);
    return prepared;
}

static void hmac(const Key key, const char *text, Key result)
{
    unsigned length = 0;
    const unsigned char *done = HMAC(EVP_sha256(), key, KEY_SIZE,
                                     (const guchar *)text, strlen(text), result,
                                     &length);
    g_assert(done != NULL && length == KEY_SIZE);
}

/* --- the first message --- */

static char *make_nonce(void)
{
    guchar bytes[NONCE_BYTES];
    int has_random = RAND_bytes(bytes, sizeof bytes);
    g_assert(has_random == 1);
    return g_base64_encode(bytes, sizeof bytes);
}

char *scram_begin(Sasl *sasl)
{
    const SaslLogin *login = &sasl->login;
    Scram *scram = sasl->scram = g_new0(Scram, 1);
    scram->nonce = login->nonce != NULL ? g_strdup(login->nonce) : make_nonce();
    g_autoptr(GString) name = g_string_new(login->user);
    g_string_replace(name, "=", "=3D", 0);
    g_string_replace(name, ",", "=2C", 0);
    scram->bare = g_strconcat("n=", name->str, ",r=", scram->nonce, NULL);
    char *message = g_strconcat(HEADER, scram->bare, NULL);
    return sasl_encode(message, strlen(message));
}

/* --- the server's first message --- */

typedef struct ServerFirst {
    char *nonce; /* both halves */
    char *salt;
    size_t salt_length;
    guint64 iterations;
} ServerFirst;

static void clear_first(ServerFirst *first)
{
    g_free(first->nonce);
    g_free(first->salt);
}

static bool is_nonce(const char *nonce, const char *ours)
{
    if (!g_str_has_prefix(nonce, ours) || strlen(nonce) == strlen(ours))
        return false;
    for (const char *at = nonce; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            return false;
    return true;
}

/* NULL, or what is wrong with it. */
static const char *read_first(const char *text, const char *ours,
                              ServerFirst *first)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", 8);
    if (g_str_has_prefix(text, "m="))
        return "it demands an extension of SCRAM that is not known here";
    if (g_strv_length(parts) < 3 || !g_str_has_prefix(parts[0], "r=") ||
        !g_str_has_prefix(parts[1], "s=") || !g_str_has_prefix(parts[2], "i="))
        return "its first SCRAM message cannot be read";
    if (!is_nonce(parts[0] + 2, ours))
        return "it gave back another nonce than it got";
    first->nonce = g_strdup(parts[0] + 2);
    first->salt = sasl_decode(parts[1] + 2, &first->salt_length);
    if (first->salt == NULL || first->salt_length == 0 ||
        first->salt_length > SALT_MAX)
        return "its salt is none";
    if (!g_ascii_string_to_unsigned(parts[2] + 2, 10, SASL_ITERATIONS_MIN,
                                    SASL_ITERATIONS_MAX, &first->iterations,
                                    NULL))
        return "its iteration count is not from 4096 to 1000000";
    return NULL;
}

/* --- the final messages --- */

static void derive_keys(const char *password, const ServerFirst *first,
                        Key client_key, Key server_key)
{
    Key salted;
    char *prepared = prepare_password(password);
    int done = PKCS5_PBKDF2_HMAC(
        prepared, (int)strlen(prepared), (const guchar *)first->salt,
        (int)first->salt_length, (int)first->iterations, EVP_sha256(), KEY_SIZE,
        salted);
    g_assert(done == 1);
    config_password_free(prepared);
    hmac(salted, "Client Key", client_key);
    hmac(salted, "Server Key", server_key);
    explicit_bzero(salted, sizeof salted);
}

/* The proof in base64; keeps what the server will have to say. */
static char *prove(Scram *scram, const char *password, const ServerFirst *first,
                   const char *authenticated)
{
    Key client_key;
    Key server_key;
    Key stored_key;
    Key proof;
    derive_keys(password, first, client_key, server_key);
    SHA256(client_key, KEY_SIZE, stored_key);
    hmac(stored_key, authenticated, proof); /* the client's signature */
    for (size_t i = 0; i < KEY_SIZE; i++)
        proof[i] ^= client_key[i];
    hmac(server_key, authenticated, scram->server_signature);
    char *encoded = g_base64_encode(proof, KEY_SIZE);
    explicit_bzero(client_key, sizeof client_key);
    explicit_bzero(server_key, sizeof server_key);
    explicit_bzero(stored_key, sizeof stored_key);
    return encoded;
}

static char *answer_first(Sasl *sasl, const char *text, GError **error)
{
    Scram *scram = sasl->scram;
    ServerFirst first = {0};
    const char *problem = read_first(text, scram->nonce, &first);
    char *message = NULL;
    if (problem == NULL) {
        g_autofree char *bare = g_strconcat(
            "c=" HEADER_ENCODED ",r=", first.nonce, NULL);
        g_autofree char *authenticated = g_strconcat(scram->bare, ",", text,
                                                     ",", bare, NULL);
        g_autofree char *proof = prove(scram, sasl->login.secret, &first,
                                       authenticated);
        message = g_strconcat(bare, ",p=", proof, NULL);
    } else {
        sasl_set_broken(sasl, problem, error);
    }
    clear_first(&first);
    return message != NULL ? sasl_encode(message, strlen(message)) : NULL;
}

static char *answer_final(Sasl *sasl, const char *text, GError **error)
{
    Scram *scram = sasl->scram;
    g_auto(GStrv) parts = g_strsplit(text, ",", 2);
    size_t length = 0;
    g_autofree char *signature = NULL;
    if (parts[0] != NULL && g_str_has_prefix(parts[0], "v="))
        signature = sasl_decode(parts[0] + 2, &length);
    scram->is_proved = signature != NULL && length == KEY_SIZE &&
                       CRYPTO_memcmp(signature, scram->server_signature,
                                     KEY_SIZE) == 0;
    if (scram->is_proved)
        return g_strdup("");
    return sasl_set_broken(sasl, "it does not know the password itself", error);
}

char *scram_answer(Sasl *sasl, const char *challenge, GError **error)
{
    size_t length = 0;
    g_autofree char *text = sasl_decode(challenge, &length);
    if (text == NULL || strlen(text) != length)
        return sasl_set_broken(sasl, "its SCRAM message cannot be read", error);
    if (g_str_has_prefix(text, "e=")) {
        /* A server may repeat what it was told. */
        bool is_fit = g_utf8_validate(text, -1, NULL) &&
                      !sasl_gives_away(text, sasl->login.secret);
        error_set(error, ERROR_PERMISSION,
                  "login refused by %s: %.60s; check relay.user and the "
                  "password",
                  sasl->login.host, is_fit ? text + 2 : "no reason to show");
        return NULL;
    }
    if (sasl->answers == 0)
        return answer_first(sasl, text, error);
    if (sasl->answers == 1)
        return answer_final(sasl, text, error);
    return sasl_set_broken(sasl, "it asks more questions than SCRAM has",
                           error);
}

bool scram_finish(const Sasl *sasl, GError **error)
{
    if (sasl->scram != NULL && sasl->scram->is_proved)
        return true;
    sasl_set_broken(
        sasl, "it let us in without showing that it knows the password", error);
    return false;
}

void scram_free(Scram *scram)
{
    if (scram == NULL)
        return;
    g_free(scram->nonce);
    g_free(scram->bare);
    explicit_bzero(scram->server_signature, KEY_SIZE);
    g_free(scram);
}
