/* markup.c - see markup.h. */
#include "preview/markup.h"

#include <string.h>

#include "base/error.h"
#include "letter/escape.h"

void markup_text(GString *out, const char *text)
{
    if (text == NULL)
        return;
    if (g_utf8_validate(text, -1, NULL)) {
        escape_html(out, text);
        return;
    }
    g_autofree char *printable = error_printable(text);
    escape_html(out, printable);
}

void markup_lines(GString *out, const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t line_length = (size_t)((stop != NULL ? stop : end) - text);
        g_autofree char *line = g_strndup(text, line_length);
        markup_text(out, line);
        text += line_length;
        if (stop != NULL) {
            g_string_append_c(out, '\n');
            text++;
        }
    }
}

void markup_document(GString *out, const char *html, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        switch (html[i]) {
        case '\0':
            break;
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '"':
            g_string_append(out, "&quot;");
            break;
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>':
            g_string_append(out, "&gt;");
            break;
        default:
            g_string_append_c(out, html[i]);
        }
    }
}

void markup_count(GString *out, int64_t count)
{
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, count);
    size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0)
            g_string_append_c(out, ',');
        g_string_append_c(out, digits[i]);
    }
}

void markup_counted(GString *out, size_t count, const char *one,
                    const char *many)
{
    markup_count(out, (int64_t)count);
    g_string_append_printf(out, " %s", count == 1 ? one : many);
}
