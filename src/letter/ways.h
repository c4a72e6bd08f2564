/*
 * ways.h - how each recipient leaves the list: a page and an address that
 * hold a token of one's own.
 *
 *     list.unsubscribe_url: https://news.example.org/u/{token}
 *     list.unsubscribe_mail: leave+{token}@example.org
 *
 *     settings, keys ──ways_new()──> Ways
 *     Ways, Subscriber ──ways_fill()──> OwnWays, for header and body
 *
 * Where no setting has {token} there is no Ways: then the ways are the same
 * for all and stand in the settings.
 *
 * A list's address gets no token, for whoever reads the list could take it
 * off: it leaves by writing to the list's owner. (RFC 8058 3.1)
 *
 * A Ways is constant; any thread, each with its own OwnWays.
 */
#ifndef LETTER_WAYS_H
#define LETTER_WAYS_H

#include "config/config.h"
#include "list/list.h"
#include "mail/keyring.h"

/* Stands where a token would when there is no key; nobody's. */
#define WAYS_EXAMPLE "exampletokenexampletokenexampleto"

typedef struct Ways Ways;

bool ways_are_personal(const ListConfig *list);

/* NULL and an ERROR_CONFIG that names the setting. Copies what it
 * keeps. `keyring` NULL: the ways show WAYS_EXAMPLE. */
Ways *ways_new(const SenderConfig *sender, const ListConfig *list,
               const Keyring *keyring, GError **error);
void ways_free(Ways *ways);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ways, ways_free)

/* One recipient's. ASCII, without blanks, commas, < > and "; a way that there
 * is not is empty. Buffers are kept and used again. */
typedef struct OwnWays {
    GString *web;    /* https://… */
    GString *mail;   /* an address */
    GString *mailto; /* mailto:…?subject=unsubscribe */
    bool one_click;  /* a POST to `web` takes this one recipient off */
} OwnWays;

void own_ways_init(OwnWays *own);
void own_ways_clear(OwnWays *own);

void ways_fill(const Ways *ways, const Subscriber *subscriber, OwnWays *own);
/* The same for nobody: with {token} as the settings have it. */
void ways_fill_names(const Ways *ways, OwnWays *own);

/* The fields of a template that are each recipient's own. */
typedef enum {
    WAYS_FIELD_BEST, /* list.unsubscribe: web, else mailto */
    WAYS_FIELD_WEB,  /* list.unsubscribe_url */
    WAYS_FIELD_MAIL, /* list.unsubscribe_mail */
    WAYS_FIELDS,     /* how many; of any other name */
} WaysField;

WaysField ways_field(const char *name);
const char *ways_value(const OwnWays *own, WaysField field);

/* Adds what decides what a reader gets, but for the keys. */
void ways_digest(const Ways *ways, GChecksum *checksum);

#endif
