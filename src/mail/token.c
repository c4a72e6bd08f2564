/* token.c - see token.h. */
#include "mail/token.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define SHA256_BYTES 32
#define TOKEN_BYTES 16

void token_key_from_text(TokenKey *key, const char *text)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize length = sizeof key->bytes;
    g_checksum_update(sum, (const guchar *)text, -1);
    g_checksum_get_digest(sum, key->bytes, &length);
    assert(length == sizeof key->bytes);
}

void token_hmac(const void *key, size_t key_length, const void *bytes,
                size_t length, uint8_t digest[TOKEN_HMAC_BYTES])
{
    g_autoptr(GHmac) hmac =
        g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)key, key_length);
    gsize digest_length = TOKEN_HMAC_BYTES;
    g_hmac_update(hmac, bytes, (gssize)length);
    g_hmac_get_digest(hmac, digest, &digest_length);
    assert(digest_length == TOKEN_HMAC_BYTES);
}

void token_base32_append(GString *out, const void *bytes, size_t length)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    const uint8_t *at = bytes;
    uint32_t held = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < length; i++) {
        held = (held << 8 | at[i]) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            g_string_append_c(out, letters[held >> (bits - 5) & 31]);
    }
    if (bits > 0)
        g_string_append_c(out, letters[held << (5 - bits) & 31]);
}
