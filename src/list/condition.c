/* condition.c - see condition.h: asking. */
#include <string.h>

#include "list/condition_private.h"

void condition_free(Condition *condition)
{
    if (condition == NULL)
        return;
    condition_free(condition->left);
    condition_free(condition->right);
    g_free(condition->field);
    g_free(condition->value);
    g_free(condition->folded);
    g_clear_pointer(&condition->regex, g_regex_unref);
    g_free(condition);
}

bool condition_is_joined(const Condition *condition)
{
    return condition->kind < CONDITION_EQUAL;
}

Condition *condition_equals(const char *field, const char *value)
{
    Condition *condition = g_new0(Condition, 1);
    condition->kind = CONDITION_EQUAL;
    condition->field = g_strdup(field);
    condition->value = g_strstrip(g_utf8_normalize(value, -1, G_NORMALIZE_NFC));
    return condition;
}

bool condition_knows_field(const char *field, const char *const *columns)
{
    static const char blanks[] = " _-";
    for (; *columns != NULL; columns++) {
        const char *a = field;
        const char *b = *columns;
        do {
            a += strspn(a, blanks);
            b += strspn(b, blanks);
        } while (*a != '\0' && g_ascii_tolower(*a) == g_ascii_tolower(*b) &&
                 (a++, b++, true));
        if (*a == '\0' && *b == '\0')
            return true;
    }
    return false;
}

void condition_mark(const Condition *condition, const Columns *columns,
                    bool *used)
{
    if (condition == NULL)
        return;
    condition_mark(condition->left, columns, used);
    condition_mark(condition->right, columns, used);
    int column = condition->field ? columns_find(columns, condition->field)
                                  : COLUMNS_NONE;
    if (column != COLUMNS_NONE)
        used[column] = true;
}

/* --- order --- */

static bool read_number(const char *text, double *number)
{
    char *end = NULL;
    if (strspn(text, "+-.0123456789eE") != strlen(text) || *text == '\0')
        return false;
    *number = g_ascii_strtod(text, &end);
    return *end == '\0';
}

/* "2026", "2026-11" or "2026-11-28", and what may follow the day. */
static bool is_date(const char *text, size_t least)
{
    static const char form[] = "dddd-dd-dd";
    size_t i = 0;
    while (i < sizeof form - 1 && text[i] != '\0' &&
           (form[i] == 'd' ? g_ascii_isdigit(text[i]) : text[i] == form[i]))
        i++;
    bool is_whole = i == 4 || i == 7 || i == 10;
    return is_whole && i >= least && (text[i] == '\0' || i == 10);
}

/* `value` against what the condition names: <0, 0, >0. False: the two cannot
 * be compared, as a date and `31.12.2024`. A year alone may be a number. */
static bool compare(const char *value, const char *with, int *order)
{
    double a = 0;
    double b = 0;
    if (*value == '\0')
        return false;
    size_t length = strlen(with);
    bool is_day = is_date(with, 4) && length <= 10;
    if (is_day && is_date(value, length > 4 ? 4 : 7)) {
        *order = strncmp(value, with, length);
        return true;
    }
    if (is_day && length > 4)
        return false;
    if (read_number(with, &b)) {
        bool is_number = read_number(value, &a);
        *order = (a > b) - (a < b);
        return is_number;
    }
    *order = strcmp(value, with);
    return true;
}

static bool is_ordered(const Condition *condition, const char *value)
{
    int order = 0;
    if (!compare(value, condition->value, &order))
        return false;
    if (condition->kind == CONDITION_LESS)
        return order < 0;
    if (condition->kind == CONDITION_AT_MOST)
        return order <= 0;
    if (condition->kind == CONDITION_MORE)
        return order > 0;
    return order >= 0;
}

/* --- parts --- */

static bool has_part(const Condition *condition, const char *value)
{
    g_autofree char *folded = g_utf8_casefold(value, -1);
    return strstr(folded, condition->folded) != NULL;
}

static bool has_tag(const Condition *condition, const char *value)
{
    g_autofree char *folded = g_utf8_casefold(value, -1);
    g_auto(GStrv) tags = g_strsplit_set(folded, ",;", -1);
    for (char **tag = tags; *tag != NULL; tag++)
        if (strcmp(g_strstrip(*tag), condition->folded) == 0)
            return true;
    return false;
}

static bool matches(const Condition *condition, const char *value, bool *holds,
                    GError **error)
{
    g_autoptr(GError) problem = NULL;
    *holds = g_regex_match_full(condition->regex, value, -1, 0, 0, NULL,
                                &problem);
    if (problem != NULL)
        error_set(error, ERROR_INPUT,
                  "`%s` is too much work for the value `%.60s` of `%s`; write "
                  "a simpler expression",
                  condition->value, value, condition->field);
    return problem == NULL;
}

/* --- all of it --- */

static bool test(const Condition *condition, const char *value, bool *holds,
                 GError **error)
{
    if (condition->kind == CONDITION_MATCHES)
        return matches(condition, value, holds, error);
    if (condition->kind == CONDITION_EQUAL)
        *holds = strcmp(value, condition->value) == 0;
    else if (condition->kind == CONDITION_CONTAINS)
        *holds = has_part(condition, value);
    else if (condition->kind == CONDITION_HAS)
        *holds = has_tag(condition, value);
    else
        *holds = is_ordered(condition, value);
    return true;
}

bool condition_holds(const Condition *condition, const Subscriber *subscriber,
                     bool *holds, GError **error)
{
    *holds = false;
    if (!condition_is_joined(condition)) {
        const char *value = subscriber_field(subscriber, condition->field);
        return value == NULL || test(condition, value, holds, error);
    }
    if (!condition_holds(condition->left, subscriber, holds, error))
        return false;
    if (condition->kind == CONDITION_NOT) {
        *holds = !*holds;
        return true;
    }
    if (*holds == (condition->kind == CONDITION_OR))
        return true;
    return condition_holds(condition->right, subscriber, holds, error);
}
