/*
 * config.h - mirmail.yaml, read once, checked wholly, then constant.
 *
 *     mirmail.yaml ──config_load()──> const Config ──> one section a stage
 *
 * settings.c holds one table row a setting: key, type, unit, range, default
 * and the sentence that mirmail.yaml(5) prints for it. An unknown key, a
 * wrong type or a value out of range is an ERROR_CONFIG with its place and,
 * where one is near, the right key.
 *
 * Found in this order: the path given with --config, mirmail.yaml in the
 * working directory or the nearest directory above it, then
 * $XDG_CONFIG_HOME/mirmail/mirmail.yaml. Relative paths in it are relative
 * to the file. Texts are owned by the Config; an unset text is NULL.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/finding.h"
#include "base/units.h"
#include "mail/address.h"
#include "mail/verp.h"

#define CONFIG_RATES_MAX 8
#define CONFIG_RELAYS_MAX 16
#define CONFIG_BYTES_MAX (1024 * 1024)

typedef struct SenderConfig {
    Mailbox from;     /* from.address.text is NULL when unset */
    Mailbox reply_to; /* likewise */
    Verp bounce;      /* the envelope sender; from's when unset */
    char *organisation;
    char *postal_address; /* may have several lines */
    char *url;            /* https address of the organisation */
} SenderConfig;

typedef struct ListConfig {
    char *id;   /* List-Id, as news.example.org */
    char *name; /* "MirageOS News" */
    char *description;
    char *unsubscribe_url;  /* an https page where one leaves */
    char *unsubscribe_mail; /* an address to which one writes to leave */
    char *help_url;
    char *archive_url;
    char *subscribe_url;
    Verp subscribe_mail; /* an address to which one writes to join */
    char *owner;         /* an address */
    char *precedence;    /* "list", "bulk", "none" */
} ListConfig;

typedef enum { TLS_STARTTLS, TLS_IMPLICIT, TLS_NONE } TlsMode;
typedef enum {
    AUTH_AUTO, /* the best that the relay offers and the secret fits */
    AUTH_PLAIN,
    AUTH_LOGIN,
    AUTH_SCRAM_SHA_256,
    AUTH_XOAUTH2,     /* with a token */
    AUTH_OAUTHBEARER, /* likewise */
    AUTH_NONE,
} AuthMode;

/* What one relay takes. */
typedef struct RelayLimits {
    Rate rates[CONFIG_RATES_MAX];
    int rate_count;  /* 0: unlimited */
    int connections; /* 1 to 64 */
    int messages_per_connection;
} RelayLimits;

typedef struct RelayConfig {
    char *preset; /* one of presets.h; NULL */
    char *name;   /* for people; host and port when unset */
    int weight;   /* its share of the messages; 0: when no other works */
    char *host;   /* a name or an IPv4 or IPv6 address */
    int port;     /* 587; 465 with TLS_IMPLICIT; 25 with TLS_NONE */
    TlsMode tls;
    bool allow_plaintext;     /* TLS_NONE to a host that is not loopback */
    char *ca_file;            /* PEM; the system's authorities when unset */
    char *client_certificate; /* PEM; NULL: none */
    char *client_key;         /* PEM; the certificate's file when unset */
    AuthMode auth;            /* AUTH_AUTO: none without a user */
    char *user;
    char *password_command; /* a shell command, its first line is it */
    char *password_file;
    char *password_env;  /* the name of an environment variable */
    char *token_command; /* its first line is an access token of OAuth */
    char *hello;         /* EHLO name; From's domain when unset */
    int64_t connect_timeout_ns;
    int64_t reply_timeout_ns; /* greeting, EHLO, MAIL, RCPT, DATA */
    int64_t data_timeout_ns;  /* the answer to the end of data */
    RelayLimits limits;
} RelayConfig;

/* The entries of `relays`, owned; read by setting_relays. */
typedef struct RelayList {
    RelayConfig *items;
    size_t count;
} RelayList;

#define CONFIG_DKIM_MAX 2 /* RSA for everybody, Ed25519 for some */

