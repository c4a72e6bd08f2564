/* declarations.c - the style attribute, split and filtered. */
#include "document/declarations.h"

#include <string.h>

#define NAME_SHOWN_MAX 40

static const char *const KEPT[] = {
    "background-color", "color",           "font-family",
    "font-size",        "font-style",      "font-weight",
    "height",           "line-height",     "max-width",
    "text-align",       "text-decoration", "vertical-align",
    "white-space",      "width",           NULL,
};

static const char *const KEPT_FAMILIES[] = {"margin", "padding", "border",
                                            NULL};

static bool is_kept_name(const char *name)
{
    size_t i;

    if (g_strv_contains(KEPT, name))
        return true;
    for (i = 0; KEPT_FAMILIES[i]; i++) {
        size_t length = strlen(KEPT_FAMILIES[i]);
        if (strncmp(name, KEPT_FAMILIES[i], length) == 0 &&
            (name[length] == '\0' || name[length] == '-'))
            return strspn(name, "abcdefghijklmnopqrstuvwxyz-") == strlen(name);
    }
    return false;
}

static bool is_safe_value(const char *value)
{
    g_autofree char *lower = g_ascii_strdown(value, -1);
    const char *at;

    if (*value == '\0' || strpbrk(value, "\\@<>{}") || strstr(value, "/*"))
        return false;
    for (at = value; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return false;
    return !strstr(lower, "url") && !strstr(lower, "expression") &&
           !strstr(lower, "image") && !strstr(lower, "javascript") &&
           !strstr(lower, "var(") && !strstr(lower, "attr(");
}

/* The end of a declaration: a `;` outside quotes and brackets. */
static const char *find_end(const char *at)
{
    char quote = '\0';
    int depth = 0;

    for (; *at; at++) {
        if (quote) {
            if (*at == quote)
                quote = '\0';
        } else if (*at == '"' || *at == '\'') {
            quote = *at;
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')') {
            depth--;
        } else if (*at == ';' && depth <= 0) {
            break;
        }
    }
    return at;
}

static bool has_balanced_quotes(const char *value)
{
    const char *at;
    int depth = 0;
    char quote = '\0';

    for (at = value; *at && depth >= 0; at++) {
        if (quote) {
            if (*at == quote)
                quote = '\0';
        } else if (*at == '"' || *at == '\'') {
            quote = *at;
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')') {
            depth--;
        }
    }
    return !quote && depth == 0;
}

/* Cuts one declaration in two. */
static bool split(const char *from, const char *to, char **name, char **value)
{
    const char *colon = memchr(from, ':', (size_t)(to - from));
    char *lower;

    if (!colon)
        return false;
    *name = g_strstrip(g_strndup(from, (size_t)(colon - from)));
    *value = g_strstrip(g_strndup(colon + 1, (size_t)(to - colon - 1)));
    lower = g_ascii_strdown(*name, -1);
    g_free(*name);
    *name = lower;
    g_strdelimit(*value, "\t\n\f\r", ' ');
    return true;
}

static bool may_stay(const char *name, const char *value)
{
    return is_kept_name(name) && is_safe_value(value) &&
           has_balanced_quotes(value);
}

char *declarations_filter(const char *style, GPtrArray *removed)
{
    g_autoptr(GString) kept = g_string_new(NULL);
    const char *at = style;

    while (*at) {
        g_autofree char *name = NULL;
        g_autofree char *value = NULL;
        const char *end = find_end(at);
        if (split(at, end, &name, &value)) {
            if (may_stay(name, value))
                g_string_append_printf(kept, "%s%s: %s",
                                       kept->len > 0 ? "; " : "", name, value);
            else
                g_ptr_array_add(removed, g_strndup(name, NAME_SHOWN_MAX));
        }
        at = *end ? end + 1 : end;
    }
    return kept->len > 0 ? g_strdup(kept->str) : NULL;
}

bool declarations_hide(const char *style)
{
    const char *at = style;

    while (*at) {
        g_autofree char *name = NULL;
        g_autofree char *value = NULL;
        const char *end = find_end(at);
        if (split(at, end, &name, &value)) {
            if (strcmp(name, "display") == 0 &&
                g_ascii_strncasecmp(value, "none", 4) == 0)
                return true;
            if (strcmp(name, "visibility") == 0 &&
                g_ascii_strncasecmp(value, "hidden", 6) == 0)
                return true;
        }
        at = *end ? end + 1 : end;
    }
    return false;
}
