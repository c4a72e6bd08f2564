/* sniff.c - see sniff.h. */
#include "post/sniff.h"

#include <string.h>

/* Elements open at a time that are kept; deeper ones are counted only. */
#define SNIFF_DEPTH_MAX 128

typedef enum {
    KIND_INLINE,
    KIND_BLOCK, /* ends an open <p> */
    KIND_BOX,   /* a block in which Markdown may stand */
    KIND_ITEM,  /* <li>, <td> …: ends one of its kind */
    KIND_VOID,
    KIND_RAW,    /* its content is no text: <style> */
    KIND_SHADOW, /* <html>, <head>, <body>: as if not there */
} Kind;

typedef struct Element {
    const char *name;
    Kind kind;
} Element;

static const Element elements[] = {
    {"a", KIND_INLINE},         {"abbr", KIND_INLINE},
    {"acronym", KIND_INLINE},   {"address", KIND_BLOCK},
    {"area", KIND_VOID},        {"article", KIND_BOX},
    {"aside", KIND_BOX},        {"audio", KIND_INLINE},
    {"b", KIND_INLINE},         {"base", KIND_VOID},
    {"bdi", KIND_INLINE},       {"bdo", KIND_INLINE},
    {"big", KIND_INLINE},       {"blockquote", KIND_BLOCK},
    {"body", KIND_SHADOW},      {"br", KIND_VOID},
    {"button", KIND_INLINE},    {"canvas", KIND_INLINE},
    {"caption", KIND_BLOCK},    {"center", KIND_BOX},
    {"cite", KIND_INLINE},      {"code", KIND_INLINE},
    {"col", KIND_VOID},         {"colgroup", KIND_BLOCK},
    {"dd", KIND_ITEM},          {"del", KIND_INLINE},
    {"details", KIND_BOX},      {"dfn", KIND_INLINE},
    {"div", KIND_BOX},          {"dl", KIND_BLOCK},
    {"dt", KIND_ITEM},          {"em", KIND_INLINE},
    {"embed", KIND_VOID},       {"fieldset", KIND_BLOCK},
    {"figcaption", KIND_BLOCK}, {"figure", KIND_BOX},
    {"font", KIND_INLINE},      {"footer", KIND_BOX},
    {"form", KIND_BLOCK},       {"h1", KIND_BLOCK},
    {"h2", KIND_BLOCK},         {"h3", KIND_BLOCK},
    {"h4", KIND_BLOCK},         {"h5", KIND_BLOCK},
    {"h6", KIND_BLOCK},         {"head", KIND_SHADOW},
    {"header", KIND_BOX},       {"hr", KIND_VOID},
    {"html", KIND_SHADOW},      {"i", KIND_INLINE},
    {"iframe", KIND_RAW},       {"img", KIND_VOID},
    {"input", KIND_VOID},       {"ins", KIND_INLINE},
    {"kbd", KIND_INLINE},       {"label", KIND_INLINE},
    {"legend", KIND_BLOCK},     {"li", KIND_ITEM},
    {"link", KIND_VOID},        {"main", KIND_BOX},
    {"map", KIND_INLINE},       {"mark", KIND_INLINE},
    {"math", KIND_INLINE},      {"meta", KIND_VOID},
    {"nav", KIND_BOX},          {"noscript", KIND_INLINE},
    {"object", KIND_INLINE},    {"ol", KIND_BLOCK},
    {"p", KIND_BLOCK},          {"param", KIND_VOID},
    {"picture", KIND_INLINE},   {"pre", KIND_BLOCK},
    {"q", KIND_INLINE},         {"s", KIND_INLINE},
    {"samp", KIND_INLINE},      {"script", KIND_RAW},
    {"section", KIND_BOX},      {"select", KIND_INLINE},
    {"small", KIND_INLINE},     {"source", KIND_VOID},
    {"span", KIND_INLINE},      {"strike", KIND_INLINE},
    {"strong", KIND_INLINE},    {"style", KIND_RAW},
    {"sub", KIND_INLINE},       {"summary", KIND_BLOCK},
    {"sup", KIND_INLINE},       {"svg", KIND_INLINE},
    {"table", KIND_BLOCK},      {"tbody", KIND_ITEM},
    {"td", KIND_ITEM},          {"textarea", KIND_RAW},
    {"tfoot", KIND_ITEM},       {"th", KIND_ITEM},
    {"thead", KIND_ITEM},       {"time", KIND_INLINE},
    {"title", KIND_RAW},        {"tr", KIND_ITEM},
    {"track", KIND_VOID},       {"tt", KIND_INLINE},
    {"u", KIND_INLINE},         {"ul", KIND_BLOCK},
    {"var", KIND_INLINE},       {"video", KIND_INLINE},
    {"wbr", KIND_VOID},
};

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

