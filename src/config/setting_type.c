/* setting_type.c - see setting_type.h. Addresses and hosts are in
 * setting_mail.c. */
#include "config/setting_type.h"

#include <string.h>

#include "config/setting_fail.h"

/* --- texts --- */

static bool may_stand(gunichar character, bool lines)
{
    if (character == '\n')
        return lines;
    /* U+2028 and U+2029 are line ends to some readers. */
    return !g_unichar_iscntrl(character) && character != 0x2028 &&
           character != 0x2029;
}

char *setting_clean_text(const SettingContext *context, const Value *value,
                         bool lines, GError **error)
{
    const char *raw = setting_raw_text(context, value, error);
    if (raw == NULL)
        return NULL;
    g_autofree char *text = g_utf8_normalize(raw, -1, G_NORMALIZE_NFC);
    if (text == NULL) {
        setting_fail(context, value, error, "is not UTF-8");
        return NULL;
    }
    g_strstrip(text);
    long most = lines ? SETTINGS_LINES_MAX : SETTINGS_TEXT_MAX;
    if (g_utf8_strlen(text, -1) > most) {
        setting_fail(context, value, error, "is longer than %ld characters",
                     most);
        return NULL;
    }
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        if (may_stand(g_utf8_get_char(at), lines))
            continue;
        setting_fail(context, value, error, "%s",
                     *at == '\n' ? "must be one line"
                                 : "holds a control character");
        return NULL;
    }
    return g_steal_pointer(&text);
}

static bool read_cleaned(const SettingContext *context, const Value *value,
                         bool lines, char **member, GError **error)
{
    char *text = setting_clean_text(context, value, lines, error);
    if (text == NULL)
        return false;
    setting_replace(member, text);
    return true;
}

static bool read_text(const SettingContext *context, const Value *value,
                      void *member, GError **error)
{
    return read_cleaned(context, value, false, member, error);
}

static bool read_lines(const SettingContext *context, const Value *value,
                       void *member, GError **error)
{
    return read_cleaned(context, value, true, member, error);
}

/* A command goes to the shell byte by byte; only its end is trimmed, since a
 * folded YAML text ends in a line break. */
static bool read_command(const SettingContext *context, const Value *value,
                         void *member, GError **error)
{
    const char *raw = setting_raw_text(context, value, error);
    if (raw == NULL)
        return false;
    if (strlen(raw) > SETTINGS_LINES_MAX) {
        setting_fail(context, value, error, "is longer than %d bytes",
                     SETTINGS_LINES_MAX);
        return false;
    }
    setting_replace(member, g_strchomp(g_strdup(raw)));
    return true;
}

static bool read_name(const SettingContext *context, const Value *value,
                      void *member, GError **error)
{
    const char *raw = setting_raw_text(context, value, error);
    if (raw == NULL)
        return false;
    const char *at = raw;
    while (g_ascii_isalnum(*at) || *at == '_')
        at++;
    if (*at != '\0' || g_ascii_isdigit(raw[0]) || at - raw > 128) {
        /* Whoever wrote the secret itself here must not see it printed. */
        setting_fail(context, value, error,
                     "must be the name of an environment variable, such as "
                     "MIRMAIL_PASSWORD");
        return false;
    }
    setting_replace(member, g_strdup(raw));
    return true;
}

/* --- one of a few words --- */

static int find_word(const SettingContext *context, const Value *value,
                     GError **error)
{
    const char *raw = setting_raw_text(context, value, error);
    if (raw == NULL)
        return -1;
    g_auto(GStrv) words = g_strsplit(context->setting->words, "|", -1);
    for (int i = 0; words[i] != NULL; i++)
        if (g_ascii_strcasecmp(words[i], raw) == 0)
            return i;
    g_autofree char *allowed = g_strjoinv(", ", words);
    setting_fail(context, value, error, "must be one of %s, not `%.60s`",
                 allowed, raw);
    return -1;
}

