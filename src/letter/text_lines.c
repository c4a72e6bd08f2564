#include "letter/text_lines.h"

#include <string.h>

#include "document/wrap.h"

/* Unbreakable blanks come out as plain ones, as in the post (wrap.h). */
static void append_plain(GString *out, const char *text, size_t length)
{
    static const char *const blanks[] = {"\u00a0", "\u2007", "\u202f"};
    const char *end = text + length;

    while (text < end) {
        size_t used = 0;
        for (size_t i = 0; used == 0 && i < G_N_ELEMENTS(blanks); i++) {
            size_t width = strlen(blanks[i]);
            if ((size_t)(end - text) >= width &&
                memcmp(text, blanks[i], width) == 0)
                used = width;
        }
        g_string_append_c(out, used > 0 ? ' ' : *text);
        text += MAX(used, 1);
    }
}

static void append_line(GString *out, const char *line, size_t length,
                        int width)
{
    size_t indent = 0;

    if (length == 3 && memcmp(line, "-- ", 3) == 0) {
        g_string_append(out, "-- \n");
        return;
    }
    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
        length--;
    if (wrap_width(line, length) <= width) {
        append_plain(out, line, length);
        g_string_append_c(out, '\n');
        return;
    }
    while (indent < length && line[indent] == ' ')
        indent++;
    g_autofree char *prefix = g_strndup(line, indent);
    WrapStyle style = {prefix, prefix, width};
    wrap_append(out, line + indent, length - indent, &style);
}

void text_lines_append(GString *out, const char *text, size_t length, int width)
{
    const char *end = text + length;

    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        if (line_end == NULL)
            line_end = end;
        append_line(out, text, (size_t)(line_end - text), width);
        text = line_end + 1;
    }
}

void text_lines_append_ruled(GString *out, const char *text, size_t length,
                             char rule, int width)
{
    WrapStyle style = {"", "", width};
    gsize start = out->len;
    int widest = 0;

    wrap_append(out, text, length, &style);
    for (const char *line = out->str + start; *line != '\0';) {
        const char *end = strchr(line, '\n');
        widest = MAX(widest, wrap_width(line, (size_t)(end - line)));
        line = end + 1;
    }
    for (int i = 0; i < widest; i++)
        g_string_append_c(out, rule);
    if (widest > 0)
        g_string_append_c(out, '\n');
}
