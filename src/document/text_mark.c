/* text_mark.c - where the marks of emphasis and code stand. */
#include "document/text_mark.h"

#include <stdbool.h>
#include <string.h>

#include "document/wrap.h"

/* Length of the space character that ends the first `length` bytes. */
static size_t space_before(const char *text, size_t length)
{
    if (length >= 1 && (text[length - 1] == ' ' || text[length - 1] == '\n' ||
                        text[length - 1] == TEXT_LINE_END))
        return 1;
    if (length >= 2 && memcmp(text + length - 2, TEXT_NO_BREAK_SPACE, 2) == 0)
        return 2;
    return 0;
}

static size_t space_at(const char *text, size_t length)
{
    if (length >= 1 && (*text == ' ' || *text == TEXT_LINE_END))
        return 1;
    if (length >= 2 && memcmp(text, TEXT_NO_BREAK_SPACE, 2) == 0)
        return 2;
    return 0;
}

/* Length of " [7]" or " (note 7)" at the end of the first `length` bytes. */
static size_t reference_before(const char *text, size_t length)
{
    size_t at = length;

    if (length == 0 || (text[length - 1] != ']' && text[length - 1] != ')'))
        return 0;
    while (at > 0 && text[at - 1] != WRAP_GLUE[0])
        at--;
    if (at == 0 || (text[at] != '[' && text[at] != '('))
        return 0;
    for (size_t i = at + 1; i + 1 < length; i++)
        if (text[i] == ']' || text[i] == ')' || text[i] == '\n')
            return 0;
    return length - (at - 1);
}

/* One line of marked text: blanks and references at its ends stay outside of
 * the marks. */
static void mark_line(GString *out, const char *text, size_t length,
                      const char *mark)
{
    size_t start = 0;
    size_t end = length;
    size_t step;

    while ((step = space_at(text + start, length - start)))
        start += step;
    while (end > start && ((step = space_before(text, end)) ||
                           (step = reference_before(text, end))))
        end -= step;
    if (end <= start) {
        g_string_append_len(out, text, (gssize)length);
        return;
    }
    g_string_append_len(out, text, (gssize)start);
    g_string_append(out, mark);
    g_string_append_len(out, text + start, (gssize)(end - start));
    g_string_append(out, mark);
    g_string_append_len(out, text + end, (gssize)(length - end));
}

void text_mark(GString *out, const GString *text, const char *mark)
{
    const char *at = text->str;
    const char *line_end;

    while ((line_end = strchr(at, '\n'))) {
        mark_line(out, at, (size_t)(line_end - at), mark);
        g_string_append_c(out, '\n');
        at = line_end + 1;
    }
    mark_line(out, at, strlen(at), mark);
}

size_t text_mark_trim(const char *text, size_t start, size_t end)
{
    size_t step;

    while (end > start && (step = space_before(text, end)))
        end -= step;
    return end;
}
