/*
 * fuzz_keyring.c - any bytes as a file of keys, and any as a token: a file is
 * taken or refused with its line, what its newest key makes is right for its
 * purpose, list and person alone, a new key makes no older token wrong, and
 * no other text than a made one is a token.
 *
 * The file comes first, then a NUL, then the token.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail/keyring.h"

#define LIST "news.example.org"
#define ADA "ada@example.org"
#define BOB "bob@example.org"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const KeyringScope scopes[] = {
    {KEYRING_UNSUBSCRIBE, LIST, NULL},
    {KEYRING_SUBSCRIBE, LIST, NULL},
    {KEYRING_BOUNCE, LIST, "harvest"},
    {KEYRING_BOUNCE, LIST, "harvest-2"},
    {KEYRING_UNSUBSCRIBE, "other.example.org", NULL},
};

static Keyring *load(const uint8_t *bytes, size_t size)
{
    int file = memfd_create("keys", MFD_CLOEXEC);
    g_assert(file >= 0 && fchmod(file, 0600) == 0);
    g_assert(write(file, bytes, size) == (ssize_t)size);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", file);
    g_autoptr(GError) error = NULL;
    Keyring *keyring = keyring_load(path, &error);
    g_assert((keyring == NULL) == (error != NULL));
    close(file);
    return keyring;
}

/* A token is right in its own scope, for its own person, and nowhere else. */
static void check_made(const Keyring *keyring, size_t which)
{
    char token[KEYRING_TOKEN_LENGTH + 1];
    KeyringMatch match;
    keyring_make(keyring, &scopes[which], ADA, token);
    for (size_t i = 0; i < G_N_ELEMENTS(scopes); i++)
        g_assert(keyring_check(keyring, &scopes[i], token, &match) ==
                 (i == which));
    g_assert(keyring_check(keyring, &scopes[which], token, &match));
    g_assert(keyring_is_for(keyring, &match, ADA));
    g_assert(!keyring_is_for(keyring, &match, BOB));
    for (size_t i = 0; i < KEYRING_TOKEN_LENGTH; i++) {
        char right = token[i];
        token[i] = right == 'a' ? 'b' : 'a';
        g_assert(!keyring_check(keyring, &scopes[which], token, &match));
        token[i] = right;
    }
}

/* Whoever gets a token right without the keys has one that was made. */
static void check_given(const Keyring *keyring, const char *token)
{
    KeyringMatch match;
    for (size_t i = 0; i < G_N_ELEMENTS(scopes); i++)
        if (keyring_check(keyring, &scopes[i], token, &match))
            g_assert(strlen(token) == KEYRING_TOKEN_LENGTH &&
                     (keyring_is_for(keyring, &match, ADA) ||
                      keyring_is_for(keyring, &match, BOB)));
}

static bool fill_counting(void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)i;
    return true;
}

/* The file with one more line in front. */
static void check_rotated(const Keyring *keyring, const uint8_t *bytes,
                          size_t size)
{
    char token[KEYRING_TOKEN_LENGTH + 1];
    KeyringMatch match;
    g_autofree char *line = keyring_new_line(keyring, fill_counting, NULL);
    if (line == NULL) {
        g_assert(keyring_count(keyring) == KEYRING_KEYS_MAX);
        return;
    }
    g_autoptr(GString) text = g_string_new(line);
    g_string_append_c(text, '\n');
    g_string_append_len(text, (const char *)bytes, (gssize)size);
    g_autoptr(Keyring) rotated = load((const uint8_t *)text->str, text->len);
    keyring_make(keyring, &scopes[0], ADA, token);
    if (rotated == NULL) /* the file's end fell behind its limit */
        return;
    g_assert(text->len > 8192 ||
             keyring_count(rotated) == keyring_count(keyring) + 1);
    g_assert(text->len > 8192 ||
             keyring_check(rotated, &scopes[0], token, &match));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const uint8_t *nul = size > 0 ? memchr(bytes, 0, size) : NULL;
    size_t length = nul != NULL ? (size_t)(nul - bytes) : size;
    g_autoptr(Keyring) keyring = load(bytes, length);
    if (keyring == NULL)
        return 0;
    for (size_t i = 0; i < G_N_ELEMENTS(scopes); i++)
        check_made(keyring, i);
    check_rotated(keyring, bytes, length);
    if (nul == NULL)
        return 0;
    g_autofree char *token = g_strndup((const char *)nul + 1,
                                       size - length - 1);
    check_given(keyring, token);
    return 0;
}