/* A key that signs the mail (RFC 6376). */
typedef struct DkimConfig {
    char *domain;   /* d=, A-labels */
    char *selector; /* s= */
    char *key_file; /* PEM */
} DkimConfig;

/* The entries of `dkim`, owned; read by setting_dkim. */
typedef struct DkimList {
    DkimConfig items[CONFIG_DKIM_MAX];
    size_t count;
} DkimList;

typedef struct SendingConfig {
    RelayLimits limits;    /* of every relay that says nothing else */
    int64_t retry_for_ns;  /* how long a run keeps trying deferred ones */
    int64_t domain_gap_ns; /* between two messages to one domain; 0: none */
} SendingConfig;

typedef struct TextConfig {
    int width;   /* 60 to 78 */
    char *links; /* "end", "inline", "section" or "none" */
    bool ascii;
} TextConfig;

typedef struct Config {
    char *path; /* NULL: no file, all defaults */
    SenderConfig sender;
    ListConfig list;
    RelayConfig relay; /* the only one, when `relays` is empty */
    RelayList relays;
    SendingConfig sending;
    DkimList dkim;
    TextConfig text;
    char *base_url;
    char *template;     /* a directory, always with a slash, or the name of a
                           built-in one; NULL for the default */
    char *journal;      /* the journal's path */
    char *suppressions; /* likewise */
    char *keys;         /* likewise */
    char **lists;       /* default list files, NULL-terminated */
} Config;

/* `path` NULL: search. No file found is not an error: all defaults. */
Config *config_load(const char *path, GError **error);
/* The same from memory. `path` stands in errors, and its directory is what
 * relative paths begin at. */
Config *config_parse(const char *bytes, size_t length, const char *path,
                     GError **error);
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

/* The relays to send through: one, or several. Each has its limits. */
size_t config_relay_count(const Config *config);
const RelayConfig *config_relay_at(const Config *config, size_t index);
/* Its name, else "smtp.example.org:587"; the caller frees it. */
char *config_relay_label(const RelayConfig *relay);
/* "user@host:port": what a relay counts messages by. */
char *config_relay_account(const RelayConfig *relay);

/* Command-line overrides. A relay takes the place of all that are configured;
 * rate and connections hold for each of them. `url` is smtp://host[:port] or
 * smtps://…. A plain loopback relay given so needs no TLS. User and password
 * stay only when the host is the one that they were configured for. */
bool config_set_relay(Config *config, const char *url, GError **error);
bool config_set_rate(Config *config, const char *text, GError **error);
bool config_set_connections(Config *config, const char *text, GError **error);
/* A bare name is a directory when there is one here, else a built-in one. */
void config_set_template(Config *config, const char *text);

/* What a send needs and this configuration lacks (sender.from, list.id, an
 * organisation, a way to leave, relay.host): ERROR_CONFIG naming the key and
 * the file. */
bool config_check_sending(const Config *config, GError **error);
/* The same, all of it, as warnings. */
void config_note_sending(const Config *config, Findings *findings);
/* A sender for letters that are only looked at, when there is none. */
void config_set_example_sender(Config *config);

/* The relay's password from its command, file or variable, NULL when there is
 * no user or a token is used. Call it before any thread or socket exists; the
 * caller wipes and frees it with config_password_free(). */
bool config_password(const RelayConfig *relay, char **password, GError **error);
void config_password_free(char *password);

/* An access token from its command, for one login, from any thread. Ends at
 * once with an ERROR_RETRY when `cancel_fd` can be read; -1: never. Wiped and
 * freed as the password is. */
bool config_token(const char *command, int cancel_fd, char **token,
                  GError **error);

/* Opens a secret's file, a regular one that only its owner may use, and gives
 * the descriptor; -1 with an error that begins with the setting's `key`. */
int config_open_secret(const char *key, const char *path, GError **error);

/* May the text be a DKIM selector? Letters, digits, hyphens and dots
 * (RFC 6376 3.1). */
bool config_is_selector(const char *text);

/* True for 127.0.0.0/8, ::1 and localhost. */
bool config_is_loopback(const char *host);

/* The manual's list of settings, in mdoc, from the table. */
char *config_manual(void);

#endif
