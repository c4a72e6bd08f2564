/* relays.c - one relay or several, see config.h. */
#include "config/config.h"

#include <string.h>

#include "config/password.h"
#include "config/presets.h"
#include "config/setting_fail.h"
#include "config/setting_type.h"

/* --- the list --- */

static void clear_relays(void *member)
{
    RelayList *list = member;
    for (size_t i = 0; i < list->count; i++) {
        Config holder = {.relay = list->items[i]};
        settings_clear(&holder);
    }
    g_clear_pointer(&list->items, g_free);
    list->count = 0;
}

static bool is_taken(const RelayList *list, const RelayConfig *relay)
{
    g_autofree char *account = config_relay_account(relay);
    for (size_t i = 0; i < list->count; i++) {
        g_autofree char *other = config_relay_account(&list->items[i]);
        if (strcmp(account, other) == 0)
            return true;
    }
    return false;
}

static bool finish_item(const RelayList *list, const Value *map,
                        RelayConfig *relay, GError **error)
{
    if (!settings_finish_relay(relay, map, error))
        return false;
    if (relay->host == NULL)
        error_set_at(error, ERROR_CONFIG, map->place,
                     "this relay has no `host`");
    else if (is_taken(list, relay))
        error_set_at(error, ERROR_CONFIG, map->place,
                     "this relay stands here a second time, with the same "
                     "host, port and user");
    else
        return true;
    return false;
}

/* Each entry is read as the only relay of a configuration of its own. What
 * it does not say about limits is left open: no connections, -1 rates. */
static bool read_item(const SettingContext *context, const Value *map,
                      RelayList *list, GError **error)
{
    Config own = {0};
    settings_set_defaults(&own);
    own.sending.limits = (RelayLimits){.rate_count = -1};
    bool ok = settings_read_relay(map, context->directory, &own, error);
    own.relay.limits = own.sending.limits;
    if (ok)
        settings_apply_preset(&own.relay, map);
    ok = ok && finish_item(list, map, &own.relay, error);
    if (ok) {
        list->items[list->count++] = own.relay;
        own.relay = (RelayConfig){0};
    }
    settings_clear(&own);
    return ok;
}

static bool read_relays(const SettingContext *context, const Value *value,
                        void *member, GError **error)
{
    if (value->kind != VALUE_LIST || value->items->len > CONFIG_RELAYS_MAX) {
        setting_fail(context, value, error,
                     "must be a list of up to %d relays, each with a dash and "
                     "keys such as `host: smtp.example.org`",
                     CONFIG_RELAYS_MAX);
        return false;
    }
    RelayList list = {g_new0(RelayConfig, value->items->len), 0};
    for (guint i = 0; i < value->items->len; i++) {
        if (read_item(context, g_ptr_array_index(value->items, i), &list,
                      error))
            continue;
        clear_relays(&list);
        return false;
    }
    clear_relays(member);
    *(RelayList *)member = list;
    return true;
}

const SettingType setting_relays = {"relays", read_relays, clear_relays};

/* --- presets --- */

static bool read_preset(const SettingContext *context, const Value *value,
                        void *member, GError **error)
{
    const char *raw = setting_raw_text(context, value, error);
    if (raw == NULL)
        return false;
    if (preset_find(raw) != NULL) {
        setting_replace(member, g_strdup(preset_find(raw)->name));
        return true;
    }
    GString *known = g_string_new(NULL);
    for (size_t i = 0; preset_at(i) != NULL; i++)
        g_string_append_printf(known, "%s%s", i > 0 ? ", " : "",
                               preset_at(i)->name);
    setting_fail(context, value, error,
                 "is one of %s, not `%.60s`; any other relay is given by "
                 "`host`",
                 known->str, raw);
    g_string_free(known, TRUE);
    return false;
}

const SettingType setting_preset = {"preset", read_preset, setting_clear_text};

void settings_apply_preset(RelayConfig *relay, const Value *map)
{
    const Preset *preset = preset_find(relay->preset);
    if (preset == NULL)
        return;
    if (relay->host == NULL)
        relay->host = g_strdup(preset->host);
    if (relay->port == 0 && value_is_empty(value_get(map, "tls")))
        relay->port = preset->port;
}

/* What the file says for every relay goes before what a preset knows, and
 * that before the program's own default. */
void settings_fill_limits(RelayConfig *relay, const RelayLimits *common,
                          const Value *root)
{
    const Preset *preset = preset_find(relay->preset);
    RelayLimits *own = &relay->limits;
    if (own->rate_count < 0) {
        memcpy(own->rates, common->rates, sizeof own->rates);
        own->rate_count = common->rate_count;
        if (preset != NULL && preset->rate != NULL &&
            !settings_has(root, "rate"))
            setting_rates_parse(preset->rate, own, NULL);
    }
    if (own->connections == 0)
        own->connections = preset != NULL && preset->connections > 0 &&
                                   !settings_has(root, "connections")
                               ? preset->connections
                               : common->connections;
    if (own->messages_per_connection == 0)
        own->messages_per_connection = preset != NULL && preset->messages > 0 &&
                                               !settings_has(
                                                   root,
                                                   "messages_per_connection")
                                           ? preset->messages
                                           : common->messages_per_connection;
}

/* --- one of them --- */

bool settings_finish_relay(RelayConfig *relay, const Value *map, GError **error)
{
    static const int ports[] = {
        [TLS_STARTTLS] = 587, [TLS_IMPLICIT] = 465, [TLS_NONE] = 25};
    bool is_map = map != NULL && map->kind == VALUE_MAP;
    const Value *tls = is_map ? value_get(map, "tls") : NULL;
    if (relay->port == 465 && value_is_empty(tls))
        relay->tls = TLS_IMPLICIT;
    if (relay->port == 0)
        relay->port = ports[relay->tls];
    return secrets_fit(relay, is_map ? map : NULL, error);
}

/* --- questions --- */

size_t config_relay_count(const Config *config)
{
    return config->relays.count > 0 ? config->relays.count : 1;
}

const RelayConfig *config_relay_at(const Config *config, size_t index)
{
    return config->relays.count > 0 ? &config->relays.items[index]
                                    : &config->relay;
}

char *config_relay_label(const RelayConfig *relay)
{
    return relay->name != NULL
               ? g_strdup(relay->name)
               : g_strdup_printf("%s:%d", relay->host, relay->port);
}

char *config_relay_account(const RelayConfig *relay)
{
    return g_strdup_printf("%s%s%s:%d", relay->user ? relay->user : "",
                           relay->user ? "@" : "", relay->host, relay->port);
}
