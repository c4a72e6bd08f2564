/* keyring.c - see keyring.h. */
#include "mail/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail/token.h"

#define VERSION "mirmail/v1"
#define MAC_BYTES 12
#define RID_PREFIX_BYTES 4 /* its length, as add_part() writes it */
#define TOKEN_BYTES (KEYRING_RID_BYTES + MAC_BYTES)
#define FILE_MAX 8192 /* bytes */
#define PURPOSES 3

static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

static const char *const purposes[PURPOSES] = {
    [KEYRING_UNSUBSCRIBE] = "unsubscribe",
    [KEYRING_SUBSCRIBE] = "subscribe",
    [KEYRING_BOUNCE] = "bounce",
};

typedef struct Key {
    char letter;
    uint8_t master[TOKEN_KEY_BYTES];
    uint8_t identity[TOKEN_HMAC_BYTES];
    uint8_t purpose[PURPOSES][TOKEN_HMAC_BYTES];
} Key;

struct Keyring {
    Key keys[KEYRING_KEYS_MAX]; /* the newest first */
    int count;
};

/* --- bytes --- */

static void add_part(GByteArray *message, const void *bytes, size_t length)
{
    const uint8_t prefix[4] = {(uint8_t)(length >> 24), (uint8_t)(length >> 16),
                               (uint8_t)(length >> 8), (uint8_t)length};
    g_byte_array_append(message, prefix, sizeof prefix);
    g_byte_array_append(message, bytes, (guint)length);
}

static void add_text(GByteArray *message, const char *text)
{
    add_part(message, text, strlen(text));
}

static void derive(const Key *key, const char *use,
                   uint8_t digest[TOKEN_HMAC_BYTES])
{
    g_autoptr(GByteArray) message = g_byte_array_new();
    add_text(message, VERSION);
    add_text(message, use);
    token_hmac(key->master, sizeof key->master, message->data, message->len,
               digest);
}

/* Exactly `length` bytes from whole base32 without padding; false when there
 * is another letter, another length, or a bit too many. */
static bool decode(const char *text, size_t text_length, uint8_t *bytes,
                   size_t length)
{
    uint32_t held = 0;
    unsigned bits = 0;
    size_t done = 0;
    if (text_length != (length * 8 + 4) / 5)
        return false;
    for (size_t i = 0; i < text_length; i++) {
        const char *at = text[i] != '\0'
                             ? strchr(letters, g_ascii_tolower(text[i]))
                             : NULL;
        if (at == NULL)
            return false;
        held = (held << 5 | (uint32_t)(at - letters)) & 0xffff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes[done++] = (uint8_t)(held >> bits);
        }
    }
    return (held & ((1u << bits) - 1)) == 0;
}

static bool is_equal(const uint8_t *a, const uint8_t *b, size_t length)
{
    uint8_t difference = 0;
    for (size_t i = 0; i < length; i++)
        difference |= a[i] ^ b[i];
    return difference == 0;
}

/* --- the file --- */

static void finish_key(Key *key)
{
    derive(key, "identity", key->identity);
    for (int i = 0; i < PURPOSES; i++)
        derive(key, purposes[i], key->purpose[i]);
}

static const Key *find_key(const Keyring *keyring, char letter)
{
    for (int i = 0; i < keyring->count; i++)
        if (keyring->keys[i].letter == letter)
            return &keyring->keys[i];
    return NULL;
}

static bool read_key(Keyring *keyring, const char *line, GError **error,
                     const char *path, int number)
{
    Key key = {.letter = line[0]};
    bool is_key = strchr(letters, line[0]) != NULL && line[1] == ' ' &&
                  decode(line + 2, strlen(line + 2), key.master,
                         sizeof key.master);
    const char *fault = !is_key ? "no key: a letter of a-z2-7, a blank, and "
                                  "the 52 letters that `mirmail keygen` writes"
                        : find_key(keyring, key.letter) != NULL
                            ? "a second key of this letter"
                            : NULL;
    if (fault == NULL) {
        finish_key(&key);
        keyring->keys[keyring->count++] = key;
    } else {
        error_set_at(error, ERROR_CONFIG, (Place){path, number, 0}, "%s",
                     fault);
    }
    explicit_bzero(&key, sizeof key);
    return fault == NULL;
}

