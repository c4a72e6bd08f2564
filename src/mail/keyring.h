/*
 * keyring.h - secret keys, and the tokens that stand in for an address in a
 * link, a mail address or an envelope.
 *
 *     keys file ──keyring_load()──> Keyring ──keyring_make()──> k7f3q2m5…
 *                                           <──keyring_check()── a request
 *
 * A token is the key's letter and 32 letters of a-z2-7, base32 of
 *
 *     rid   8 bytes  HMAC(identity key, Address.key)
 *     mac  12 bytes  HMAC(purpose key, "mirmail/v1", purpose, list-id, rid
 *                         [, campaign])
 *
 * with the parts as in token.h. It holds no address: who has the keys finds
 * the person by making the rid of every subscriber. Each purpose has a key of
 * its own, HMAC(master key, "mirmail/v1", purpose), so a token for leaving a
 * list is worth nothing as one for a bounce. (RFC 2104, RFC 4648 6, RFC 8058
 * 3.1.)
 *
 * The file has a line a key, `letter base32-of-32-bytes`, the newest first;
 * that one makes tokens, and all of them check. Comments begin with #.
 * Message-IDs are made under the oldest key, so a new one may come while a
 * campaign is going on (keyring_derive()).
 * A Keyring is constant; any thread.
 */
#ifndef MAIL_KEYRING_H
#define MAIL_KEYRING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/random.h"
#include "mail/token.h"

#define KEYRING_TOKEN_LENGTH 33
#define KEYRING_MARK "{token}" /* in a setting: the recipient's token */
#define KEYRING_RID_BYTES 8
#define KEYRING_KEYS_MAX 32 /* one for each letter */

typedef enum {
    KEYRING_UNSUBSCRIBE, /* of a list; for ever */
    KEYRING_SUBSCRIBE,   /* to a list: the answer to a request */
    KEYRING_BOUNCE,      /* of one campaign's message */
} KeyringPurpose;

typedef struct Keyring Keyring;

/* ERROR_MISSING, ERROR_PERMISSION when others may read it, ERROR_CONFIG with
 * the line of what is no key. */
Keyring *keyring_load(const char *path, GError **error);
void keyring_free(Keyring *keyring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Keyring, keyring_free)

/* What a token is for. */
typedef struct KeyringScope {
    KeyringPurpose purpose;
    const char *list_id;
    const char *campaign; /* NULL: none */
} KeyringScope;

void keyring_make(const Keyring *keyring, const KeyringScope *scope,
                  const char *address_key,
                  char token[KEYRING_TOKEN_LENGTH + 1]);

/* The tokens of many for one thing: begun once, then constant and for any
 * thread. keyring_series_make() gives what keyring_make() gives, in less
 * time. Outlives the keyring. */
typedef struct KeyringSeries KeyringSeries;

KeyringSeries *keyring_begin(const Keyring *keyring, const KeyringScope *scope);
void keyring_series_make(const KeyringSeries *series, const char *address_key,
                         char token[KEYRING_TOKEN_LENGTH + 1]);
void keyring_series_free(KeyringSeries *series);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyringSeries, keyring_series_free)

/* A token that was checked: who it is for, under which key. */
typedef struct KeyringMatch {
    char letter;
    uint8_t rid[KEYRING_RID_BYTES];
} KeyringMatch;

/* In a time that does not depend on how much of the token is right. Upper
 * case counts as lower case, as mail programs change it. */
bool keyring_check(const Keyring *keyring, const KeyringScope *scope,
                   const char *token, KeyringMatch *match);
/* This address is the match's. */
bool keyring_is_for(const Keyring *keyring, const KeyringMatch *match,
                    const char *address_key);

/* The rid that a token under the key of this letter has for an address; false
 * when there is no such key. */
bool keyring_identify(const Keyring *keyring, char letter,
                      const char *address_key, uint8_t rid[KEYRING_RID_BYTES]);

/* A key of its own for another use, such as Message-IDs: from the oldest
 * key, so that a new one changes nothing. */
void keyring_derive(const Keyring *keyring, const char *use, TokenKey *key);

/* A new line for the file, with a letter that `keyring` (may be NULL) does
 * not have; NULL and an error when there are no letters or random bytes. */
char *keyring_new_line(const Keyring *keyring, RandomFill fill_random,
                       GError **error);

/* How many keys there are; NULL has none. */
int keyring_count(const Keyring *keyring);

typedef struct KeyringChange {
    char letter; /* of the new key */
    int older;   /* keys that still check */
} KeyringChange;

/* Puts a new key before the others in the file, which is made, for its owner
 * alone, where there is none. The file, of a symbolic link the one behind it,
 * is replaced as a whole, under a lock of its folder; it keeps its owner and
 * is on the disk afterwards. Errors of keyring_load(), and
 * ERROR_INPUT, ERROR_PERMISSION, ERROR_SYSTEM; then it is as it was. */
bool keyring_add(const char *path, RandomFill fill_random,
                 KeyringChange *change, GError **error);

#endif
