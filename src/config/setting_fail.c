/* setting_fail.c - see setting_fail.h. */
#include "config/setting_fail.h"

void setting_fail(const SettingContext *context, const Value *value,
                  GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    error_set_at(error, ERROR_CONFIG, value->place, "`%s`%s%s",
                 context->setting->key, words[0] == ':' ? "" : " ", words);
}

const char *setting_raw_text(const SettingContext *context, const Value *value,
                             GError **error)
{
    if (value->kind == VALUE_TEXT)
        return value->text;
    setting_fail(context, value, error, "must be a text, not %s",
                 value->kind == VALUE_LIST ? "a list" : "a map");
    return NULL;
}

void setting_replace(void *member, char *text)
{
    char **stored = member;
    g_free(*stored);
    *stored = text;
    if (text[0] == '\0')
        g_clear_pointer(stored, g_free);
}
