/* lines.c - texts in lines, and the tokens that stand in them. */
#include "document/lines.h"

#include <string.h>

Lines *lines_new(void)
{
    Lines *lines = g_new0(Lines, 1);

    lines->text = g_string_new(NULL);
    lines->list = g_array_new(FALSE, FALSE, sizeof(Line));
    return lines;
}

void lines_free(Lines *lines)
{
    if (!lines)
        return;
    g_string_free(lines->text, TRUE);
    g_array_unref(lines->list);
    g_free(lines);
}

void lines_add(Lines *lines, const char *text, size_t length, int number)
{
    Line line = {lines->text->len, length, number};

    g_string_append_len(lines->text, text, (gssize)length);
    g_string_append_c(lines->text, '\n');
    g_array_append_val(lines->list, line);
}

Lines *lines_split(const char *text, size_t length, int first_number)
{
    Lines *lines = lines_new();
    const char *at = text;
    const char *end = text + length;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        lines_add(lines, at, (size_t)(stop - at), first_number++);
        at = newline ? newline + 1 : end;
    }
    return lines;
}

int lines_count(const Lines *lines)
{
    return (int)lines->list->len;
}

const char *lines_at(const Lines *lines, int index, size_t *length)
{
    const Line *line = &g_array_index(lines->list, Line, index);

    *length = line->length;
    return lines->text->str + line->start;
}

int lines_number(const Lines *lines, int index)
{
    int count = lines_count(lines);

    if (count == 0 || index < 0)
        return 0;
    if (index >= count)
        index = count - 1;
    return g_array_index(lines->list, Line, index).number;
}

gboolean *lines_mark_opaque(const Lines *lines, const GArray *blocks)
{
    int count = lines_count(lines);
    gboolean *opaque = g_new0(gboolean, (gsize)count + 1);
    guint i;

    for (i = 0; i < blocks->len; i++) {
        const Block *block = &g_array_index(blocks, Block, i);
        int line;
        if (block->kind != BLOCK_OPAQUE)
            continue;
        for (line = block->first; line <= block->last && line < count; line++)
            opaque[line] = TRUE;
    }
    return opaque;
}

/* Punctuation that nearly nobody writes: U+2E0E to U+2E16 and U+2E2A to
 * U+2E2E. The parser treats it like a full stop or a bracket. */
static gunichar mark_character(unsigned index)
{
    enum { FIRST_RANGE = 9 };

    return index < FIRST_RANGE ? 0x2e0e + index
                               : 0x2e2a + (index - FIRST_RANGE);
}

char *token_choose_mark(const char *text)
{
    enum { CHARACTERS = 14 };
    unsigned i;

    for (i = 0; i < CHARACTERS * CHARACTERS; i++) {
        char mark[16] = "";
        unsigned first = i % CHARACTERS;
        unsigned second = (first + 1 + i / CHARACTERS) % CHARACTERS;
        int length = g_unichar_to_utf8(mark_character(first), mark);
        if (first == second)
            continue;
        g_unichar_to_utf8(mark_character(second), mark + length);
        if (!strstr(text, mark))
            return g_strdup(mark);
    }
    return NULL;
}

void token_append(GString *out, const char *mark, char letter, size_t index)
{
    g_string_append_printf(out, "%s%c%zu%s", mark, letter, index, mark);
}

size_t token_match(const char *text, const char *mark, char *letter,
                   size_t *index)
{
    enum { DIGITS_MAX = 9 };
    size_t length = strlen(mark);
    const char *at = text;
    int digits = 0;

    if (strncmp(at, mark, length) != 0 || !g_ascii_isalpha(at[length]))
        return 0;
    *letter = at[length];
    at += length + 1;
    *index = 0;
    for (; g_ascii_isdigit(*at) && digits < DIGITS_MAX; at++, digits++)
        *index = *index * 10 + (size_t)(*at - '0');
    if (digits == 0 || strncmp(at, mark, length) != 0)
        return 0;
    return (size_t)(at - text) + length;
}
