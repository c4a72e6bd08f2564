/* place.c - lines searched for what stands in them. */
#include "document/place.h"

#include <string.h>

/* Longer lines are not searched: nobody counts so far, and a line could be
 * the whole post. */
#define LINE_SEARCHED_MAX 4000

void place_finder_init(PlaceFinder *finder, const Document *document,
                       const char *file)
{
    *finder = (PlaceFinder){
        .file = file,
        .gap_prefix = document_gap_prefix(document),
        .lines = document_source(document),
    };
}

/* The line's bytes; NULL when it is not one of the body, or too long. */
static const char *line_at(const PlaceFinder *finder, int line, size_t *length)
{
    const char *text;
    int index;

    if (!finder->lines || line <= 0)
        return NULL;
    index = line - lines_number(finder->lines, 0);
    if (index < 0 || index >= lines_count(finder->lines))
        return NULL;
    text = lines_at(finder->lines, index, length);
    return *length <= LINE_SEARCHED_MAX ? text : NULL;
}

/* 0 behind a gap, which the author wrote in other words. */
static int column_of(const PlaceFinder *finder, const char *text, size_t offset)
{
    if (finder->gap_prefix &&
        g_strstr_len(text, (gssize)offset, finder->gap_prefix))
        return 0;
    return (int)g_utf8_strlen(text, (gssize)offset) + 1;
}

static bool ends_word(const char *words, const char *behind, const char *end)
{
    size_t length = strlen(words);

    return length == 0 || !g_ascii_isalnum(words[length - 1]) ||
           words[0] != '<' || behind == end || !g_ascii_isalnum(*behind);
}

static const char *search(const char *from, const char *end, const char *words)
{
    size_t length = strlen(words);

    for (; (size_t)(end - from) >= length; from++)
        if (g_ascii_strncasecmp(from, words, length) == 0 &&
            ends_word(words, from + length, end))
            return from;
    return NULL;
}

/* The first hit behind the last one, else the first of the line. */
static const char *find_next(PlaceFinder *finder, int line, const char *words,
                             const char *text, size_t length)
{
    unsigned hash = g_str_hash(words);
    bool again = finder->line == line && finder->words == hash &&
                 finder->behind <= length;
    const char *hit = NULL;

    if (again)
        hit = search(text + finder->behind, text + length, words);
    if (!hit)
        hit = search(text, text + length, words);
    if (!hit)
        return NULL;
    finder->line = line;
    finder->words = hash;
    finder->behind = (size_t)(hit - text) + strlen(words);
    return hit;
}

Place place_find(PlaceFinder *finder, int line, const char *words)
{
    Place place = {finder->file, line, 0};
    size_t length;
    const char *text = line_at(finder, line, &length);
    const char *hit;

    if (!text || !*words)
        return place;
    hit = find_next(finder, line, words, text, length);
    if (hit)
        place.column = column_of(finder, text, (size_t)(hit - text));
    return place;
}

Place place_of_tag(PlaceFinder *finder, const Node *node)
{
    g_autofree char *tag = g_strconcat("<", node->name, NULL);
    Place place = place_find(finder, node->line, tag);

    if (place.column == 0 && node_is(node, "img"))
        place = place_find(finder, node->line, "![");
    return place;
}

Place place_of_line(const PlaceFinder *finder, int line)
{
    Place place = {finder->file, line, 0};
    size_t length;
    const char *text = line_at(finder, line, &length);
    size_t blanks = 0;

    if (!text)
        return place;
    while (blanks < length && (text[blanks] == ' ' || text[blanks] == '\t'))
        blanks++;
    if (blanks < length)
        place.column = column_of(finder, text, blanks);
    return place;
}
