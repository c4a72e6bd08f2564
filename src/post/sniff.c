/* sniff.c - see sniff.h. */
#include "post/sniff.h"

#include <string.h>

#include "post/element.h"

/* Elements open at a time that are kept; deeper ones are counted only. */
#define SNIFF_DEPTH_MAX 128

typedef struct Walk {
    const char *at;
    const char *end;
    const Element *open[SNIFF_DEPTH_MAX]; /* NULL: an unknown element */
    size_t depth;
    size_t deeper;       /* open beyond the limit */
    bool has_bare_text;  /* words outside every element */
    bool has_bare_break; /* an empty line between such words */
    bool has_bare_sign;  /* a sign of Markdown among them */
    bool has_boxed_text; /* words and an empty line right in a box */
    size_t block_ends;   /* closing block tags and <br> */
} Walk;

static bool is_named(const Element *element, const char *name)
{
    return element != NULL && element->name[0] == name[0] &&
           strcmp(element->name, name) == 0;
}

/* --- text --- */

static bool is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isspace(text[i]))
            return false;
    return true;
}

/* An empty line with words before it or behind it. */
static bool has_empty_line(const char *text, size_t length)
{
    const char *end = text + length;
    for (const char *at = text; at < end; at++) {
        if (*at != '\n')
            continue;
        const char *next = at + 1;
        while (next < end && (*next == ' ' || *next == '\t'))
            next++;
        if (next < end && *next == '\n')
            return true;
    }
    return false;
}

/* An empty line with words on both sides. */
static bool has_inner_empty_line(const char *text, size_t length)
{
    while (length > 0 && g_ascii_isspace(*text)) {
        text++;
        length--;
    }
    while (length > 0 && g_ascii_isspace(text[length - 1]))
        length--;
    return has_empty_line(text, length);
}

static bool begins_as_markdown(const char *line, size_t length)
{
    size_t at = 0;
    while (at < length && at < 4 && line[at] == ' ')
        at++;
    if (at >= length)
        return false;
    const char *text = line + at;
    size_t left = length - at;
    if (strchr("#>|", *text) != NULL)
        return true;
    if (left >= 2 && strchr("-*+", *text) != NULL && text[1] == ' ')
        return true;
    if (left >= 3 &&
        (memcmp(text, "```", 3) == 0 || memcmp(text, "~~~", 3) == 0 ||
         memcmp(text, "---", 3) == 0 || memcmp(text, "===", 3) == 0))
        return true;
    size_t digits = 0;
    while (digits < left && g_ascii_isdigit(text[digits]))
        digits++;
    return digits > 0 && digits < 4 && digits + 1 < left &&
           strchr(".)", text[digits]) != NULL && text[digits + 1] == ' ';
}

static bool has_markdown_sign(const char *text, size_t length)
{
    const char *end = text + length;
    for (const char *line = text; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        if (begins_as_markdown(line, (size_t)(stop - line)))
            return true;
        line = stop + 1;
    }
    return g_strstr_len(text, (gssize)length, "](") != NULL ||
           g_strstr_len(text, (gssize)length, "][") != NULL ||
           memchr(text, '`', length) != NULL ||
           memchr(text, '*', length) != NULL ||
           g_strstr_len(text, (gssize)length, " _") != NULL;
}

static void see_text(Walk *walk, const char *text, size_t length)
{
    if (is_blank(text, length))
        return;
    if (walk->depth == 0) {
        walk->has_bare_text = true;
        walk->has_bare_break |= has_inner_empty_line(text, length);
        walk->has_bare_sign |= has_markdown_sign(text, length);
        return;
    }
    const Element *inner = walk->open[walk->depth - 1];
    if (walk->deeper == 0 && inner != NULL && inner->kind == KIND_BOX)
        walk->has_boxed_text |= has_empty_line(text, length);
}

/* --- elements --- */

static void pop_to(Walk *walk, size_t depth)
{
    walk->depth = depth;
    walk->deeper = 0;
}

/* Takes out the nearest open element of this name, with what is in it, unless
 * one with one of the `walls` stands between. */
static void close_named(Walk *walk, const char *name, unsigned walls)
{
    for (size_t i = walk->depth; i > 0; i--) {
        const Element *open = walk->open[i - 1];
        if (is_named(open, name)) {
            pop_to(walk, i - 1);
            return;
        }
        if (open != NULL && (open->walls & walls) != 0)
            return;
    }
}

static void push(Walk *walk, const Element *element)
{
    if (walk->depth < SNIFF_DEPTH_MAX)
        walk->open[walk->depth++] = element;
    else
        walk->deeper++;
}

/* HTML 13.1.2.4: which end tags may be left out. */
static void end_implied(Walk *walk, const Element *element)
{
    if (element->kind == KIND_BLOCK || element->kind == KIND_BOX ||
        element->kind == KIND_ITEM || is_named(element, "hr"))
        close_named(walk, "p", WALL_CELL);
    if (element->kind != KIND_ITEM)
        return;
    if (is_named(element, "li")) {
        close_named(walk, "li", WALL_LIST);
    } else if (is_named(element, "dt") || is_named(element, "dd")) {
        close_named(walk, "dt", WALL_LIST);
        close_named(walk, "dd", WALL_LIST);
    } else if (is_named(element, "td") || is_named(element, "th")) {
        close_named(walk, "td", WALL_TABLE);
        close_named(walk, "th", WALL_TABLE);
    } else {
        close_named(walk, "tr", WALL_TABLE);
    }
}

