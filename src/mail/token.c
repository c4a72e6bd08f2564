/* token.c - see token.h. */
#include "mail/token.h"

#include <assert.h>
#include <string.h>

#define TOKEN_BYTES 16 /* of the 32 of the HMAC */

struct TokenSeries {
    GHmac *begun;
};

static void base32_write(const uint8_t *at, size_t length, char *to)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    uint32_t held = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < length; i++) {
        held = (held << 8 | at[i]) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            *to++ = letters[held >> (bits - 5) & 31];
    }
    if (bits > 0)
        *to = letters[held << (5 - bits) & 31];
}

void token_key_from_text(TokenKey *key, const char *text)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize length = sizeof key->bytes;
    g_checksum_update(sum, (const guchar *)text, -1);
    g_checksum_get_digest(sum, key->bytes, &length);
    assert(length == sizeof key->bytes);
}

static void add_part(GHmac *hmac, const char *part)
{
    size_t length = strlen(part);
    assert(length <= UINT32_MAX);
    guchar prefix[4] = {(guchar)(length >> 24), (guchar)(length >> 16),
                        (guchar)(length >> 8), (guchar)length};
    g_hmac_update(hmac, prefix, sizeof prefix);
    g_hmac_update(hmac, (const guchar *)part, (gssize)length);
}

static void finish(GHmac *hmac, char token[TOKEN_LENGTH + 1])
{
    guchar digest[TOKEN_HMAC_BYTES];
    gsize length = sizeof digest;
    g_hmac_get_digest(hmac, digest, &length);
    assert(length == sizeof digest);
    base32_write(digest, TOKEN_BYTES, token);
    token[TOKEN_LENGTH] = '\0';
}

TokenSeries *token_begin(const TokenKey *key, const char *const *parts)
{
    GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, key->bytes, sizeof key->bytes);
    for (; *parts != NULL; parts++)
        add_part(hmac, *parts);
    TokenSeries *series = g_new(TokenSeries, 1);
    series->begun = hmac;
    return series;
}

void token_finish(const TokenSeries *series, const char *last_part,
                  char token[TOKEN_LENGTH + 1])
{
    g_autoptr(GHmac) hmac = g_hmac_copy(series->begun);
    add_part(hmac, last_part);
    finish(hmac, token);
}

void token_series_free(TokenSeries *series)
{
    if (series == NULL)
        return;
    g_hmac_unref(series->begun);
    g_free(series);
}

void token_make(const TokenKey *key, const char *const *parts,
                char token[TOKEN_LENGTH + 1])
{
    g_autoptr(GHmac)
        hmac = g_hmac_new(G_CHECKSUM_SHA256, key->bytes, sizeof key->bytes);
    for (; *parts != NULL; parts++)
        add_part(hmac, *parts);
    finish(hmac, token);
}

void token_hmac(const void *key, size_t key_length, const void *bytes,
                size_t length, uint8_t digest[TOKEN_HMAC_BYTES])
{
    g_autoptr(GHmac)
        hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)key, key_length);
    gsize digest_length = TOKEN_HMAC_BYTES;
    g_hmac_update(hmac, bytes, (gssize)length);
    g_hmac_get_digest(hmac, digest, &digest_length);
    assert(digest_length == TOKEN_HMAC_BYTES);
}

void token_base32_append(GString *out, const void *bytes, size_t length)
{
    size_t before = out->len;
    g_string_set_size(out, before + (length * 8 + 4) / 5);
    base32_write(bytes, length, out->str + before);
}

void token_base32(const void *bytes, size_t length, char *text)
{
    base32_write(bytes, length, text);
    text[(length * 8 + 4) / 5] = '\0';
}

char *token_digest(const void *bytes, size_t length)
{
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, length);
}

bool token_is_proof(const char *message_id)
{
    size_t local = strcspn(message_id, "@");
    if (message_id[local] != '@' || local < strlen(TOKEN_PROOF) + TOKEN_LENGTH)
        return false;
    const char *token = message_id + local - TOKEN_LENGTH;
    return token[-1] == TOKEN_PROOF[0] &&
           strspn(token, "abcdefghijklmnopqrstuvwxyz234567") == TOKEN_LENGTH;
}