static bool read_keys(Keyring *keyring, char *text, const char *path,
                      GError **error)
{
    int number = 0;
    for (char *line = text; line != NULL;) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        number++;
        g_strchomp(line);
        if (line[0] != '\0' && line[0] != '#' &&
            !read_key(keyring, line, error, path, number))
            return false;
        line = end != NULL ? end + 1 : NULL;
    }
    if (keyring->count == 0)
        error_set_at(error, ERROR_CONFIG, (Place){path, 0, 0},
                     "no key in this file; delete it, and `mirmail keygen` "
                     "writes one");
    return keyring->count > 0;
}

static bool fail_file(const char *path, int number, GError **error)
{
    error_set_at(error, error_code_of_open(number), (Place){path, 0, 0}, "%s%s",
                 g_strerror(number),
                 number == ENOENT ? "; `mirmail keygen` makes the keys" : "");
    return false;
}

static bool read_file(const char *path, char text[FILE_MAX + 1], GError **error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0)
        return fail_file(path, errno, error);
    ssize_t length = fstat(file, &status) == 0 ? read(file, text, FILE_MAX + 1)
                                               : -1;
    int number = errno;
    close(file);
    if (length < 0)
        return fail_file(path, number, error);
    if (length > FILE_MAX) {
        error_set_at(error, ERROR_CONFIG, (Place){path, 0, 0},
                     "over %d bytes; this is no file of keys", FILE_MAX);
        return false;
    }
    text[length] = '\0';
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0)
        return true;
    error_set_at(error, ERROR_PERMISSION, (Place){path, 0, 0},
                 "others may read these keys; chmod 600 %s", path);
    return false;
}

Keyring *keyring_load(const char *path, GError **error)
{
    char text[FILE_MAX + 1];
    g_autoptr(Keyring) keyring = g_new0(Keyring, 1);
    bool ok = read_file(path, text, error) &&
              read_keys(keyring, text, path, error);
    explicit_bzero(text, sizeof text);
    return ok ? g_steal_pointer(&keyring) : NULL;
}

void keyring_free(Keyring *keyring)
{
    if (keyring == NULL)
        return;
    explicit_bzero(keyring, sizeof *keyring);
    g_free(keyring);
}

int keyring_count(const Keyring *keyring)
{
    return keyring != NULL ? keyring->count : 0;
}

void keyring_derive(const Keyring *keyring, const char *use, TokenKey *key)
{
    derive(&keyring->keys[keyring->count - 1], use, key->bytes);
}

char *keyring_new_line(const Keyring *keyring, RandomFill fill_random,
                       GError **error)
{
    uint8_t master[TOKEN_KEY_BYTES];
    int count = keyring_count(keyring);
    if (count == KEYRING_KEYS_MAX) {
        error_set(
            error, ERROR_INPUT,
            "there are %d keys already; take the oldest line out of the file",
            count);
        return NULL;
    }
    if (!fill_random(master, sizeof master)) {
        error_set(error, ERROR_SYSTEM, "this machine gives no random numbers");
        return NULL;
    }
    const char *letter = letters;
    while (keyring != NULL && find_key(keyring, *letter) != NULL)
        letter++;
    GString *line = g_string_new(NULL);
    g_string_append_c(line, *letter);
    g_string_append_c(line, ' ');
    token_base32_append(line, master, sizeof master);
    explicit_bzero(master, sizeof master);
    return g_string_free(line, FALSE);
}

/* --- tokens --- */

static void make_rid(const Key *key, const char *address_key,
                     uint8_t rid[KEYRING_RID_BYTES])
{
    uint8_t digest[TOKEN_HMAC_BYTES];
    token_hmac(key->identity, sizeof key->identity, address_key,
               strlen(address_key), digest);
    memcpy(rid, digest, KEYRING_RID_BYTES);
}

/* What stands before and after the rid. */
static void add_before(GByteArray *message, const KeyringScope *scope)
{
    add_text(message, VERSION);
    add_text(message, purposes[scope->purpose]);
    add_text(message, scope->list_id);
}

static void add_after(GByteArray *message, const KeyringScope *scope)
{
    if (scope->campaign != NULL)
        add_text(message, scope->campaign);
}

static void make_mac(const Key *key, const KeyringScope *scope,
                     const uint8_t rid[KEYRING_RID_BYTES],
                     uint8_t mac[MAC_BYTES])
{
    uint8_t digest[TOKEN_HMAC_BYTES];
    g_autoptr(GByteArray) message = g_byte_array_new();
    add_before(message, scope);
    add_part(message, rid, KEYRING_RID_BYTES);
    add_after(message, scope);
    token_hmac(key->purpose[scope->purpose],
               sizeof key->purpose[scope->purpose], message->data, message->len,
               digest);
    memcpy(mac, digest, MAC_BYTES);
}

