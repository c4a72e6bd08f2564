/* dkim.c - the setting `dkim`: one key that signs, or two; see config.h. */
#include <string.h>

#include "config/setting_fail.h"
#include "config/setting_type.h"

#define SELECTOR_MAX 63
#define FORM                                                                   \
    "holds the keys `domain`, `selector` and `key_file`, or a list of two "    \
    "such maps"

static void clear_entry(DkimConfig *entry)
{
    g_free(entry->domain);
    g_free(entry->selector);
    g_free(entry->key_file);
}

static void clear_dkim(void *member)
{
    DkimList *list = member;
    for (size_t i = 0; i < list->count; i++)
        clear_entry(&list->items[i]);
    *list = (DkimList){.count = 0};
}

bool config_is_selector(const char *text)
{
    bool after_dot = true;
    for (const char *at = text; *at != '\0'; at++) {
        bool is_edge = after_dot || at[1] == '.' || at[1] == '\0';
        if (*at == '.' ? after_dot
                       : !g_ascii_isalnum(*at) && (*at != '-' || is_edge))
            return false;
        after_dot = *at == '.';
    }
    return !after_dot && strlen(text) <= SELECTOR_MAX;
}

static bool read_selector(const SettingContext *context, const Value *value,
                          char **member, GError **error)
{
    const char *raw = setting_raw_text(context, value, error);
    if (raw == NULL)
        return false;
    if (!config_is_selector(raw)) {
        setting_fail(context, value, error,
                     ": `%.80s` is no selector; letters, digits and hyphens "
                     "such as mirmail-2026",
                     raw);
        return false;
    }
    setting_replace(member, g_strdup(raw));
    return true;
}

static bool read_key(const SettingContext *context, const ValueEntry *entry,
                     DkimConfig *into, GError **error)
{
    char **member = strcmp(entry->key, "domain") == 0     ? &into->domain
                    : strcmp(entry->key, "selector") == 0 ? &into->selector
                    : strcmp(entry->key, "key_file") == 0 ? &into->key_file
                                                          : NULL;
    if (member == NULL) {
        setting_fail(context, entry->value, error, FORM ", not `%.60s`",
                     entry->key);
        return false;
    }
    if (*member != NULL) {
        setting_fail(context, entry->value, error, "has `%s` twice",
                     entry->key);
        return false;
    }
    if (member == &into->domain)
        return setting_host.read(context, entry->value, member, error);
    if (member == &into->selector)
        return read_selector(context, entry->value, member, error);
    return setting_path.read(context, entry->value, member, error);
}

static bool read_entry(const SettingContext *context, const Value *map,
                       DkimConfig *into, GError **error)
{
    if (map->kind != VALUE_MAP) {
        setting_fail(context, map, error, FORM);
        return false;
    }
    for (guint i = 0; i < map->entries->len; i++) {
        const ValueEntry *entry = &g_array_index(map->entries, ValueEntry, i);
        if (!read_key(context, entry, into, error))
            return false;
    }
    const char *missing = into->domain == NULL     ? "domain"
                          : into->selector == NULL ? "selector"
                          : into->key_file == NULL ? "key_file"
                                                   : NULL;
    if (missing != NULL)
        setting_fail(context, map, error, "has no `%s`; it " FORM, missing);
    return missing == NULL;
}

/* Two keys under one name could not both be found. */
static bool check_names(const SettingContext *context, const Value *value,
                        const DkimList *list, GError **error)
{
    if (list->count < 2 ||
        g_ascii_strcasecmp(list->items[0].domain, list->items[1].domain) != 0 ||
        g_ascii_strcasecmp(list->items[0].selector, list->items[1].selector) !=
            0)
        return true;
    setting_fail(context, value, error,
                 "names the selector `%s` twice; each key needs its own",
                 list->items[0].selector);
    return false;
}

static bool read_dkim(const SettingContext *context, const Value *value,
                      void *member, GError **error)
{
    bool is_list = value->kind == VALUE_LIST;
    DkimList list = {.count = is_list ? value->items->len : 1};
    if (list.count == 0 || list.count > CONFIG_DKIM_MAX) {
        setting_fail(context, value, error, FORM);
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < list.count; i++)
        ok = read_entry(context,
                        is_list ? g_ptr_array_index(value->items, i) : value,
                        &list.items[i], error);
    ok = ok && check_names(context, value, &list, error);
    if (!ok) {
        clear_dkim(&list);
        return false;
    }
    clear_dkim(member);
    *(DkimList *)member = list;
    return true;
}

const SettingType setting_dkim = {"key", read_dkim, clear_dkim};
