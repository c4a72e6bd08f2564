/* front_matter.c - see front_matter.h. */
#include "post/front_matter.h"

#include <string.h>

#include "base/value_fault.h"
#include "post/foreign.h"
#include "post/post.h"
#include "post/source.h"

typedef struct Block {
    const char *start; /* the first line behind the opening one */
    const char *stop;  /* the closing line, or the text's end */
    const char *end;   /* of the text */
    int line;          /* of the opening line */
    bool closed;
    SourceLine closing; /* with closed */
} Block;

static bool is_fence(const SourceLine *line, const char *sign)
{
    if (line->length < 3 || memcmp(line->start, sign, 3) != 0)
        return false;
    for (size_t i = 3; i < line->length; i++)
        if (!g_ascii_isspace(line->start[i]))
            return false;
    return true;
}

/* A line of dashes only that is not the closing one: the first has blanks
 * before three dashes, the second has more than three. */
static bool is_misshapen_fence(const SourceLine *line)
{
    size_t at = 0;
    while (at < line->length && strchr(" \t", line->start[at]) != NULL)
        at++;
    size_t dashes = at;
    while (at < line->length && line->start[at] == '-')
        at++;
    dashes = at - dashes;
    while (at < line->length && g_ascii_isspace(line->start[at]))
        at++;
    return at == line->length && dashes >= 3;
}

static bool is_map(const char *start, const char *stop)
{
    g_autoptr(Value)
        value = value_parse(start, (size_t)(stop - start), "", 1, NULL, NULL);
    return value != NULL && value->kind == VALUE_MAP && value->entries->len > 0;
}

/* When the YAML does not hold up to its end, a line of dashes inside it was
 * often meant to close it. It was, if everything above it is a map. */
static bool find_misshapen(const Block *block, SourceLine *found)
{
    const char *limit = block->stop;
    if (limit - block->start > (ptrdiff_t)POST_FRONT_MATTER_MAX)
        limit = block->start + (ptrdiff_t)POST_FRONT_MATTER_MAX;
    SourceLine line;
    bool more = source_first_line(block->start, limit, &line);
    for (; more; more = source_next_line(&line, limit)) {
        if (!is_misshapen_fence(&line))
            continue;
        *found = line;
        found->number += block->line;
        /* Only the first is tried: one parse, however many there are. */
        return is_map(block->start, line.start);
    }
    return false;
}

static bool fail_misshapen(const SourceLine *line, const char *file,
                           GError **error)
{
    bool has_blank = g_ascii_isspace(line->start[0]);
    error_set_at(error, ERROR_INPUT, (Place){file, line->number, 1},
                 has_blank ? "the line that closes the front matter begins "
                             "with a blank, so it does not close it; write "
                             "`---` at the line's start"
                           : "the line that closes the front matter has more "
                             "than three dashes, so it does not close it; "
                             "write `---`");
    return false;
}

/* --- what may be wrong with a value --- */

static bool needs_quotes(const char *value, size_t length)
{
    static const char pairs[] = "[]{}\"\"''";
    if (length == 0 || value[0] == '|' || value[0] == '>')
        return false;
    if (strchr("@`%*", value[0]) != NULL)
        return true;
    const char *pair = strchr(pairs, value[0]);
    if (pair != NULL)
        return memchr(value + 1, pair[1], length - 1) != NULL &&
               value[length - 1] != pair[1];
    return g_strstr_len(value, (gssize)length, ": ") != NULL ||
           value[length - 1] == ':';
}

/* The most frequent mistakes in YAML, which libyaml tells in its own words
 * only: what to do about the first of them, or NULL. */