static const Element *find_element(const char *name, size_t length)
{
    for (size_t i = 0; i < G_N_ELEMENTS(elements); i++)
        if (strlen(elements[i].name) == length &&
            g_ascii_strncasecmp(elements[i].name, name, length) == 0)
            return &elements[i];
    return NULL;
}

bool sniff_is_element(const char *name, size_t length)
{
    return find_element(name, length) != NULL;
}

static bool is_named(const Element *element, const char *name)
{
    return element != NULL && strcmp(element->name, name) == 0;
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
           g_strstr_len(text, (gssize)length, "**") != NULL ||
           memchr(text, '`', length) != NULL;
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
 * one of `walls` stands between. */
static void close_named(Walk *walk, const char *name, const char *const *walls)
{
    for (size_t i = walk->depth; i > 0; i--) {
        const Element *open = walk->open[i - 1];
        if (is_named(open, name)) {
            pop_to(walk, i - 1);
            return;
        }
        for (size_t j = 0; open != NULL && walls[j] != NULL; j++)
            if (is_named(open, walls[j]))
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
    static const char *const lists[] = {"ul", "ol", "dl", NULL};
    static const char *const tables[] = {"table", NULL};
    static const char *const cells[] = {
        "td", "th", "caption", "li", "dd", "details", "button", "table", NULL};
    if (element->kind == KIND_BLOCK || element->kind == KIND_BOX ||
        element->kind == KIND_ITEM || is_named(element, "hr"))
        close_named(walk, "p", cells);
    if (element->kind != KIND_ITEM)
        return;
    if (is_named(element, "li")) {
        close_named(walk, "li", lists);
    } else if (is_named(element, "dt") || is_named(element, "dd")) {
        close_named(walk, "dt", lists);
        close_named(walk, "dd", lists);
    } else if (is_named(element, "td") || is_named(element, "th")) {
        close_named(walk, "td", tables);
        close_named(walk, "th", tables);
    } else {
        close_named(walk, "tr", tables);
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
    static const char *const none[] = {NULL};
    close_named(walk, element->name, none);
}

/* --- the walk --- */

/* The '>' of the tag that begins at walk->at, NULL when it never ends. */
static const char *tag_end(const Walk *walk)
{
    char quote = 0;
    char before = 0;
    for (const char *at = walk->at; at < walk->end; at++) {
        if (quote != 0) {
            quote = *at == quote ? 0 : quote;
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
    const Element *element = is_custom ? NULL : find_element(name, length);
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
           find_element(name, length) != NULL;
}

PostFormat sniff_format(const char *body, size_t length)
{
    Walk walk = {.at = body, .end = body + length};
    walk_all(&walk);
    if (walk.has_boxed_text)
        return POST_MARKDOWN;
    if (!walk.has_bare_text)
        return begins_as_html(body) ? POST_HTML : POST_MARKDOWN;
    bool is_cut = walk.block_ends > 0 && !walk.has_bare_break &&
                  !walk.has_bare_sign;
    return is_cut ? POST_HTML : POST_MARKDOWN;
}
