/* settings_read.c - walks a file's keys along the table. See settings.h. */
#include "config/settings.h"

#include <assert.h>
#include <string.h>

#include "base/suggest.h"

#define KEY_MAX 60    /* bytes of an unknown key that an error repeats */
#define WORDS_MAX 200 /* settings and sections together */

/* --- finding --- */

static const Setting *find_setting(const char *key)
{
    for (size_t i = 0; i < settings_count; i++)
        if (strcmp(settings_table[i].key, key) == 0)
            return &settings_table[i];
    return NULL;
}

static bool is_section(const char *key)
{
    for (size_t i = 1; settings_sections[i].name != NULL; i++)
        if (strcmp(settings_sections[i].name, key) == 0)
            return true;
    return false;
}

static const char *last_part(const char *key)
{
    const char *dot = strchr(key, '.');
    return dot ? dot + 1 : key;
}

/* The right key is often there, only elsewhere: `host` at the top. */
static const char *find_elsewhere(const char *key)
{
    const char *found = NULL;
    for (size_t i = 0; i < settings_count; i++)
        if (strcmp(last_part(settings_table[i].key), last_part(key)) == 0)
            found = found ? "" : settings_table[i].key;
    return found != NULL && found[0] != '\0' ? found : NULL;
}

static char *hint_for(const char *key)
{
    const char *words[WORDS_MAX + 1];
    size_t count = 0;
    for (size_t i = 0; i < settings_count && count < WORDS_MAX; i++)
        words[count++] = settings_table[i].key;
    for (size_t i = 1; settings_sections[i].name && count < WORDS_MAX; i++)
        words[count++] = settings_sections[i].name;
    words[count] = NULL;
    const char *nearest = find_elsewhere(key);
    if (nearest == NULL)
        nearest = suggest_nearest(key, words);
    if (nearest == NULL)
        return g_strdup("; mirmail.yaml(5) lists the settings");
    return g_strdup_printf("; did you mean `%s`?", nearest);
}

/* Always false. */
static bool fail_unknown(const ValueEntry *entry, const char *key,
                         GError **error)
{
    if (find_setting(key) != NULL || strlen(key) > KEY_MAX) {
        error_set_at(error, ERROR_CONFIG, entry->key_place,
                     "unknown key `%.*s`; a setting such as `relay.host` is "
                     "written as two lines, `relay:` and, indented, `host:`",
                     KEY_MAX, key);
        return false;
    }
    g_autofree char *hint = hint_for(key);
    error_set_at(error, ERROR_CONFIG, entry->key_place, "unknown key `%s`%s",
                 key, hint);
    return false;
}

/* --- reading --- */

static bool is_secret(const char *key)
{
    static const char *const words[] = {"password", "passwd", "pass",
                                        "secret",   "token",  "access_token"};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strcasecmp(last_part(key), words[i]) == 0)
            return true;
    return false;
}

static bool check_key(const Value *map, guint index, const char *key,
                      GError **error)
{
    const ValueEntry *entry = &g_array_index(map->entries, ValueEntry, index);
    if (is_secret(key)) {
        error_set_at(error, ERROR_CONFIG, entry->key_place,
                     "`%s` may not stand in this file, which is shared and "
                     "committed; under `relay:` write `password_command: pass "
                     "show relay`, `password_file: relay.password`, "
                     "`password_env: MIRMAIL_PASSWORD` or `token_command`",
                     key);
        return false;
    }
    for (guint i = 0; i < index; i++) {
        const ValueEntry *earlier = &g_array_index(map->entries, ValueEntry, i);
        if (strcmp(earlier->key, entry->key) != 0)
            continue;
        error_set_at(error, ERROR_CONFIG, entry->key_place,
                     "`%s` stands here a second time; the first is on line %d",
                     key, earlier->key_place.line);
        return false;
    }
    return true;
}

static bool read_setting(const ValueEntry *entry, const char *key,
                         const char *directory, Config *config, GError **error)
{
    const Setting *setting = find_setting(key);
    if (setting == NULL)
        return fail_unknown(entry, key, error);
    if (value_is_empty(entry->value))
        return true;
    SettingContext context = {setting, directory};
    return setting->type->read(&context, entry->value,
                               G_STRUCT_MEMBER_P(config, setting->offset),
                               error);
}

