/* data_url.c - see data_url.h. */
#include "letter/data_url.h"

#include <stdbool.h>
#include <string.h>

/* %XX undone; NULL when a % begins no escape. */
static GString *undo_percent(const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (; *text != '\0'; text++) {
        if (*text != '%') {
            g_string_append_c(out, *text);
            continue;
        }
        if (!g_ascii_isxdigit(text[1]) || !g_ascii_isxdigit(text[2]))
            return NULL;
        int byte = g_ascii_xdigit_value(text[1]) * 16 +
                   g_ascii_xdigit_value(text[2]);
        g_string_append_c(out, (char)byte);
        text += 2;
    }
    return g_steal_pointer(&out);
}

/* Blanks are left out; other characters than those of RFC 4648 4, and
 * padding elsewhere than at the end, are faults. */
static bool tidy_base64(GString *text)
{
    size_t kept = 0;
    size_t padding = 0;
    for (size_t i = 0; i < text->len; i++) {
        char c = text->str[i];
        if (g_ascii_isspace(c))
            continue;
        if (c == '=')
            padding++;
        else if (padding > 0 || !(g_ascii_isalnum(c) || c == '+' || c == '/'))
            return false;
        if (c != '=')
            text->str[kept++] = c;
    }
    g_string_truncate(text, kept);
    while (text->len % 4 != 0)
        g_string_append_c(text, '=');
    return padding <= 2 && kept % 4 != 1;
}

GBytes *data_url_decode(const char *url)
{
    const char *comma = strchr(url, ',');
    if (g_ascii_strncasecmp(url, "data:", 5) != 0 || comma == NULL)
        return NULL;
    g_autofree char *head = g_strndup(url + 5, (gsize)(comma - url - 5));
    const char *last = strrchr(g_strchomp(head), ';');
    bool is_base64 = last != NULL && g_ascii_strcasecmp(last, ";base64") == 0;
    g_autoptr(GString) data = undo_percent(comma + 1);
    if (data == NULL || (is_base64 && !tidy_base64(data)))
        return NULL;
    gsize length = data->len;
    if (is_base64 && length > 0)
        g_base64_decode_inplace(data->str, &length);
    return length > 0 ? g_bytes_new(data->str, length) : NULL;
}