static void skip_raw(Walk *walk, const Element *element)
{
    size_t length = strlen(element->name);
    const char *at = walk->at;
    while ((at = memchr(at, '<', (size_t)(walk->end - at))) != NULL) {
        if (at[1] == '/' &&
            g_ascii_strncasecmp(at + 2, element->name, length) == 0) {
            walk->at = at;
            return;
        }
        at++;
    }
    walk->at = walk->end;
}

static void start_tag(Walk *walk, const Element *element, bool is_closed)
{
    if (element == NULL) {
        if (!is_closed)
            push(walk, NULL);
        return;
    }
    end_implied(walk, element);
    if (is_named(element, "br"))
        walk->block_ends++;
    if (element->kind == KIND_VOID || element->kind == KIND_SHADOW)
        return;
    if (element->kind == KIND_RAW)
        skip_raw(walk, element);
    else
        push(walk, element);
}

static void end_tag(Walk *walk, const Element *element)
{
    if (element == NULL) {
        /* Names of unknown elements are not kept: the innermost ends. */
        if (walk->deeper > 0)
            walk->deeper--;
        else if (walk->depth > 0 && walk->open[walk->depth - 1] == NULL)
            walk->depth--;
        return;
    }
    if (element->kind == KIND_BLOCK || element->kind == KIND_BOX ||
        element->kind == KIND_ITEM)
        walk->block_ends++;
    close_named(walk, element->name, 0);
}

/* --- the walk --- */

/* The '>' of the tag that begins at walk->at, NULL when it never ends. */
static const char *tag_end(const Walk *walk)
{
    char quote = 0;
    char before = 0;
    for (const char *at = walk->at; at < walk->end; at++) {
        if (quote != 0) {
            if (*at == quote)
                quote = 0;
        } else if ((*at == '"' || *at == '\'') && before == '=') {
            quote = *at;
        } else if (*at == '>') {
            return at;
        }
        if (!g_ascii_isspace(*at))
            before = *at;
    }
    return NULL;
}

static bool is_tag_start(const char *at)
{
    return at[0] == '<' &&
           (g_ascii_isalpha(at[1]) || at[1] == '!' || at[1] == '?' ||
            (at[1] == '/' && g_ascii_isalpha(at[2])));
}

/* A comment, doctype or tag. What never ends swallows the rest, as in HTML. */
static void take_markup(Walk *walk)
{
    const char *start = walk->at;
    if (start[1] == '!' || start[1] == '?') {
        bool is_comment = strncmp(start, "<!--", 4) == 0;
        const char *stop = is_comment ? strstr(start + 4, "-->")
                                      : strchr(start, '>');
        walk->at = stop ? stop + (is_comment ? 3 : 1) : walk->end;
        return;
    }
    const char *stop = tag_end(walk);
    if (stop == NULL) {
        see_text(walk, start, (size_t)(walk->end - start));
        walk->at = walk->end;
        return;
    }
    bool is_end = start[1] == '/';
    const char *name = start + 1 + is_end;
    size_t length = 0;
    while (g_ascii_isalnum(name[length]))
        length++;
    walk->at = stop + 1;
    /* `<https://…>` and `<a@b.example>` are Markdown's, `<x-y>` is HTML. */
    if (name[length] == ':' || name[length] == '@' || name[length] == '.') {
        see_text(walk, start, (size_t)(walk->at - start));
        return;
    }
    bool is_custom = name[length] == '-' || name[length] == '_';
    const Element *element = is_custom ? NULL : element_find(name, length);
    if (is_end)
        end_tag(walk, element);
    else
        start_tag(walk, element, stop[-1] == '/');
}

static void walk_all(Walk *walk)
{
    while (walk->at < walk->end) {
        if (is_tag_start(walk->at)) {
            take_markup(walk);
            continue;
        }
        const char *start = walk->at;
        do
            walk->at++;
        while (walk->at < walk->end && !is_tag_start(walk->at));
        see_text(walk, start, (size_t)(walk->at - start));
    }
}

static bool begins_as_html(const char *body)
{
    while (g_ascii_isspace(*body))
        body++;
    if (body[0] != '<')
        return false;
    if (body[1] == '!' || body[1] == '?')
        return true;
    const char *name = body + 1;
    size_t length = 0;
    while (g_ascii_isalnum(name[length]))
        length++;
    return strchr(" \t\n/>", name[length]) != NULL && name[length] != '\0' &&
           element_find(name, length) != NULL;
}

static bool begins_with_markup(const char *body)
{
    while (g_ascii_isspace(*body))
        body++;
    return *body == '<';
}

/* A doctype or <html>: nobody writes Markdown into a whole page. */
static bool is_page(const char *body)
{
    static const char *const names[] = {"!doctype", "html", "head", "body"};
    while (g_ascii_isspace(*body))
        body++;
    for (size_t i = 0; *body == '<' && i < G_N_ELEMENTS(names); i++) {
        size_t length = strlen(names[i]);
        if (g_ascii_strncasecmp(body + 1, names[i], length) == 0 &&
            !g_ascii_isalnum(body[1 + length]))
            return true;
    }
    return false;
}

PostFormat sniff_format(const char *body, size_t length)
{
    if (is_page(body))
        return POST_HTML;
    Walk walk = {.at = body, .end = body + length};
    walk_all(&walk);
    if (walk.has_boxed_text)
        return POST_MARKDOWN;
    if (!walk.has_bare_text)
        return begins_as_html(body) ? POST_HTML : POST_MARKDOWN;
    bool is_cut = !begins_with_markup(body) && walk.block_ends > 0 &&
                  !walk.has_bare_break && !walk.has_bare_sign;
    return is_cut ? POST_HTML : POST_MARKDOWN;
}
