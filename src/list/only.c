/* only.c - see only.h. */
#include "list/only.h"

#include <string.h>

#include "base/suggest.h"
#include "list/condition.h"

struct Only {
    GPtrArray *wanted;   /* of Condition */
    GPtrArray *unwanted; /* likewise */
};

static void free_condition(void *condition)
{
    condition_free(condition);
}

void only_free(Only *only)
{
    if (only == NULL)
        return;
    g_ptr_array_unref(only->wanted);
    g_ptr_array_unref(only->unwanted);
    g_free(only);
}

/* --- field=value --- */

/* The sign of `field=value`: the first one, with no blank at either side of
 * it. NULL: the text is a condition of several words. */
static const char *find_sign(const char *text)
{
    const char *sign = strpbrk(text, "=!<>~('\"");
    if (sign == NULL || *sign != '=' || sign == text || sign[1] == '=' ||
        sign[1] == '~' || strchr(" \t", sign[-1]) != NULL)
        return NULL;
    return sign[1] != ' ' && sign[1] != '\t' ? sign : NULL;
}

static Condition *read_equals(const char *text, const char *sign,
                              const char *const *columns, GError **error)
{
    g_autofree char *field = g_strndup(text, (gsize)(sign - text));
    if (condition_knows_field(field, columns))
        return condition_equals(field, sign + 1);
    g_autofree char *hint = suggest_hint(field, columns);
    error_set(error, ERROR_USAGE, "no list has a column `%s`%s", field, hint);
    return NULL;
}

/* `lang=de and city=Ulm` is meant as it reads, although the value could also
 * be `de and city=Ulm`. */
static Condition *read_condition(const char *text, const char *label,
                                 const char *const *columns, GError **error)
{
    const char *sign = g_utf8_validate(text, -1, NULL) ? find_sign(text) : NULL;
    g_autoptr(Condition)
        condition = condition_parse(text, label, columns, sign ? NULL : error);
    bool is_joined = condition != NULL && condition_is_joined(condition);
    if (sign == NULL || is_joined)
        return g_steal_pointer(&condition);
    return read_equals(text, sign, columns, error);
}

/* --- all of them --- */

static bool read_all(GPtrArray *conditions, const char *const *texts,
                     const char *label, const char *const *columns,
                     GError **error)
{
    for (; texts != NULL && *texts != NULL; texts++) {
        Condition *condition = read_condition(*texts, label, columns, error);
        if (condition == NULL)
            return false;
        g_ptr_array_add(conditions, condition);
    }
    return true;
}

Only *only_new(const char *const *only, const char *const *except,
               const char *const *columns, GError **error)
{
    g_autoptr(Only) made = g_new0(Only, 1);
    made->wanted = g_ptr_array_new_with_free_func(free_condition);
    made->unwanted = g_ptr_array_new_with_free_func(free_condition);
    return read_all(made->wanted, only, "--only", columns, error) &&
                   read_all(made->unwanted, except, "--except", columns, error)
               ? g_steal_pointer(&made)
               : NULL;
}

void only_mark(const Only *only, const Columns *columns, bool *used)
{
    for (guint i = 0; i < only->wanted->len; i++)
        condition_mark(g_ptr_array_index(only->wanted, i), columns, used);
    for (guint i = 0; i < only->unwanted->len; i++)
        condition_mark(g_ptr_array_index(only->unwanted, i), columns, used);
}

/* Whether each of the conditions is `expected`. */
static bool ask_all(const GPtrArray *conditions, const Subscriber *subscriber,
                    bool expected, bool *holds, GError **error)
{
    for (guint i = 0; *holds && i < conditions->len; i++) {
        bool answer = false;
        if (!condition_holds(g_ptr_array_index(conditions, i), subscriber,
                             &answer, error))
            return false;
        *holds = answer == expected;
    }
    return true;
}

bool only_holds(const Only *only, const Subscriber *subscriber, bool *holds,
                GError **error)
{
    *holds = true;
    return ask_all(only->wanted, subscriber, true, holds, error) &&
           ask_all(only->unwanted, subscriber, false, holds, error);
}