static char *find_hint(const Block *block)
{
    SourceLine line;
    bool more = source_first_line(block->start, block->stop, &line);
    for (; more; more = source_next_line(&line, block->stop)) {
        int number = block->line + line.number;
        size_t blanks = 0;
        while (blanks < line.length && line.start[blanks] == ' ')
            blanks++;
        if (blanks < line.length && line.start[blanks] == '\t')
            return g_strdup_printf("line %d is indented with a tab; YAML wants "
                                   "blanks",
                                   number);
        const char *colon = memchr(line.start, ':', line.length);
        if (blanks > 0 || colon == NULL || line.start[0] == '#')
            continue;
        const char *value = colon + 1;
        const char *stop = line.start + line.length;
        while (value < stop && *value == ' ')
            value++;
        while (stop > value && g_ascii_isspace(stop[-1]))
            stop--;
        if (needs_quotes(value, (size_t)(stop - value)))
            return g_strdup_printf(
                "on line %d the whole value of `%.*s` needs quotes around it",
                number, (int)MIN(colon - line.start, 40), line.start);
    }
    return NULL;
}

static bool fail_yaml(const Block *block, const char *file, GError *reason,
                      GError **error)
{
    SourceLine misshapen;
    if (find_misshapen(block, &misshapen)) {
        g_error_free(reason);
        return fail_misshapen(&misshapen, file, error);
    }
    g_autofree char *hint = find_hint(block);
    if (hint == NULL)
        error_set(error, ERROR_INPUT, "%s", reason->message);
    else
        error_set(error, ERROR_INPUT, "%.*s; %s",
                  (int)value_fault_length(reason->message), reason->message,
                  hint);
    g_error_free(reason);
    return false;
}

static bool fail_unclosed(const Block *block, const char *file, GError **error)
{
    SourceLine misshapen;
    if (find_misshapen(block, &misshapen))
        return fail_misshapen(&misshapen, file, error);
    error_set_at(error, ERROR_INPUT, (Place){file, block->line, 1},
                 "the front matter that begins here is never closed; write a "
                 "line `---` below its last key");
    return false;
}

/* --- reading --- */

/* False when the text does not begin with `---`. */
static bool find_block(const char *text, const char *end, Block *block)
{
    SourceLine line;
    bool more = source_first_line(text, end, &line);
    while (more && strspn(line.start, " \t") >= line.length)
        more = source_next_line(&line, end);
    if (!more || !is_fence(&line, "---"))
        return false;
    *block = (Block){
        .start = line.next, .stop = end, .end = end, .line = line.number};
    while (!block->closed && source_next_line(&line, end)) {
        block->closed = is_fence(&line, "---") || is_fence(&line, "...");
        block->closing = line;
    }
    if (block->closed)
        block->stop = block->closing.start;
    return true;
}

static Value *parse_block(const Block *block, const char *file,
                          Findings *findings, GError **error)
{
    if (!foreign_check_inside(block->start, block->stop, file, block->line,
                              error))
        return NULL;
    if (!block->closed) {
        fail_unclosed(block, file, error);
        return NULL;
    }
    size_t length = (size_t)(block->stop - block->start);
    if (length > (size_t)POST_FRONT_MATTER_MAX) {
        error_set_at(error, ERROR_INPUT, (Place){file, block->line, 1},
                     "a front matter over %d bytes", POST_FRONT_MATTER_MAX);
        return NULL;
    }
    GError *reason = NULL;
    g_autoptr(Value) value = value_parse(block->start, length, file,
                                         block->line + 1, findings, &reason);
    if (value == NULL) {
        fail_yaml(block, file, reason, error);
        return NULL;
    }
    if (value->kind != VALUE_MAP) {
        error_set_at(error, ERROR_INPUT, value->place,
                     "no keys stand between the two lines `---`; write "
                     "`title: My post` there");
        return NULL;
    }
    return g_steal_pointer(&value);
}

bool front_matter_read(const char *text, size_t length, const char *file,
                       Findings *findings, FrontMatter *front, GError **error)
{
    const char *end = text + length;
    Block block;
    if (find_block(text, end, &block)) {
        Value *map = parse_block(&block, file, findings, error);
        if (map == NULL)
            return false;
        *front = (FrontMatter){true, map, (size_t)(block.closing.next - text),
                               block.closing.number + 1};
        return true;
    }
    if (!foreign_check_start(text, end, file, error))
        return false;
    *front = (FrontMatter){false, value_parse("", 0, file, 1, NULL, NULL), 0,
                           1};
    return true;
}
