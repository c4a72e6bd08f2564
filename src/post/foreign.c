/* foreign.c - see foreign.h. */
#include "post/foreign.h"

#include <string.h>

#include "post/source.h"

#define WAY_OUT                                                                \
    "write the keys as YAML, such as `title: My post`, between two lines "     \
    "`---`"
#define LOOK_AHEAD 12 /* lines in which reStructuredText shows its fields */

static bool fail(GError **error, const char *file, int line,
                 const char *sentence)
{
    error_set_at(error, ERROR_INPUT, (Place){file, line, 1}, "%s", sentence);
    return false;
}

static bool begins(const SourceLine *line, const char *prefix)
{
    size_t length = strlen(prefix);
    return line->length >= length &&
           g_ascii_strncasecmp(line->start, prefix, length) == 0;
}

/* The word before the first colon is one of the keys that posts begin with. */
static bool is_key_line(const SourceLine *line)
{
    static const char *const keys[] = {
        "title",    "subject", "date",   "updated",  "author",
        "authors",  "tags",    "slug",   "category", "categories",
        "summary",  "layout",  "status", "modified", "number",
        "language", "lang",    "url",    "permalink"};
    const char *colon = memchr(line->start, ':', line->length);
    if (colon == NULL)
        return false;
    size_t length = (size_t)(colon - line->start);
    while (length > 0 && line->start[length - 1] == ' ')
        length--;
    bool ends_well = colon + 1 == line->start + line->length || colon[1] == ' ';
    for (size_t i = 0; ends_well && i < G_N_ELEMENTS(keys); i++)
        if (strlen(keys[i]) == length &&
            g_ascii_strncasecmp(keys[i], line->start, length) == 0)
            return true;
    return false;
}

/* `key = value`, `[table]`, a comment, or nothing. */
static bool is_toml_line(const SourceLine *line)
{
    size_t at = 0;
    while (at < line->length && g_ascii_isspace(line->start[at]))
        at++;
    if (at == line->length || strchr("#[]{}\"'", line->start[at]) != NULL)
        return true;
    size_t key = at;
    while (at < line->length && (g_ascii_isalnum(line->start[at]) ||
                                 strchr("_-.", line->start[at]) != NULL))
        at++;
    bool has_key = at > key;
    while (at < line->length && line->start[at] == ' ')
        at++;
    return has_key && at + 1 < line->length && line->start[at] == '=' &&
           line->start[at + 1] != '=';
}

static bool is_plus_fence(const SourceLine *line)
{
    return begins(line, "+++") &&
           strspn(line->start + 3, " \t\n") + 3 >= line->length;
}

static bool fail_plus(SourceLine line, const char *end, const char *file,
                      GError **error)
{
    int first = line.number;
    bool is_toml = true;
    bool is_closed = false;
    while (!is_closed && source_next_line(&line, end)) {
        is_closed = is_plus_fence(&line);
        is_toml = is_toml && (is_closed || is_toml_line(&line));
    }
    if (!is_closed)
        return fail(error, file, first,
                    "a front matter of `+++` that never ends; " WAY_OUT);
    return fail(error, file, first,
                is_toml ? "this front matter is TOML (`+++`), which mirmail "
                          "does not read; " WAY_OUT
                        : "what stands between `+++` here is neither YAML nor "
                          "TOML; " WAY_OUT);
}

/* A title with a line of signs below, or fields as `:date: 2014-07-15`. */
static bool is_restructured(SourceLine line, const char *end)
{
    for (int i = 0; i < LOOK_AHEAD; i++) {
        const char *colon = line.length > 2 && line.start[0] == ':'
                                ? memchr(line.start + 1, ':', line.length - 1)
                                : NULL;
        bool is_word = colon != NULL;
        for (const char *at = line.start + 1; is_word && at < colon; at++)
            is_word = g_ascii_isalpha(*at);
        if (is_word && colon > line.start + 1 &&
            colon + 1 < line.start + line.length && colon[1] == ' ')
            return true;
        if (!source_next_line(&line, end))
            return false;
    }
    return false;
}

static bool is_json(const char *text, const char *end)
{
    if (*text != '{')
        return false;
    text++;
    while (text < end && g_ascii_isspace(*text))
        text++;
    return text < end && *text == '"';
}

/* ` ---` or `-----` where `---` was meant. */
static bool is_near_fence(SourceLine line, const char *end)
{
    size_t blanks = strspn(line.start, " \t");
    size_t dashes = strspn(line.start + blanks, "-");
    if (dashes < 3 || line.start + blanks + dashes > end ||
        blanks + dashes > line.length)
        return false;
    return source_next_line(&line, end) && is_key_line(&line);
}

/* One key alone may be the first words of a text: `Date: next Monday`. */
static bool is_header(SourceLine line, const char *end)
{
    if (!is_key_line(&line))
        return false;
    if (begins(&line, "title") || begins(&line, "subject"))
        return true;
    return source_next_line(&line, end) && is_key_line(&line);
}

bool foreign_check_start(const char *text, const char *end, const char *file,
                         GError **error)
{
    SourceLine line;
    if (!source_first_line(text, end, &line))
        return true;
    while (strspn(line.start, " \t") >= line.length)
        if (!source_next_line(&line, end))
            return true;
    if (is_plus_fence(&line))
        return fail_plus(line, end, file, error);
    if (begins(&line, "@def "))
        return fail(error, file, line.number,
                    "`@def` is Franklin's front matter, which mirmail does "
                    "not read; " WAY_OUT);
    if (begins(&line, "#+title:") || begins(&line, "#+options:"))
        return fail(error, file, line.number,
                    "this is an Org file, which mirmail does not read; write "
                    "Markdown or HTML, and " WAY_OUT);
    if (is_json(line.start, end))
        return fail(error, file, line.number,
                    "this front matter is JSON without lines around it; put "
                    "`---` above and below it");
    if (is_near_fence(line, end))
        return fail(error, file, line.number,
                    "the front matter must begin with exactly `---`, without "
                    "a blank before it");
    if (is_header(line, end))
        return fail(error, file, line.number,
                    "the post begins with a key as in Pelican, without a line "
                    "`---`; put `---` above the first and below the last key");
    if (is_restructured(line, end))
        return fail(error, file, line.number,
                    "this is reStructuredText, which mirmail does not read; "
                    "write Markdown or HTML, and " WAY_OUT);
    return true;
}

bool foreign_check_inside(const char *text, const char *end, const char *file,
                          int first_line, GError **error)
{
    SourceLine line;
    if (!source_first_line(text, end, &line))
        return true;
    while (strspn(line.start, " \t") >= line.length)
        if (!source_next_line(&line, end))
            return true;
    int number = first_line + line.number;
    if (begins(&line, ".") && line.length > 1 &&
        g_ascii_isalpha(line.start[1]) &&
        memchr(line.start, '=', line.length) != NULL)
        return fail(error, file, number,
                    "this front matter is Ziggy (`.title = …`), which mirmail "
                    "does not read; write YAML, such as `title: My post`");
    if (is_key_line(&line) || !is_toml_line(&line) ||
        memchr(line.start, '=', line.length) == NULL || line.start[0] == '#' ||
        memchr(line.start, ':', line.length) != NULL)
        return true;
    return fail(error, file, number,
                "this front matter is TOML between lines `---`; write YAML, "
                "such as `title: My post`");
}
