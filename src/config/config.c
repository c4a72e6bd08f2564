/* config.c - see config.h: finding, reading and finishing a configuration. */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "config/settings.h"

#define CONFIG_NAME "mirmail.yaml"

/* --- where it is --- */

static char *search_upward(void)
{
    if (g_file_test(CONFIG_NAME, G_FILE_TEST_EXISTS))
        return g_strdup(CONFIG_NAME);
    g_autofree char *directory = g_get_current_dir();
    for (;;) {
        g_autofree char *parent = g_path_get_dirname(directory);
        if (strcmp(parent, directory) == 0 || strcmp(parent, ".") == 0)
            return NULL;
        g_autofree char *path = g_build_filename(parent, CONFIG_NAME, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&path);
        g_free(directory);
        directory = g_steal_pointer(&parent);
    }
}

/* $XDG_CONFIG_HOME is read here and not by g_get_user_config_dir(), which
 * keeps its first answer for ever. */
static char *search_home(void)
{
    const char *base = g_getenv("XDG_CONFIG_HOME");
    g_autofree char *path = base != NULL && g_path_is_absolute(base)
                                ? g_build_filename(base, "mirmail", CONFIG_NAME,
                                                   NULL)
                                : g_build_filename(g_get_home_dir(), ".config",
                                                   "mirmail", CONFIG_NAME,
                                                   NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    return g_steal_pointer(&path);
}

/* --- reading --- */

static bool fail_system(const char *path, int number, GError **error)
{
    error_set(error, error_code_of_open(number), "%s: %s", path,
              g_strerror(number));
    return false;
}

static bool read_bytes(const char *path, GString *bytes, GError **error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail_system(path, errno, error);
    char buffer[16384];
    ssize_t count = 0;
    while (bytes->len <= (size_t)CONFIG_BYTES_MAX) {
        count = read(file, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        g_string_append_len(bytes, buffer, count);
    }
    int number = errno;
    close(file);
    if (count < 0)
        return fail_system(path, number, error);
    if (bytes->len > (size_t)CONFIG_BYTES_MAX) {
        error_set(error, ERROR_CONFIG,
                  "%s: over %d bytes, which no configuration needs", path,
                  CONFIG_BYTES_MAX);
        return false;
    }
    return true;
}

static const char *skip_bom(const char *bytes, size_t *length)
{
    if (*length < 3 || memcmp(bytes, "\xEF\xBB\xBF", 3) != 0)
        return bytes;
    *length -= 3;
    return bytes + 3;
}

static char *directory_of(const char *path)
{
    g_autofree char *directory = path ? g_path_get_dirname(path) : NULL;
    if (directory == NULL || strcmp(directory, ".") == 0)
        return NULL;
    return g_steal_pointer(&directory);
}

/* --- what one setting says about another --- */

/* Either one relay or several; those of a list have got their limits, where
 * they say something themselves. */
static bool finish_relays(Config *config, const Value *root, GError **error)
{
    const RelayLimits *limits = &config->sending.limits;
    config->relay.limits = (RelayLimits){.rate_count = -1};
    settings_fill_limits(&config->relay, limits, root);
    if (config->relays.count > 0 && value_get(root, "relay") != NULL) {
        error_set_at(error, ERROR_CONFIG, value_get(root, "relay")->place,
                     "`relay` and `relays` both say where the mail goes; keep "
                     "one of them");
        return false;
    }
    for (size_t i = 0; i < config->relays.count; i++)
        settings_fill_limits(&config->relays.items[i], limits, root);
    const Value *relay = value_get(root, "relay");
    settings_apply_preset(&config->relay, relay);
    return settings_finish_relay(&config->relay, relay, error);
}

/* A file that is not named lies beside the configuration. */
static void put_beside(char **path, const Value *root, const char *key,
                       const char *directory)
{
    if (settings_has(root, key) || directory == NULL)
        return;
    g_autofree char *plain = *path;
    *path = g_build_filename(directory, plain, NULL);
}

static bool finish(Config *config, const Value *root, const char *directory,
                   GError **error)
{
    if (!finish_relays(config, root, error))
        return false;
    SenderConfig *sender = &config->sender;
    if (sender->bounce.plain.text == NULL && sender->from.address.text != NULL)
        address_copy(&sender->bounce.plain, &sender->from.address);
    put_beside(&config->journal, root, "journal", directory);
    put_beside(&config->suppressions, root, "suppressions", directory);
    put_beside(&config->keys, root, "keys", directory);
    return true;
}

static Config *config_new(void)
{
    Config *config = g_new0(Config, 1);
    settings_set_defaults(config);
    return config;
}

Config *config_parse(const char *bytes, size_t length, const char *path,
                     GError **error)
{
    g_autoptr(Config) config = config_new();
    config->path = g_strdup(path);
    const char *text = skip_bom(bytes, &length);
    GError *reason = NULL;
    g_autoptr(Value) root = value_parse(text, length, path, 1, NULL, &reason);
    if (root == NULL) {
        if (reason->domain == MIRMAIL_ERROR && reason->code == ERROR_INPUT)
            reason->code = ERROR_CONFIG;
        g_propagate_error(error, reason);
        return NULL;
    }
    g_autofree char *directory = directory_of(path);
    if (!settings_read(root, directory, config, error) ||
        !finish(config, root, directory, error))
        return NULL;
    return g_steal_pointer(&config);
}

Config *config_load(const char *path, GError **error)
{
    g_autofree char *found = path ? g_strdup(path) : search_upward();
    if (found == NULL)
        found = search_home();
    if (found == NULL) {
        Config *config = config_new();
        finish_relays(config, NULL, NULL);
        return config;
    }
    g_autoptr(GString) bytes = g_string_new(NULL);
    if (!read_bytes(found, bytes, error))
        return NULL;
    return config_parse(bytes->str, bytes->len, found, error);
}

void config_free(Config *config)
{
    if (config == NULL)
        return;
    settings_clear(config);
    g_free(config->path);
    g_free(config);
}
