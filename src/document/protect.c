/* protect.c - tokens for characters that only look like marks. */
#include "document/protect.h"

#include <stdbool.h>
#include <string.h>

#include "document/autolink.h"

/* Appends text from `at` to `end`, escaped tildes as tokens. */
static void append_protected(GString *out, const char *at, const char *end,
                             const char *mark)
{
    while (at < end) {
        bool escape = *at == '\\' && at + 1 < end;
        if (escape && at[1] == '~')
            token_append(out, mark, PROTECT_TOKEN, '~');
        else
            g_string_append_len(out, at, escape ? 2 : 1);
        at += escape ? 2 : 1;
    }
}

static void append_address(GString *out, const char *at, const char *end,
                           const char *mark)
{
    for (; at < end; at++) {
        if (*at == '_' || *at == '*')
            token_append(out, mark, PROTECT_TOKEN, (size_t)*at);
        else
            g_string_append_c(out, *at);
    }
}

static void protect_line(GString *out, const char *text, const char *mark)
{
    size_t at = 0;
    Autolink link;

    while (autolink_find(text, at, &link)) {
        append_protected(out, text + at, text + link.start, mark);
        append_address(out, text + link.start, text + link.end, mark);
        at = link.end;
    }
    append_protected(out, text + at, text + strlen(text), mark);
}

Lines *protect_characters(const Lines *lines, const GArray *blocks,
                          const char *mark)
{
    g_autofree gboolean *opaque = lines_mark_opaque(lines, blocks);
    g_autoptr(GString) line = g_string_new(NULL);
    Lines *out = lines_new();
    int count = lines_count(lines);
    int i;

    for (i = 0; i < count; i++) {
        size_t length;
        const char *text = lines_at(lines, i, &length);
        g_autofree char *copy = g_strndup(text, length);
        g_string_truncate(line, 0);
        if (opaque[i])
            g_string_append(line, copy);
        else
            protect_line(line, copy, mark);
        lines_add(out, line->str, line->len, lines_number(lines, i));
    }
    return out;
}