static bool read_choice(const SettingContext *context, const Value *value,
                        void *member, GError **error)
{
    int index = find_word(context, value, error);
    if (index < 0)
        return false;
    g_auto(GStrv) words = g_strsplit(context->setting->words, "|", -1);
    setting_replace(member, g_strdup(words[index]));
    return true;
}

static bool read_word(const SettingContext *context, const Value *value,
                      void *member, GError **error)
{
    int index = find_word(context, value, error);
    if (index < 0)
        return false;
    *(int *)member = index;
    return true;
}

/* --- numbers --- */

static bool read_bool(const SettingContext *context, const Value *value,
                      void *member, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (value_bool(value, context->setting->key, member, &reason))
        return true;
    setting_fail(context, value, error, "must be true or false");
    return false;
}

static bool read_integer(const SettingContext *context, const Value *value,
                         void *member, GError **error)
{
    const char *raw = setting_raw_text(context, value, error);
    if (raw == NULL)
        return false;
    const Setting *setting = context->setting;
    gint64 number = 0;
    if (!g_ascii_string_to_signed(raw, 10, setting->least, setting->most,
                                  &number, NULL)) {
        setting_fail(context, value, error,
                     "must be a whole number from %" G_GINT64_FORMAT
                     " to %" G_GINT64_FORMAT ", not `%.40s`",
                     setting->least, setting->most, raw);
        return false;
    }
    *(int *)member = (int)number;
    return true;
}

static bool read_duration(const SettingContext *context, const Value *value,
                          void *member, GError **error)
{
    const char *raw = setting_raw_text(context, value, error);
    if (raw == NULL)
        return false;
    g_autoptr(GError) reason = NULL;
    int64_t duration_ns = 0;
    if (!duration_parse(raw, &duration_ns, &reason)) {
        setting_fail(context, value, error, ": %s", reason->message);
        return false;
    }
    const Setting *setting = context->setting;
    if (duration_ns < setting->least * UNITS_SECOND_NS ||
        duration_ns > setting->most * UNITS_SECOND_NS) {
        g_autofree char *most = duration_to_text(setting->most *
                                                 UNITS_SECOND_NS);
        setting_fail(context, value, error,
                     "must be from %" G_GINT64_FORMAT " s to %s, not `%.40s`",
                     setting->least, most, raw);
        return false;
    }
    *(int64_t *)member = duration_ns;
    return true;
}

/* --- rates --- */

static bool add_rate(RelayLimits *limits, const char *text, GError **error)
{
    if (limits->rate_count >= CONFIG_RATES_MAX) {
        error_set(error, ERROR_INPUT, "more than %d rates", CONFIG_RATES_MAX);
        return false;
    }
    if (!rate_parse(text, &limits->rates[limits->rate_count], error))
        return false;
    limits->rate_count++;
    return true;
}

bool setting_rates_parse(const char *text, RelayLimits *limits, GError **error)
{
    RelayLimits read = *limits;
    read.rate_count = 0;
    if (g_ascii_strcasecmp(text, "unlimited") != 0) {
        g_auto(GStrv) parts = g_strsplit(text, ",", CONFIG_RATES_MAX + 1);
        for (size_t i = 0; i == 0 || parts[i] != NULL; i++)
            if (!add_rate(&read, parts[i] ? parts[i] : "", error))
                return false;
    }
    *limits = read;
    return true;
}

static bool read_rates(const SettingContext *context, const Value *value,
                       void *member, GError **error)
{
    g_autoptr(GError) reason = NULL;
    RelayLimits *limits = member;
    if (value->kind != VALUE_LIST) {
        const char *raw = setting_raw_text(context, value, error);
        if (raw == NULL)
            return false;
        if (setting_rates_parse(raw, limits, &reason))
            return true;
        setting_fail(context, value, error, ": %s", reason->message);
        return false;
    }
    RelayLimits read = *limits;
    read.rate_count = 0;
    for (guint i = 0; i < value->items->len; i++) {
        const Value *item = g_ptr_array_index(value->items, i);
        const char *raw = setting_raw_text(context, item, error);
        if (raw == NULL)
            return false;
        if (!add_rate(&read, raw, &reason)) {
            setting_fail(context, item, error, ": %s", reason->message);
            return false;
        }
    }
    *limits = read;
    return true;
}

