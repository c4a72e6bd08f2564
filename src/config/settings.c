/* settings.c - see settings.h. The table is the first half, what walks it the
 * second. */
#include "config/settings.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/suggest.h"
#include "config/setting_type.h"

#define AT(member) offsetof(Config, member)

#define DAY_S INT64_C(86400)
#define KEY_MAX 60 /* bytes of an unknown key that an error repeats */

const SettingSection settings_sections[] = {
    {"", "What holds for every run, without indentation."},
    {"sender", "Who writes."},
    {"list", "What the mail is part of, and how one leaves it."},
    {"relay", "The server that takes the mail. Its password never stands in "
              "this file: one of three settings says where it is."},
    {"text", "The text part."},
    {NULL, NULL},
};

const Setting settings_table[] = {
    {.key = "rate",
     .type = &setting_rates,
     .offset = AT(sending),
     .initial = "20/min",
     .help = "How fast mail may leave, counted in recipients over all "
             "connections: 30/min, 5/2min, 120/h, 1500/day, a list of several "
             "that hold together, or unlimited."},
    {.key = "connections",
     .type = &setting_integer,
     .offset = AT(sending.connections),
     .least = 1,
     .most = 64,
     .initial = "1",
     .help = "How many connections to the relay are open at a time."},
    {.key = "messages_per_connection",
     .type = &setting_integer,
     .offset = AT(sending.messages_per_connection),
     .least = 1,
     .most = 1000000,
     .initial = "100",
     .help = "After so many messages a connection is closed and a new one "
             "opened."},
    {.key = "retry_for",
     .type = &setting_duration,
     .offset = AT(sending.retry_for_ns),
     .least = 0,
     .most = 7 * DAY_S,
     .initial = "4h",
     .help = "How long one run keeps trying what the relay put off; 0s is one "
             "attempt only."},
    {.key = "base_url",
     .type = &setting_url,
     .offset = AT(base_url),
     .help = "What relative addresses in a post start from when the post has "
             "no address of its own."},
    {.key = "template",
     .type = &setting_path,
     .offset = AT(template),
     .otherwise = "the built-in template",
     .help = "The directory with mail.txt, mail.html and theme.css."},
    {.key = "journal",
     .type = &setting_path,
     .offset = AT(journal),
     .initial = ".mirmail/journal.db",
     .help = "The file that remembers who got which mail."},
    {.key = "lists",
     .type = &setting_paths,
     .offset = AT(lists),
     .help = "The subscriber lists, CSV or YAML, that are used when the "
             "command line names none: one path or a list of paths."},

    {.key = "sender.from",
     .type = &setting_mailbox,
     .offset = AT(sender.from),
     .help = "The name and address that readers see, such as Example News "
             "<news@example.org>; needed to send."},
    {.key = "sender.reply_to",
     .type = &setting_mailbox,
     .offset = AT(sender.reply_to),
     .otherwise = "sender.from",
     .help = "Where answers go."},
    {.key = "sender.bounce",
     .type = &setting_address,
     .offset = AT(sender.bounce),
     .otherwise = "the address of sender.from",
     .help = "The envelope sender, to which undeliverable mail returns."},
    {.key = "sender.organisation",
     .type = &setting_text,
     .offset = AT(sender.organisation),
     .help = "Who stands behind the mail, shown at its end; needed to send."},
    {.key = "sender.postal_address",
     .type = &setting_lines,
     .offset = AT(sender.postal_address),
     .help = "The organisation's postal address, shown at the end of the "
             "mail; it may have several lines."},
    {.key = "sender.url",
     .type = &setting_url,
     .offset = AT(sender.url),
     .help = "The organisation's page."},

    {.key = "list.id",
     .type = &setting_list_id,
     .offset = AT(list.id),
     .help = "The list's name for mail programs, in a domain of yours and the "
             "same for ever, such as news.example.org; needed to send."},
    {.key = "list.name",
     .type = &setting_text,
     .offset = AT(list.name),
     .help = "The list's name for people."},
    {.key = "list.description",
     .type = &setting_text,
     .offset = AT(list.description),
     .help = "Why one gets this mail, in a sentence for its end."},
    {.key = "list.unsubscribe_url",
     .type = &setting_https_url,
     .offset = AT(list.unsubscribe_url),
     .help = "The https page on which one leaves; this or "
             "list.unsubscribe_mail is needed to send."},
    {.key = "list.unsubscribe_mail",
     .type = &setting_mail,
     .offset = AT(list.unsubscribe_mail),
     .help = "The address to which one writes to leave."},
    {.key = "list.help_url",
     .type = &setting_url,
     .offset = AT(list.help_url),
     .help = "A page about the list."},
    {.key = "list.archive_url",
     .type = &setting_url,
     .offset = AT(list.archive_url),
     .help = "The page with earlier mails or posts."},
    {.key = "list.subscribe_url",
     .type = &setting_url,
     .offset = AT(list.subscribe_url),
     .help = "The page on which one joins."},
    {.key = "list.owner",
     .type = &setting_mail,
     .offset = AT(list.owner),
     .help = "The address of the person who runs the list."},
    {.key = "list.precedence",
     .type = &setting_choice,
     .offset = AT(list.precedence),
     .words = "list|bulk|none",
     .initial = "list",
     .help = "The Precedence field, which keeps absence notes from being "
             "sent back; none leaves it out."},

    {.key = "relay.host",
     .type = &setting_host,
     .offset = AT(relay.host),
     .help = "A name or an IPv4 or IPv6 address; needed to send."},
    {.key = "relay.port",
     .type = &setting_integer,
     .offset = AT(relay.port),
     .least = 1,
     .most = 65535,
     .otherwise = "587; 465 when relay.tls is implicit; 25 when it is none",
     .help = "The relay's port."},
    {.key = "relay.tls",
     .type = &setting_word,
     .offset = AT(relay.tls),
     .words = "starttls|implicit|none",
     .otherwise = "starttls; implicit when relay.port is 465",
     .help = "How the connection is encrypted: starttls demands the upgrade, "
             "implicit is TLS from the first byte, none is for a relay on "
             "this machine."},
    {.key = "relay.allow_plaintext",
     .type = &setting_bool,
     .offset = AT(relay.allow_plaintext),
     .initial = "false",
     .help = "Allows relay.tls: none to another machine, where everybody on "
             "the way can read the mail; a login is refused even then."},
    {.key = "relay.ca_file",
     .type = &setting_path,
     .offset = AT(relay.ca_file),
     .otherwise = "the system's authorities",
     .help = "The certificates, in PEM, that the relay's own is checked "
             "against."},
    {.key = "relay.auth",
     .type = &setting_word,
     .offset = AT(relay.auth),
     .words = "auto|plain|login|none",
     .initial = "auto",
     .help = "How to log in; auto takes what the relay offers, and does not "
             "log in without relay.user."},
    {.key = "relay.user",
     .type = &setting_text,
     .offset = AT(relay.user),
     .help = "The name to log in with; then one of the three settings for the "
             "password is needed."},
    {.key = "relay.password_command",
     .type = &setting_command,
     .offset = AT(relay.password_command),
     .help = "A command for /bin/sh, such as pass show relay; the first line "
             "that it prints is the password."},
    {.key = "relay.password_file",
     .type = &setting_path,
     .offset = AT(relay.password_file),
     .help = "A file whose first line is the password and that nobody else "
             "may read."},
    {.key = "relay.password_env",
     .type = &setting_name,
     .offset = AT(relay.password_env),
     .help = "The name of the environment variable that holds the password."},
    {.key = "relay.hello",
     .type = &setting_host,
     .offset = AT(relay.hello),
     .otherwise = "the domain of sender.from",
     .help = "The name with which mirmail greets the relay."},
    {.key = "relay.connect_timeout",
     .type = &setting_duration,
     .offset = AT(relay.connect_timeout_ns),
     .least = 1,
     .most = 3600,
     .initial = "30s",
     .help = "How long to wait for the connection and for TLS."},
    {.key = "relay.reply_timeout",
     .type = &setting_duration,
     .offset = AT(relay.reply_timeout_ns),
     .least = 1,
     .most = 3600,
     .initial = "5min",
     .help = "How long to wait for the answer to a command."},
    {.key = "relay.data_timeout",
     .type = &setting_duration,
     .offset = AT(relay.data_timeout_ns),
     .least = 1,
     .most = 3600,
     .initial = "10min",
     .help = "How long to wait for the answer to a whole message."},

    {.key = "text.width",
     .type = &setting_integer,
     .offset = AT(text.width),
     .least = 60,
     .most = 78,
     .initial = "72",
     .help = "How many columns a line of the text part may fill."},
    {.key = "text.links",
     .type = &setting_choice,
     .offset = AT(text.links),
     .words = "end|inline",
     .initial = "end",
     .help = "Where the addresses of links stand: in a list at the end, or "
             "behind their words."},
};

const size_t settings_count = G_N_ELEMENTS(settings_table);

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
    const char
        *words[G_N_ELEMENTS(settings_table) + G_N_ELEMENTS(settings_sections)];
    size_t count = 0;
    for (size_t i = 0; i < settings_count; i++)
        words[count++] = settings_table[i].key;
    for (size_t i = 1; settings_sections[i].name != NULL; i++)
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
    static const char *const words[] = {"password", "passwd", "pass", "secret"};
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
                     "show relay`, `password_file: relay.password` or "
                     "`password_env: MIRMAIL_PASSWORD`",
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
