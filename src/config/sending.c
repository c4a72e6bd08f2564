/* sending.c - what a send needs of the configuration. See config.h. */
#include "config/config.h"

#include <stddef.h>

/* A text that must be there, and the line that would bring it. */
typedef struct Need {
    const char *key;
    size_t offset; /* of a char * in Config */
    const char *section;
    const char *example;
} Need;

static const Need needs[] = {
    {"sender.from", offsetof(Config, sender.from.address.text), "sender",
     "from: Example News <news@example.org>"},
    {"sender.organisation", offsetof(Config, sender.organisation), "sender",
     "organisation: The Example Project"},
    {"list.id", offsetof(Config, list.id), "list", "id: news.example.org"},
    {"relay.host", offsetof(Config, relay.host), "relay",
     "host: smtp.example.org"},
};

static bool is_set(const Config *config, size_t offset)
{
    char *const *text = (char *const *)(const void *)((const char *)config +
                                                      offset);
    return *text != NULL;
}

/* Always false. */
static bool fail(const Config *config, GError **error, const char *key,
                 const char *words)
{
    if (config->path != NULL)
        error_set(error, ERROR_CONFIG, "%s: `%s` %s", config->path, key, words);
    else
        error_set(error, ERROR_CONFIG,
                  "no mirmail.yaml here, above or in the home directory, and "
                  "`%s` %s; `mirmail init` writes the file",
                  key, words);
    return false;
}

static bool check_login(const Config *config, GError **error)
{
    const RelayConfig *relay = &config->relay;
    bool has_source = relay->password_command != NULL ||
                      relay->password_file != NULL ||
                      relay->password_env != NULL;
    if (relay->user == NULL && has_source)
        return fail(config, error, "relay.user",
                    "is not set though a password is; under `relay:` write "
                    "`user: news@example.org`");
    if (relay->user == NULL || relay->auth == AUTH_NONE)
        return true;
    if (!has_source)
        return fail(config, error, "relay.user",
                    "is set without a password; under `relay:` write "
                    "`password_command: pass show relay`, `password_file: "
                    "relay.password` or `password_env: MIRMAIL_PASSWORD`");
    if (relay->tls == TLS_NONE && !config_is_loopback(relay->host))
        return fail(config, error, "relay.tls",
                    "is none, so the password would cross the network in the "
                    "clear; write `tls: starttls` or `tls: implicit`");
    return true;
}

bool config_check_sending(const Config *config, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(needs); i++) {
        if (is_set(config, needs[i].offset))
            continue;
        g_autofree char *words = g_strdup_printf(
            "is not set; under `%s:` write `%s`", needs[i].section,
            needs[i].example);
        return fail(config, error, needs[i].key, words);
    }
    if (config->list.unsubscribe_url == NULL &&
        config->list.unsubscribe_mail == NULL)
        return fail(config, error, "list.unsubscribe_url",
                    "is not set, nor is `list.unsubscribe_mail`, so nobody "
                    "could leave; under `list:` write `unsubscribe_url: "
                    "https://example.org/leave` or `unsubscribe_mail: "
                    "leave@example.org`");
    const RelayConfig *relay = &config->relay;
    if (relay->tls == TLS_NONE && !relay->allow_plaintext &&
        !config_is_loopback(relay->host))
        return fail(config, error, "relay.tls",
                    "is none, but the relay is another machine; write `tls: "
                    "starttls`, or `allow_plaintext: true` if everybody on "
                    "the way may read the mail");
    return check_login(config, error);
}