/* --- paths --- */

static char *resolve_path(const SettingContext *context, const Value *value,
                          GError **error)
{
    const char *raw = setting_raw_text(context, value, error);
    if (raw == NULL)
        return NULL;
    if (raw[0] == '\0' || strlen(raw) > SETTINGS_LINES_MAX) {
        setting_fail(context, value, error, "is no path");
        return NULL;
    }
    if (g_str_has_prefix(raw, "~/"))
        return g_build_filename(g_get_home_dir(), raw + 2, NULL);
    if (context->directory == NULL || g_path_is_absolute(raw))
        return g_strdup(raw);
    return g_build_filename(context->directory, raw, NULL);
}

static bool read_path(const SettingContext *context, const Value *value,
                      void *member, GError **error)
{
    char *path = resolve_path(context, value, error);
    if (path == NULL)
        return false;
    setting_replace(member, path);
    return true;
}

/* A bare name that is no folder beside the file means a template that the
 * program brings; a folder always has a slash when we are done. */
static bool read_template(const SettingContext *context, const Value *value,
                          void *member, GError **error)
{
    g_autofree char *path = resolve_path(context, value, error);
    if (path == NULL)
        return false;
    const char *raw = value->text;
    if (strchr(raw, '/') == NULL && !g_file_test(path, G_FILE_TEST_IS_DIR))
        setting_replace(member, g_strdup(raw));
    else if (strchr(path, '/') == NULL)
        setting_replace(member, g_strconcat("./", path, NULL));
    else
        setting_replace(member, g_steal_pointer(&path));
    return true;
}

static bool read_paths(const SettingContext *context, const Value *value,
                       void *member, GError **error)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    bool is_list = value->kind == VALUE_LIST;
    guint count = is_list ? value->items->len : 1;
    if (count > SETTINGS_LISTS_MAX) {
        setting_fail(context, value, error, "holds more than %d paths",
                     SETTINGS_LISTS_MAX);
        return false;
    }
    for (guint i = 0; i < count; i++) {
        const Value *item = is_list ? g_ptr_array_index(value->items, i)
                                    : value;
        char *path = resolve_path(context, item, error);
        if (path == NULL)
            return false;
        g_ptr_array_add(paths, path);
    }
    g_ptr_array_add(paths, NULL);
    char ***member_paths = member;
    g_strfreev(*member_paths);
    *member_paths = (char **)g_ptr_array_steal(paths, NULL);
    return true;
}

static void clear_paths(void *member)
{
    char ***paths = member;
    g_clear_pointer(paths, g_strfreev);
}

void setting_clear_text(void *member)
{
    char **text = member;
    g_clear_pointer(text, g_free);
}

const SettingType setting_text = {"text", read_text, setting_clear_text};
const SettingType setting_lines = {"text", read_lines, setting_clear_text};
const SettingType setting_command = {"command", read_command,
                                     setting_clear_text};
const SettingType setting_name = {"variable", read_name, setting_clear_text};
const SettingType setting_choice = {"word", read_choice, setting_clear_text};
const SettingType setting_word = {"word", read_word, NULL};
const SettingType setting_bool = {"boolean", read_bool, NULL};
const SettingType setting_integer = {"number", read_integer, NULL};
const SettingType setting_duration = {"duration", read_duration, NULL};
const SettingType setting_rates = {"rate", read_rates, NULL};
const SettingType setting_path = {"path", read_path, setting_clear_text};
const SettingType setting_template = {"name or path", read_template,
                                      setting_clear_text};
const SettingType setting_paths = {"paths", read_paths, clear_paths};
