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
};

/* Something that is not as a send needs it. */
typedef struct Lack {
    const char *key;
    char *words; /* "is not set; …" */
} Lack;

static void clear_lack(void *data)
{
    g_free(((Lack *)data)->words);
}

static bool is_set(const Config *config, size_t offset)
{
    char *const *text = (char *const *)(const void *)((const char *)config +
                                                      offset);
    return *text != NULL;
}

static void add(GArray *lacks, const char *key, const char *words)
{
    Lack lack = {key, g_strdup(words)};
    g_array_append_val(lacks, lack);
}

static void find_texts(const Config *config, GArray *lacks)
{
    for (size_t i = 0; i < G_N_ELEMENTS(needs); i++) {
        if (is_set(config, needs[i].offset))
            continue;
        g_autofree char *words = g_strdup_printf(
            "is not set; under `%s:` write `%s`", needs[i].section,
            needs[i].example);
        add(lacks, needs[i].key, words);
    }
    const RelayConfig *relay = config_relay_at(config, 0);
    if (relay->host == NULL && relay->preset != NULL) {
        g_autofree char *words = g_strdup_printf(
            "is not set, and the preset has none; under `relay:` write "
            "`preset: %s` and `host: smtp.example.org`",
            relay->preset);
        add(lacks, "relay.host", words);
    } else if (relay->host == NULL) {
        add(lacks, "relay.host",
            "is not set; under `relay:` write `host: smtp.example.org`");
    }
    if (config->list.unsubscribe_url == NULL &&
        config->list.unsubscribe_mail == NULL)
        add(lacks, "list.unsubscribe_url",
            "is not set, nor is `list.unsubscribe_mail`, so nobody could "
            "leave; under `list:` write `unsubscribe_url: "
            "https://example.org/leave` or `unsubscribe_mail: "
            "leave@example.org`");
}

static void find_login(const RelayConfig *relay, bool open_line, GArray *lacks)
{
    bool has_source = relay->password_command != NULL ||
                      relay->password_file != NULL ||
                      relay->password_env != NULL ||
                      relay->token_command != NULL;
    if (relay->user == NULL && has_source)
        add(lacks, "relay.user",
            "is not set though a password or token is; under `relay:` write "
            "`user: "
            "news@example.org`");
    if (relay->user == NULL || relay->auth == AUTH_NONE)
        return;
    if (!has_source)
        add(lacks, "relay.user",
            "is set without a password; under `relay:` write "
            "`password_command: pass show relay`, `password_file: "
            "relay.password`, `password_env: MIRMAIL_PASSWORD` or "
            "`token_command`");
    if (open_line)
        add(lacks, "relay.tls",
            "is none, so the password would cross the network in the clear; "
            "write `tls: starttls` or `tls: implicit`");
}

static void find_relay(const RelayConfig *relay, GArray *lacks)
{
    bool open_line = relay->tls == TLS_NONE && relay->host != NULL &&
                     !config_is_loopback(relay->host);
    if (open_line && !relay->allow_plaintext)
        add(lacks, "relay.tls",
            "is none, but the relay is another machine; write `tls: "
            "starttls`, or `allow_plaintext: true` if everybody on the way "
            "may read the mail");
    find_login(relay, open_line && relay->allow_plaintext, lacks);
}

/* Of Lack, the most important first. */
static GArray *find_lacks(const Config *config)
{
    GArray *lacks = g_array_new(FALSE, FALSE, sizeof(Lack));
    g_array_set_clear_func(lacks, clear_lack);
    find_texts(config, lacks);
    for (size_t i = 0; i < config_relay_count(config); i++)
        find_relay(config_relay_at(config, i), lacks);
    return lacks;
}

bool config_check_sending(const Config *config, GError **error)
{
    g_autoptr(GArray) lacks = find_lacks(config);
    if (lacks->len == 0)
        return true;
    const Lack *lack = &g_array_index(lacks, Lack, 0);
    if (config->path != NULL)
        error_set(error, ERROR_CONFIG, "%s: `%s` %s", config->path, lack->key,
                  lack->words);
    else
        error_set(error, ERROR_CONFIG,
                  "no mirmail.yaml here, above or in the home directory, and "
                  "`%s` %s; `mirmail init` writes the file",
                  lack->key, lack->words);
    return false;
}

void config_note_sending(const Config *config, Findings *findings)
{
    g_autoptr(GArray) lacks = find_lacks(config);
    if (config->path == NULL && lacks->len > 0) {
        findings_add(findings, SEVERITY_WARNING, "needs", (Place){0},
                     "a send needs a mirmail.yaml, and there is none here, "
                     "above or in the home directory; `mirmail init` writes "
                     "one");
        return;
    }
    for (guint i = 0; i < lacks->len; i++) {
        const Lack *lack = &g_array_index(lacks, Lack, i);
        findings_add(findings, SEVERITY_WARNING, "needs",
                     (Place){config->path, 0, 0}, "a send needs more: `%s` %s",
                     lack->key, lack->words);
    }
}

void config_set_example_sender(Config *config)
{
    Mailbox mailbox = {0};
    if (config->sender.from.address.text != NULL)
        return;
    if (mailbox_parse("Sender <sender@example.org>", &mailbox, NULL) ==
        ADDRESS_OK)
        config->sender.from = mailbox;
}
