/* value.c - values made, asked and freed; see value.h. */
#include "base/value.h"

#include <string.h>

#include "base/value_private.h"

void value_unref(void *value)
{
    value_free(value);
}

static void entry_clear(void *data)
{
    ValueEntry *entry = data;
    g_free(entry->key);
    value_free(entry->value);
}

Value *value_new(ValueKind kind, Place place)
{
    Value *value = g_new0(Value, 1);
    value->kind = kind;
    value->place = place;
    value->references = 1;
    if (kind == VALUE_LIST)
        value->items = g_ptr_array_new_with_free_func(value_unref);
    if (kind == VALUE_MAP) {
        value->entries = g_array_new(FALSE, TRUE, sizeof(ValueEntry));
        g_array_set_clear_func(value->entries, entry_clear);
    }
    return value;
}

void value_free(Value *value)
{
    if (value == NULL || --value->references > 0)
        return;
    g_free(value->text);
    g_clear_pointer(&value->items, g_ptr_array_unref);
    if (value->entries != NULL)
        g_array_unref(value->entries);
    g_free(value->owned_file);
    g_free(value);
}

/* --- asking --- */

const Value *value_get(const Value *map, const char *key)
{
    if (map == NULL || map->kind != VALUE_MAP)
        return NULL;
    for (guint i = map->entries->len; i > 0; i--) {
        const ValueEntry *entry = &g_array_index(map->entries, ValueEntry,
                                                 i - 1);
        if (strcmp(entry->key, key) == 0)
            return entry->value;
    }
    return NULL;
}

bool value_is_empty(const Value *value)
{
    if (value == NULL)
        return true;
    if (value->kind == VALUE_LIST)
        return value->items->len == 0;
    if (value->kind == VALUE_MAP)
        return value->entries->len == 0;
    if (value->text[0] == '\0')
        return true;
    return value->plain && (strcmp(value->text, "~") == 0 ||
                            g_ascii_strcasecmp(value->text, "null") == 0);
}

static const char *kind_name(ValueKind kind)
{
    static const char *const names[] = {"a text", "a list", "a map"};
    return names[kind];
}

const char *value_text(const Value *value, const char *what, GError **error)
{
    if (value->kind == VALUE_TEXT)
        return value->text;
    error_set_at(error, ERROR_INPUT, value->place,
                 "`%s` must be a text, not %s", what, kind_name(value->kind));
    return NULL;
}

bool value_bool(const Value *value, const char *what, bool *result,
                GError **error)
{
    static const char *const words[] = {"false", "true", "no", "yes",
                                        "off",   "on",   "0",  "1"};
    for (size_t i = 0; value->kind == VALUE_TEXT && i < G_N_ELEMENTS(words);
         i++) {
        if (g_ascii_strcasecmp(value->text, words[i]) == 0) {
            *result = i % 2 == 1;
            return true;
        }
    }
    error_set_at(error, ERROR_INPUT, value->place, "`%s` must be true or false",
                 what);
    return false;
}