struct KeyringSeries {
    char letter;
    GHmac *identity;   /* begun */
    GHmac *mac;        /* likewise, up to the rid */
    GByteArray *after; /* what follows the rid */
};

static GHmac *begin_hmac(const uint8_t key[TOKEN_HMAC_BYTES])
{
    return g_hmac_new(G_CHECKSUM_SHA256, key, TOKEN_HMAC_BYTES);
}

static void finish_hmac(const GHmac *begun, const void *first, size_t length,
                        const GByteArray *after,
                        uint8_t digest[TOKEN_HMAC_BYTES])
{
    g_autoptr(GHmac) hmac = g_hmac_copy(begun);
    gsize digest_length = TOKEN_HMAC_BYTES;
    g_hmac_update(hmac, first, (gssize)length);
    if (after != NULL)
        g_hmac_update(hmac, after->data, (gssize)after->len);
    g_hmac_get_digest(hmac, digest, &digest_length);
}

KeyringSeries *keyring_begin(const Keyring *keyring, const KeyringScope *scope)
{
    const Key *key = &keyring->keys[0];
    KeyringSeries *series = g_new(KeyringSeries, 1);
    g_autoptr(GByteArray) before = g_byte_array_new();
    *series = (KeyringSeries){
        .letter = key->letter,
        .identity = begin_hmac(key->identity),
        .mac = begin_hmac(key->purpose[scope->purpose]),
        .after = g_byte_array_new(),
    };
    add_before(before, scope);
    add_after(series->after, scope);
    g_hmac_update(series->mac, before->data, (gssize)before->len);
    return series;
}

void keyring_series_free(KeyringSeries *series)
{
    if (series == NULL)
        return;
    g_hmac_unref(series->identity);
    g_hmac_unref(series->mac);
    g_byte_array_unref(series->after);
    g_free(series);
}

void keyring_series_make(const KeyringSeries *series, const char *address_key,
                         char token[KEYRING_TOKEN_LENGTH + 1])
{
    uint8_t digest[TOKEN_HMAC_BYTES];
    uint8_t bytes[RID_PREFIX_BYTES + TOKEN_BYTES] = {0, 0, 0,
                                                     KEYRING_RID_BYTES};
    uint8_t *rid = bytes + RID_PREFIX_BYTES;
    finish_hmac(series->identity, address_key, strlen(address_key), NULL,
                digest);
    memcpy(rid, digest, KEYRING_RID_BYTES);
    finish_hmac(series->mac, bytes, RID_PREFIX_BYTES + KEYRING_RID_BYTES,
                series->after, digest);
    memcpy(rid + KEYRING_RID_BYTES, digest, MAC_BYTES);
    token[0] = series->letter;
    token_base32(rid, TOKEN_BYTES, token + 1);
}

void keyring_make(const Keyring *keyring, const KeyringScope *scope,
                  const char *address_key, char token[KEYRING_TOKEN_LENGTH + 1])
{
    g_autoptr(KeyringSeries) series = keyring_begin(keyring, scope);
    keyring_series_make(series, address_key, token);
}

bool keyring_check(const Keyring *keyring, const KeyringScope *scope,
                   const char *token, KeyringMatch *match)
{
    uint8_t bytes[TOKEN_BYTES];
    uint8_t mac[MAC_BYTES];
    if (strnlen(token, KEYRING_TOKEN_LENGTH + 1) != KEYRING_TOKEN_LENGTH)
        return false;
    const Key *key = find_key(keyring, g_ascii_tolower(token[0]));
    if (key == NULL ||
        !decode(token + 1, KEYRING_TOKEN_LENGTH - 1, bytes, sizeof bytes))
        return false;
    make_mac(key, scope, bytes, mac);
    if (!is_equal(mac, bytes + KEYRING_RID_BYTES, MAC_BYTES))
        return false;
    match->letter = key->letter;
    memcpy(match->rid, bytes, KEYRING_RID_BYTES);
    return true;
}

bool keyring_identify(const Keyring *keyring, char letter,
                      const char *address_key, uint8_t rid[KEYRING_RID_BYTES])
{
    const Key *key = find_key(keyring, letter);
    if (key != NULL)
        make_rid(key, address_key, rid);
    return key != NULL;
}

bool keyring_is_for(const Keyring *keyring, const KeyringMatch *match,
                    const char *address_key)
{
    uint8_t rid[KEYRING_RID_BYTES];
    return keyring_identify(keyring, match->letter, address_key, rid) &&
           is_equal(rid, match->rid, sizeof rid);
}
