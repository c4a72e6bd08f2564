/* style.c - reading a theme, and writing its rules into style attributes. */
#include "document/style.h"

#include <string.h>

#include "document/element.h"

#define PARTS_MAX 3

typedef enum { POSITION_ANY, POSITION_FIRST, POSITION_LAST } Position;

/* `td.txt:first-child`; what is NULL may be anything. */
typedef struct Part {
    const char *element; /* these two in the style's names */
    const char *class;
    Position position;
} Part;

typedef struct Declaration {
    char *name;
    char *value;
} Declaration;

typedef struct Rule {
    Part parts[PARTS_MAX]; /* the outermost first */
    int part_count;
    int specificity;
    guint order;
    GArray *declarations; /* of Declaration, shared by the rule's selectors */
} Rule;

struct Style {
    GArray *rules; /* of Rule, weakest first */
    GStringChunk *names;
    GString *kept;
};

typedef struct Parser {
    const char *start;
    const char *at;
    const char *end;
    const char *file;
    Style *style;
} Parser;

static void clear_declaration(gpointer data)
{
    Declaration *declaration = data;

    g_free(declaration->name);
    g_free(declaration->value);
}

static void clear_rule(gpointer data)
{
    Rule *rule = data;

    g_array_unref(rule->declarations);
}

static GArray *new_declarations(void)
{
    GArray *declarations = g_array_new(FALSE, FALSE, sizeof(Declaration));

    g_array_set_clear_func(declarations, clear_declaration);
    return declarations;
}

void style_free(Style *style)
{
    if (!style)
        return;
    g_array_unref(style->rules);
    g_string_chunk_free(style->names);
    g_string_free(style->kept, TRUE);
    g_free(style);
}

const char *style_kept(const Style *style)
{
    return style->kept->str;
}

/* --- reading --- */

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

static bool is_space(char byte)
{
    return element_is_blank(byte);
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
        if (is_space(*parser->at)) {
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
        (parser->at < parser->end && !is_space(*parser->at) &&
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

/* Where the value ends: `;`, `}` or the end, outside of quotes and
 * parentheses. NULL when a quote is never closed. */
static const char *end_of_value(const char *at, const char *end)
{
    char quote = 0;
    int depth = 0;

    for (; at < end; at++) {
        if (quote) {
            quote = *at == quote ? 0 : quote;
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

/* Trimmed, without comments, each run of blanks one blank. */
static char *copy_value(const char *from, const char *end)
{
    GString *value = g_string_new(NULL);

    while (from < end) {
        const char *after = after_comment(from, end);
        bool is_blank = after > from || is_space(*from);
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
    value_end = end_of_value(from, parser->end);
    if (!value_end || value_end == parser->end)
        return fail(parser, from, error, "this value never ends");
    declaration.name = g_steal_pointer(&name);
    declaration.value = copy_value(from, value_end);
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
    g_autoptr(GArray) declarations = new_declarations();
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
    g_string_append_len(parser->style->kept, from, parser->at - from);
    g_string_append_c(parser->style->kept, '\n');
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
    g_autoptr(Style) style = g_new0(Style, 1);
    Parser parser = {css, css, css + length, file, style};

    style->rules = g_array_new(FALSE, FALSE, sizeof(Rule));
    g_array_set_clear_func(style->rules, clear_rule);
    style->names = g_string_chunk_new(256);
    style->kept = g_string_new(NULL);
    if (length > STYLE_BYTES_MAX) {
        error_set_at(error, ERROR_INPUT, (Place){file, 0, 0},
                     "a theme of more than %d bytes", STYLE_BYTES_MAX);
        return NULL;
    }
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

/* --- applying --- */

static bool is_first_element(const Node *node)
{
    for (node = node->previous; node; node = node->previous)
        if (node->kind == NODE_ELEMENT)
            return false;
    return true;
}

static bool is_last_element(const Node *node)
{
    for (node = node->next; node; node = node->next)
        if (node->kind == NODE_ELEMENT)
            return false;
    return true;
}

static bool part_matches(const Part *part, const Node *node)
{
    if (node->kind != NODE_ELEMENT)
        return false;
    if (part->element && strcmp(part->element, node->name) != 0)
        return false;
    if (part->class && !element_has_class(node, part->class))
        return false;
    if (part->position == POSITION_FIRST)
        return is_first_element(node);
    return part->position != POSITION_LAST || is_last_element(node);
}

/* With nothing but "somewhere inside", the nearest match is always right.
 * `root` itself is the document's and no element of the page. */
static bool rule_matches(const Rule *rule, const Node *node, const Node *root)
{
    int part = rule->part_count - 1;

    if (!part_matches(&rule->parts[part], node))
        return false;
    for (part--; part >= 0; part--) {
        do {
            node = node->parent;
        } while (node != root && !part_matches(&rule->parts[part], node));
        if (node == root)
            return false;
    }
    return true;
}

/* The later declaration of a property takes the place of the earlier one,
 * and stands last: `margin` behind `margin-top` must stay behind it. */
static void put_declaration(GArray *declarations, const Declaration *added)
{
    Declaration copy = {g_strdup(added->name), g_strdup(added->value)};

    for (guint i = 0; i < declarations->len; i++) {
        const Declaration *at = &g_array_index(declarations, Declaration, i);
        if (strcmp(at->name, added->name) == 0) {
            g_array_remove_index(declarations, i);
            break;
        }
    }
    g_array_append_val(declarations, copy);
}

/* The element's own declarations. What is none is left out. */
static void put_own(GArray *declarations, const char *style)
{
    const char *end = style + strlen(style);

    while (style < end) {
        const char *value_end = end_of_value(style, end);
        const char *colon = strchr(style, ':');
        if (!value_end)
            value_end = end;
        if (colon && colon < value_end) {
            g_autofree char *spelled = copy_value(style, colon);
            g_autofree char *name = g_ascii_strdown(spelled, -1);
            g_autofree char *value = copy_value(colon + 1, value_end);
            const Declaration own = {name, value};
            if (*name && *value)
                put_declaration(declarations, &own);
        }
        style = value_end + 1;
    }
}

static void apply_to_node(const Style *style, Document *document,
                          const Node *root, Node *node)
{
    g_autoptr(GArray) declarations = new_declarations();
    g_autoptr(GString) text = NULL;
    const char *own = node_attribute(node, "style");

    for (guint i = 0; i < style->rules->len; i++) {
        const Rule *rule = &g_array_index(style->rules, Rule, i);
        if (!rule_matches(rule, node, root))
            continue;
        for (guint j = 0; j < rule->declarations->len; j++)
            put_declaration(declarations,
                            &g_array_index(rule->declarations, Declaration, j));
    }
    if (declarations->len == 0)
        return;
    if (own)
        put_own(declarations, own);
    text = g_string_new(NULL);
    for (guint i = 0; i < declarations->len; i++) {
        const Declaration *at = &g_array_index(declarations, Declaration, i);
        g_string_append_printf(text, "%s%s:%s", i > 0 ? ";" : "", at->name,
                               at->value);
    }
    node_set_attribute(document, node, "style", text->str);
}

void style_apply(const Style *style, Document *document, Node *root)
{
    for (Node *node = node_following(root, root); node;
         node = node_following(node, root))
        if (node->kind == NODE_ELEMENT)
            apply_to_node(style, document, root, node);
}
