/* only.c - see only.h. */
#include "list/only.h"

#include <string.h>

#include "base/suggest.h"

typedef struct Condition {
    char *field;
    char *value;
} Condition;

struct Only {
    GArray *conditions;
};

static void condition_clear(void *data)
{
    Condition *condition = data;
    g_free(condition->field);
    g_free(condition->value);
}

void only_free(Only *only)
{
    if (only == NULL)
        return;
    g_array_unref(only->conditions);
    g_free(only);
}

/* Case, blanks and signs do not count, as in columns_find(). */
static bool is_same_name(const char *a, const char *b)
{
    for (;;) {
        while (strchr(" _-", *a) != NULL && *a != '\0')
            a++;
        while (strchr(" _-", *b) != NULL && *b != '\0')
            b++;
        if (g_ascii_tolower(*a) != g_ascii_tolower(*b))
            return false;
        if (*a == '\0')
            return true;
        a++;
        b++;
    }
}

static bool is_known(const char *field, const char *const *columns)
{
    for (; *columns != NULL; columns++)
        if (is_same_name(*columns, field))
            return true;
    return false;
}

static bool add(Only *only, const char *text, const char *const *columns,
                GError **error)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        error_set(error, ERROR_USAGE, "--only takes FIELD=VALUE, not `%s`",
                  text);
        return false;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        error_set(error, ERROR_USAGE, "--only `%s` is not UTF-8", text);
        return false;
    }
    g_autofree char *field = g_strndup(text, (gsize)(equals - text));
    if (!is_known(field, columns)) {
        g_autofree char *hint = suggest_hint(field, columns);
        error_set(error, ERROR_USAGE, "no list has a column `%s`%s", field,
                  hint);
        return false;
    }
    g_autofree char *value = g_utf8_normalize(equals + 1, -1, G_NORMALIZE_NFC);
    g_strstrip(value);
    Condition condition = {g_steal_pointer(&field), g_steal_pointer(&value)};
    g_array_append_val(only->conditions, condition);
    return true;
}

Only *only_new(const char *const *conditions, const char *const *columns,
               GError **error)
{
    g_autoptr(Only) only = g_new0(Only, 1);
    only->conditions = g_array_new(FALSE, FALSE, sizeof(Condition));
    g_array_set_clear_func(only->conditions, condition_clear);
    for (; conditions != NULL && *conditions != NULL; conditions++)
        if (!add(only, *conditions, columns, error))
            return NULL;
    return g_steal_pointer(&only);
}

bool only_holds(const Only *only, const Subscriber *subscriber)
{
    for (guint i = 0; i < only->conditions->len; i++) {
        const Condition *condition = &g_array_index(only->conditions, Condition,
                                                    i);
        const char *value = subscriber_field(subscriber, condition->field);
        if (value == NULL || strcmp(value, condition->value) != 0)
            return false;
    }
    return true;
}