static bool read_section(const ValueEntry *entry, const char *directory,
                         Config *config, GError **error)
{
    const Value *map = entry->value;
    if (value_is_empty(map))
        return true;
    /* `relay: gmail` is short for its preset. */
    if (map->kind == VALUE_TEXT && strcmp(entry->key, "relay") == 0)
        return read_setting(entry, "relay.preset", directory, config, error);
    if (map->kind != VALUE_MAP) {
        error_set_at(error, ERROR_CONFIG, map->place,
                     "`%s` must hold keys of its own, each on a line, "
                     "indented",
                     entry->key);
        return false;
    }
    for (guint i = 0; i < map->entries->len; i++) {
        const ValueEntry *inner = &g_array_index(map->entries, ValueEntry, i);
        g_autofree char *key = g_strdup_printf("%s.%s", entry->key, inner->key);
        if (!check_key(map, i, key, error) ||
            !read_setting(inner, key, directory, config, error))
            return false;
    }
    return true;
}

/* `host` is `relay.host`; `rate` is that of the top. */
static const char *relay_key(const char *key, char *buffer, size_t size)
{
    static const char *const limits[] = {"rate", "connections",
                                         "messages_per_connection"};
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++)
        if (strcmp(key, limits[i]) == 0)
            return limits[i];
    g_snprintf(buffer, size, "relay.%s", key);
    return buffer;
}

bool settings_read_relay(const Value *map, const char *directory,
                         Config *config, GError **error)
{
    if (map->kind != VALUE_MAP) {
        error_set_at(error, ERROR_CONFIG, map->place,
                     "each of `relays` holds keys such as `host: "
                     "smtp.example.org`");
        return false;
    }
    for (guint i = 0; i < map->entries->len; i++) {
        const ValueEntry *entry = &g_array_index(map->entries, ValueEntry, i);
        char buffer[KEY_MAX + sizeof "relay."];
        const char *key = relay_key(entry->key, buffer, sizeof buffer);
        if (!check_key(map, i, key, error) ||
            !read_setting(entry, key, directory, config, error))
            return false;
    }
    return true;
}

bool settings_read(const Value *root, const char *directory, Config *config,
                   GError **error)
{
    if (root->kind != VALUE_MAP) {
        error_set_at(error, ERROR_CONFIG, root->place,
                     "a configuration is lines such as `base_url: "
                     "https://example.org`");
        return false;
    }
    for (guint i = 0; i < root->entries->len; i++) {
        const ValueEntry *entry = &g_array_index(root->entries, ValueEntry, i);
        if (!check_key(root, i, entry->key, error))
            return false;
        bool ok = is_section(entry->key)
                      ? read_section(entry, directory, config, error)
                  : strchr(entry->key, '.') != NULL
                      ? fail_unknown(entry, entry->key, error)
                      : read_setting(entry, entry->key, directory, config,
                                     error);
        if (!ok)
            return false;
    }
    return true;
}

bool settings_has(const Value *root, const char *key)
{
    g_auto(GStrv) parts = g_strsplit(key, ".", 2);
    const Value *value = value_get(root, parts[0]);
    if (value != NULL && parts[1] != NULL)
        value = value_get(value, parts[1]);
    return !value_is_empty(value);
}

void settings_set_defaults(Config *config)
{
    for (size_t i = 0; i < settings_count; i++) {
        const Setting *setting = &settings_table[i];
        if (setting->initial == NULL)
            continue;
        g_autofree char *text = g_strdup(setting->initial);
        Value value = {.kind = VALUE_TEXT, .plain = true, .text = text};
        SettingContext context = {setting, NULL};
        bool ok = setting->type->read(
            &context, &value, G_STRUCT_MEMBER_P(config, setting->offset), NULL);
        assert(ok);
        (void)ok;
    }
}

void settings_clear(Config *config)
{
    for (size_t i = 0; i < settings_count; i++) {
        const Setting *setting = &settings_table[i];
        if (setting->type->clear != NULL)
            setting->type->clear(G_STRUCT_MEMBER_P(config, setting->offset));
    }
}
