/* style_parse.c - reading a theme. */
#include <string.h>

#include "document/element.h"
#include "document/style_rule.h"

typedef struct Parser {
    const char *start;
    const char *at;
    const char *end;
    const char *file;
    Style *style;
} Parser;

static Place place_of(const Parser *parser, const char *at)
{
    Place place = {parser->file, 1, 1};

    for (const char *from = parser->start; from < at; from++) {
        if (*from == '\n') {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)*from & 0xC0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

static bool fail(const Parser *parser, const char *at, GError **error,
                 const char *text)
{
    error_set_at(error, ERROR_INPUT, place_of(parser, at), "%s", text);
    return false;
}

static bool is_word(char byte)
{
    return g_ascii_isalnum(byte) || byte == '-' || byte == '_';
}

/* Blanks and comments. False when a comment does not end. */
static bool skip_space(Parser *parser, GError **error)
{
    while (parser->at < parser->end) {
        const char *close;
        if (element_is_blank(*parser->at)) {
            parser->at++;
            continue;
        }
        if (parser->end - parser->at < 2 || memcmp(parser->at, "/*", 2) != 0)
            return true;
        close = g_strstr_len(parser->at + 2, parser->end - parser->at - 2,
                             "*/");
        if (!close)
            return fail(parser, parser->at, error, "this comment never ends");
        parser->at = close + 2;
    }
    return true;
}

/* Lower case; NULL when there is none. */
static char *read_word(Parser *parser)
{
    const char *from = parser->at;

    while (parser->at < parser->end && is_word(*parser->at))
        parser->at++;
    if (parser->at == from)
        return NULL;
    return g_ascii_strdown(from, parser->at - from);
}

/* Classes keep their case. */
static const char *read_class(Parser *parser)
{
    const char *from = ++parser->at;
    g_autofree char *word = NULL;

    while (parser->at < parser->end && is_word(*parser->at))
        parser->at++;
    word = g_strndup(from, (gsize)(parser->at - from));
    return *word ? g_string_chunk_insert_const(parser->style->names, word)
                 : NULL;
}

static bool read_position(Parser *parser, Part *part, GError **error)
{
    const char *from = parser->at++;
    g_autofree char *word = read_word(parser);

    if (g_strcmp0(word, "first-child") == 0)
        part->position = POSITION_FIRST;
    else if (g_strcmp0(word, "last-child") == 0)
        part->position = POSITION_LAST;
    else
        return fail(parser, from, error,
                    "only :first-child and :last-child are understood");
    return true;
}

static bool read_part(Parser *parser, Part *part, GError **error)
{
    const char *from = parser->at;

    *part = (Part){0};
    if (g_ascii_isalpha(*parser->at)) {
        g_autofree char *word = read_word(parser);
        part->element = g_string_chunk_insert_const(parser->style->names, word);
    }
    if (parser->at < parser->end && *parser->at == '.') {
        part->class = read_class(parser);
        if (!part->class)
            return fail(parser, from, error, "a class needs a name");
    }
    if (parser->at < parser->end && *parser->at == ':' &&
        !read_position(parser, part, error))
        return false;
    if (parser->at == from ||
        (parser->at < parser->end && !element_is_blank(*parser->at) &&
         !strchr(",{/", *parser->at)))
        return fail(parser, parser->at, error,
                    "this selector is not understood: allowed are `element`, "
                    "`.class`, `element.class`, and up to three of them "
                    "inside each other");
    return true;
}

static int weigh(const Rule *rule)
{
    int weight = 0;

    for (int i = 0; i < rule->part_count; i++) {
        const Part *part = &rule->parts[i];
        weight += (part->class ? 100 : 0) + (part->element ? 1 : 0) +
                  (part->position != POSITION_ANY ? 100 : 0);
    }
    return weight;
}

/* One selector, up to `,` or `{`. */
static bool read_selector(Parser *parser, Rule *rule, GError **error)
{
    rule->part_count = 0;
    for (;;) {
        if (!skip_space(parser, error))
            return false;
        if (parser->at == parser->end)
            return fail(parser, parser->at, error, "a rule ends without `{`");
        if (rule->part_count > 0 && (*parser->at == ',' || *parser->at == '{'))
            break;
        if (rule->part_count == PARTS_MAX)
            return fail(parser, parser->at, error,
                        "more than three elements inside each other");
        if (!read_part(parser, &rule->parts[rule->part_count], error))
            return false;
        rule->part_count++;
    }
    rule->specificity = weigh(rule);
    return true;
}

const char *style_end_of_value(const char *at, const char *end)
{
    char quote = 0;
    int depth = 0;

    for (; at < end; at++) {
        if (quote) {
            if (*at == quote)
                quote = '\0';
        } else if (*at == '"' || *at == '\'') {
            quote = *at;
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')' && depth > 0) {
            depth--;
        } else if ((*at == ';' && depth == 0) || *at == '}') {
            break;
        }
    }
    return quote ? NULL : at;
}

/* The byte behind the comment at `from`, or `from`. */
static const char *after_comment(const char *from, const char *end)
{
    const char *close;

    if (end - from < 2 || memcmp(from, "/*", 2) != 0)
        return from;
    close = g_strstr_len(from + 2, end - from - 2, "*/");
    return close ? close + 2 : end;
}

char *style_copy_value(const char *from, const char *end)
{
    GString *value = g_string_new(NULL);

    while (from < end) {
        const char *after = after_comment(from, end);
        bool is_blank = after > from || element_is_blank(*from);
        if (!is_blank)
            g_string_append_c(value, *from);
        else if (value->len > 0 && value->str[value->len - 1] != ' ')
            g_string_append_c(value, ' ');
        from = after > from ? after : from + 1;
    }
    if (value->len > 0 && value->str[value->len - 1] == ' ')
        g_string_truncate(value, value->len - 1);
    return g_string_free(value, FALSE);
}

/* What could leave the <style> element or the attribute, or fetch
 * something. */
static bool check_bytes(const Parser *parser, const char *from, const char *end,
                        GError **error)
{
    for (const char *at = from; at < end; at++) {
        if (*at == '<' || *at == '\0')
            return fail(parser, at, error, "`<` may not stand in a theme");
        if (end - at >= 4 && g_ascii_strncasecmp(at, "url(", 4) == 0)
            return fail(parser, at, error,
                        "a theme may not load anything: no url()");
    }
    return true;
}

static bool check_value(const Parser *parser, const char *from,
                        const char *value, GError **error)
{
    if (!*value)
        return fail(parser, from, error, "this property has no value");
    if (strchr(value, '!'))
        return fail(parser, from, error,
                    "`!important` may stand in @media rules only");
    if (strpbrk(value, "{@\\"))
        return fail(parser, from, error, "this value is not understood");
    return true;
}

static bool read_declaration(Parser *parser, GArray *declarations,
                             GError **error)
{
    g_autofree char *name = read_word(parser);
    Declaration declaration;
    const char *from;
    const char *value_end;

    if (!name)
        return fail(parser, parser->at, error, "a property is expected here");
    if (!skip_space(parser, error))
        return false;
    if (parser->at == parser->end || *parser->at != ':')
        return fail(parser, parser->at, error,
                    "`:` is expected after a property");
    from = ++parser->at;
    value_end = style_end_of_value(from, parser->end);
    if (!value_end || value_end == parser->end)
        return fail(parser, from, error, "this value never ends");
    declaration.name = g_steal_pointer(&name);
    declaration.value = style_copy_value(from, value_end);
    g_array_append_val(declarations, declaration);
    parser->at = value_end + (*value_end == ';');
    return check_bytes(parser, from, value_end, error) &&
           check_value(parser, from, declaration.value, error);
}

static bool read_declarations(Parser *parser, GArray *declarations,
                              GError **error)
{
    const char *open = parser->at++;

    for (;;) {
        if (!skip_space(parser, error))
            return false;
        if (parser->at == parser->end)
            return fail(parser, open, error, "this `{` is never closed");
        if (*parser->at == '}') {
            parser->at++;
            return true;
        }
        if (*parser->at == ';')
            parser->at++;
        else if (!read_declaration(parser, declarations, error))
            return false;
    }
}

static bool read_rule(Parser *parser, GError **error)
{
    g_autoptr(GArray) declarations = style_new_declarations();
    GArray *rules = parser->style->rules;
    guint first = rules->len;

    do {
        Rule rule = {.order = rules->len};
        if (rules->len > first)
            parser->at++; /* the comma */
        if (!read_selector(parser, &rule, error))
            return false;
        rule.declarations = g_array_ref(declarations);
        g_array_append_val(rules, rule);
    } while (*parser->at == ',');
    return read_declarations(parser, declarations, error);
}

/* Does the block at `from`, whose `{` is somewhere before `end`, say how
 * things look in the dark? */
static bool is_for_dark(const char *from, const char *end)
{
    const char *open = memchr(from, '{', (size_t)(end - from));
    g_autofree char *prelude = g_ascii_strdown(from, open - from);

    return *from == '[' || strstr(prelude, "prefers-color-scheme") != NULL;
}

static void keep(const Style *style, StyleKept which, const char *from,
                 const char *end)
{
    g_string_append_len(style->kept[which], from, end - from);
    g_string_append_c(style->kept[which], '\n');
}

/* Copies up to the brace that closes the first one. */
static bool keep_block(Parser *parser, GError **error)
{
    const char *from = parser->at;
    int depth = 0;

    for (; parser->at < parser->end; parser->at++) {
        if (*parser->at == '{')
            depth++;
        if (*parser->at == '}' && --depth <= 0)
            break;
    }
    if (parser->at == parser->end || depth < 0)
        return fail(parser, from, error, "this block is never closed");
    parser->at++;
    keep(parser->style, STYLE_ALL, from, parser->at);
    keep(parser->style, is_for_dark(from, parser->at) ? STYLE_DARK : STYLE_PAGE,
         from, parser->at);
    return check_bytes(parser, from, parser->at, error);
}

static bool begins_with(const Parser *parser, const char *text)
{
    size_t length = strlen(text);

    return (size_t)(parser->end - parser->at) > length &&
           memcmp(parser->at, text, length) == 0;
}

static bool read_statement(Parser *parser, GError **error)
{
    if (begins_with(parser, "@media") && !is_word(parser->at[6]))
        return keep_block(parser, error);
    if (begins_with(parser, "[data-og"))
        return keep_block(parser, error);
    if (*parser->at == '@')
        return fail(parser, parser->at, error,
                    "of the @-rules only @media is understood");
    if (*parser->at == '[')
        return fail(parser, parser->at, error,
                    "of the attributes only [data-ogsc] and [data-ogsb] are "
                    "understood");
    return read_rule(parser, error);
}

static gint compare_rules(gconstpointer a, gconstpointer b)
{
    const Rule *left = a;
    const Rule *right = b;

    if (left->specificity != right->specificity)
        return left->specificity < right->specificity ? -1 : 1;
    return left->order < right->order ? -1 : 1;
}

Style *style_parse(const char *css, size_t length, const char *file,
                   GError **error)
{
    Parser parser = {css, css, css + length, file, NULL};
    g_autoptr(Style) style = NULL;

    if (length > STYLE_BYTES_MAX) {
        error_set_at(error, ERROR_INPUT, (Place){file, 0, 0},
                     "a theme of more than %zu bytes", STYLE_BYTES_MAX);
        return NULL;
    }
    parser.style = style = style_new();
    for (;;) {
        if (!skip_space(&parser, error))
            return NULL;
        if (parser.at == parser.end)
            break;
        if (!read_statement(&parser, error))
            return NULL;
    }
    g_array_sort(style->rules, compare_rules);
    return g_steal_pointer(&style);
}
