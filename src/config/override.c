/* override.c - what the command line says over the file. See config.h. */
#include "config/config.h"

#include <arpa/inet.h>
#include <string.h>

#include "config/setting_type.h"

#define FORMS "write smtp://host, smtp://host:port or smtps://host:port"

/* A relay's address taken apart; `host` is owned. */
typedef struct RelayUrl {
    bool implicit_tls;
    char *host;
    int port; /* 0: not given */
} RelayUrl;

bool config_is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    if (host == NULL)
        return false;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, host, &six) == 1)
        return IN6_IS_ADDR_LOOPBACK(&six);
    return g_ascii_strcasecmp(host, "localhost") == 0;
}

static bool read_port(const char *text, int *port, GError **error)
{
    gint64 number = 0;
    if (!g_ascii_string_to_signed(text, 10, 1, 65535, &number, NULL)) {
        error_set(error, ERROR_USAGE,
                  "--relay: `%.20s` is no port; it is a number from 1 to 65535",
                  text);
        return false;
    }
    *port = (int)number;
    return true;
}

/* `host`, `host:port`, `[::1]` or `[::1]:port` */
static bool read_authority(const char *text, RelayUrl *url, GError **error)
{
    const char *colon = strrchr(text, ':');
    const char *bracket = strrchr(text, ']');
    if (bracket != NULL && colon != NULL && colon < bracket)
        colon = NULL;
    if (colon != NULL && !read_port(colon + 1, &url->port, error))
        return false;
    g_autofree char *host = g_strndup(text, colon ? (size_t)(colon - text)
                                                  : strlen(text));
    g_autoptr(GError) reason = NULL;
    if (host[0] != '[' && strchr(host, ':') != NULL)
        error_set(&reason, ERROR_USAGE,
                  "an IPv6 address stands in brackets, as smtp://[::1]:25");
    else if (host[0] == '\0')
        error_set(&reason, ERROR_USAGE, "no host; " FORMS);
    else
        url->host = setting_host_parse(host, &reason);
    if (url->host == NULL)
        error_set(error, ERROR_USAGE, "--relay: %s", reason->message);
    return url->host != NULL;
}

static bool read_url(const char *text, RelayUrl *url, GError **error)
{
    const char *rest = NULL;
    url->implicit_tls = g_ascii_strncasecmp(text, "smtps://", 8) == 0;
    if (url->implicit_tls)
        rest = text + 8;
    else if (g_ascii_strncasecmp(text, "smtp://", 7) == 0)
        rest = text + 7;
    if (rest != NULL && strchr(rest, '@') != NULL) {
        /* Not repeated: it may hold a password. */
        error_set(error, ERROR_USAGE,
                  "--relay takes no user and no password; write `relay.user` "
                  "and one of `relay.password_command`, `relay.password_file` "
                  "and `relay.password_env` in mirmail.yaml");
        return false;
    }
    if (rest == NULL) {
        error_set(error, ERROR_USAGE, "--relay: `%.80s` is no relay; " FORMS,
                  text);
        return false;
    }
    g_autofree char *authority = g_strdup(rest);
    size_t length = strlen(authority);
    if (length > 0 && authority[length - 1] == '/')
        authority[length - 1] = '\0';
    return read_authority(authority, url, error);
}

/* Whoever points to another relay must not hand it this one's password. */
static void forget_login(RelayConfig *relay)
{
    g_clear_pointer(&relay->user, g_free);
    g_clear_pointer(&relay->password_command, g_free);
    g_clear_pointer(&relay->password_file, g_free);
    g_clear_pointer(&relay->password_env, g_free);
    g_clear_pointer(&relay->token_command, g_free);
    g_clear_pointer(&relay->client_certificate, g_free);
    g_clear_pointer(&relay->client_key, g_free);
    relay->auth = AUTH_AUTO;
    relay->allow_plaintext = false;
}

/* Of several relays the one of this host becomes the only one. */
static void choose_relay(Config *config, const char *host)
{
    RelayList *list = &config->relays;
    if (list->count == 0)
        return;
    size_t found = 0;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].host, host) == 0)
            found = i;
    RelayConfig chosen = config->relay;
    config->relay = list->items[found];
    list->items[found] = chosen;
    setting_relays.clear(list);
}

bool config_set_relay(Config *config, const char *url, GError **error)
{
    RelayUrl read = {0};
    if (!read_url(url, &read, error))
        return false;
    choose_relay(config, read.host);
    RelayConfig *relay = &config->relay;
    if (relay->host != NULL && strcmp(relay->host, read.host) != 0) {
        forget_login(relay);
        if (relay->preset != NULL)
            relay->limits = config->sending.limits;
        g_clear_pointer(&relay->preset, g_free);
    }
    g_free(relay->host);
    relay->host = read.host;
    relay->port = read.port;
    if (read.implicit_tls) {
        relay->tls = TLS_IMPLICIT;
        relay->port = read.port ? read.port : 465;
    } else if (config_is_loopback(read.host)) {
        relay->tls = TLS_NONE;
        relay->port = read.port ? read.port : 25;
    } else {
        relay->tls = TLS_STARTTLS;
        relay->port = read.port ? read.port : 587;
    }
    return true;
}

static RelayLimits *limits_at(Config *config, size_t index)
{
    return config->relays.count > 0 ? &config->relays.items[index].limits
                                    : &config->relay.limits;
}

bool config_set_rate(Config *config, const char *text, GError **error)
{
    g_autoptr(GError) reason = NULL;
    RelayLimits *limits = &config->sending.limits;
    if (setting_rates_parse(text, limits, &reason)) {
        for (size_t i = 0; i < config_relay_count(config); i++)
            setting_rates_parse(text, limits_at(config, i), NULL);
        return true;
    }
    error_set(error, ERROR_USAGE, "--rate: %s, or unlimited", reason->message);
    return false;
}

bool config_set_connections(Config *config, const char *text, GError **error)
{
    gint64 number = 0;
    if (!g_ascii_string_to_signed(text, 10, 1, 64, &number, NULL)) {
        error_set(error, ERROR_USAGE,
                  "--connections: `%.20s` is not a whole number from 1 to 64",
                  text);
        return false;
    }
    config->sending.limits.connections = (int)number;
    for (size_t i = 0; i < config_relay_count(config); i++)
        limits_at(config, i)->connections = (int)number;
    return true;
}

void config_set_template(Config *config, const char *text)
{
    bool is_name = strchr(text, '/') == NULL;
    bool is_folder = g_file_test(text, G_FILE_TEST_IS_DIR);
    g_free(config->template);
    config->template = is_name && is_folder ? g_strconcat("./", text, NULL)
                                            : g_strdup(text);
}
