#include "letter/template.h"

#include <string.h>

#include "letter/template_tag.h"

struct Template {
    TemplateNode *first;
    TemplateFormat format;
    GString *source;
};

/* One file being read. */
typedef struct Parser {
    Template *template;
    const TemplateSource *source;
    TagReader tags;
    const char *indent; /* of a partial's tag that stood alone; "" */
    int section_depth;
    int partial_depth;
} Parser;

/* Where the nodes of one block go, and what opened it. */
typedef struct Block {
    TemplateNode **tail;
    TemplateNode *owner; /* NULL: the file itself */
    const Tag *opener;
    bool has_else;
} Block;

static bool parse_block(Parser *parser, Block *block, GError **error);

static void free_nodes(TemplateNode *node)
{
    while (node != NULL) {
        TemplateNode *next = node->next;
        free_nodes(node->children);
        free_nodes(node->otherwise);
        expression_clear(&node->expression);
        g_free(node->text);
        g_free(node->item);
        g_free(node);
        node = next;
    }
}

static void append_node(Block *block, TemplateNode *node)
{
    *block->tail = node;
    block->tail = &node->next;
}

/* Each line of a partial gets the indent of its tag; a line that vanishes
 * gets none. */
static char *indent_lines(const Parser *parser, const char *from,
                          const char *to, bool line_goes_on)
{
    GString *text = g_string_new(NULL);

    for (const char *p = from; p <= to; p++) {
        bool at_start = p == parser->tags.text || p[-1] == '\n';
        if (at_start && (p < to || line_goes_on))
            g_string_append(text, parser->indent);
        if (p < to)
            g_string_append_c(text, *p);
    }
    return g_string_free(text, FALSE);
}

static void append_text(Parser *parser, Block *block, const char *from,
                        const char *to, bool line_goes_on)
{
    char *text = parser->indent[0] == '\0'
                     ? g_strndup(from, (gsize)(to - from))
                     : indent_lines(parser, from, to, line_goes_on);

    if (text[0] == '\0') {
        g_free(text);
        return;
    }
    TemplateNode *node = g_new0(TemplateNode, 1);
    node->kind = TEMPLATE_TEXT;
    node->text = text;
    node->length = strlen(text);
    append_node(block, node);
}

static bool check_value(const Parser *parser, const TemplateNode *node,
                        GError **error)
{
    const char *name = node->expression.name;
    Place place = node->expression.place;
    bool own = strcmp(name, "content") == 0 || strcmp(name, "style") == 0 ||
               g_str_has_prefix(name, "style.");
    bool html = parser->source->format == TEMPLATE_HTML;

    if (html && expression_has(&node->expression, FILTER_UNDERLINE)) {
        error_set_at(error, ERROR_INPUT, place,
                     "`underline` is for text templates only");
        return false;
    }
    if (own && node->expression.filters != NULL) {
        error_set_at(error, ERROR_INPUT, place, "`%s` takes no filters", name);
        return false;
    }
    if (node->raw && !own) {
        error_set_at(error, ERROR_INPUT, place,
                     "{{{ }}} is for `content` and `style` only; write "
                     "{{ %s }}, which is escaped",
                     name);
        return false;
    }
    if (html && own && !node->raw) {
        error_set_at(error, ERROR_INPUT, place,
                     "`%s` is written {{{ %s }}} in an HTML template", name,
                     name);
        return false;
    }
    return true;
}

static bool add_value(Parser *parser, Block *block, const Tag *tag,
                      GError **error)
{
    TemplateNode *node = g_new0(TemplateNode, 1);

    node->kind = TEMPLATE_VALUE;
    node->raw = tag->kind == TAG_RAW;
    append_node(block, node);
    return expression_parse(tag->text, tag->length, tag->place,
                            &node->expression, error) &&
           check_value(parser, node, error);
}

/* `list as item`; `as` may be missing. */
static bool read_each(TemplateNode *node, const Tag *tag, GError **error)
{
    const char *as = g_strstr_len(tag->text, (gssize)tag->length, " as ");
    size_t length = as != NULL ? (size_t)(as - tag->text) : tag->length;

    node->expression.name = expression_parse_name(tag->text, length, tag->place,
                                                  error);
    if (node->expression.name == NULL || as == NULL)
        return node->expression.name != NULL;
    node->item = expression_parse_name(as + 4, tag->length - length - 4,
                                       tag->place, error);
    if (node->item == NULL)
        return false;
    if (strpbrk(node->item, ". ") != NULL) {
        error_set_at(error, ERROR_INPUT, tag->place,
                     "`%s` cannot name an item: one word, please", node->item);
        return false;
    }
    return true;
}

static TemplateKind section_kind(const Tag *tag)
{
    if (tag->kind == TAG_EACH)
        return TEMPLATE_EACH;
    return tag->kind == TAG_IF ? TEMPLATE_IF : TEMPLATE_SECTION;
}

static bool add_section(Parser *parser, Block *block, const Tag *tag,
                        GError **error)
{
    TemplateNode *node = g_new0(TemplateNode, 1);
    Block inner = {&node->children, node, tag, false};
    bool good;

    node->kind = section_kind(tag);
    node->inverted = tag->kind == TAG_INVERTED;
    node->block = tag->alone;
    node->expression.place = tag->place;
    append_node(block, node);
    if (parser->section_depth == TEMPLATE_DEPTH_MAX) {
        error_set_at(error, ERROR_INPUT, tag->place,
                     "sections are nested over %d deep", TEMPLATE_DEPTH_MAX);
        return false;
    }
    if (tag->kind == TAG_EACH) {
        good = read_each(node, tag, error);
    } else {
        node->expression.name = expression_parse_name(tag->text, tag->length,
                                                      tag->place, error);
        good = node->expression.name != NULL;
    }
    if (!good)
        return false;
    parser->section_depth++;
    good = parse_block(parser, &inner, error);
    parser->section_depth--;
    return good;
}

static bool take_source(Template *template, const char *text, size_t length,
                        Place place, GError **error)
{
    const char *bad;

    if (template->source->len + length > TEMPLATE_BYTES_MAX) {
        error_set_at(error, ERROR_INPUT, place,
                     "the template and its partials are over %d bytes",
                     TEMPLATE_BYTES_MAX);
        return false;
    }
    if (!g_utf8_validate_len(text, length, &bad)) {
        Place line = {place.file, 1, 0};
        for (const char *p = text; p < bad; p++)
            line.line += *p == '\n';
        error_set_at(error, ERROR_INPUT, line, "this line is not UTF-8 text");
        return false;
    }
    g_string_append_len(template->source, text, (gssize)length);
    return true;
}

/* Without a byte order mark, line ends LF. */
static char *clean_source(const char *text, size_t length)
{
    GString *clean = g_string_sized_new(length);
    size_t i = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    for (; i < length; i++) {
        if (text[i] == '\r' && i + 1 < length && text[i + 1] == '\n')
            continue;
        g_string_append_c(clean, text[i] == '\r' ? '\n' : text[i]);
    }
    return g_string_free(clean, FALSE);
}

static bool parse_file(Parser *parser, const char *file, const char *text,
                       size_t length, Block *block, GError **error)
{
    Place place = {g_intern_string(file), 0, 0};

    if (!take_source(parser->template, text, length, place, error))
        return false;
    g_autofree char *clean = clean_source(text, length);
    tag_reader_init(&parser->tags, place.file, clean);
    return parse_block(parser, block, error);
}

static bool check_partial_name(const Tag *tag, const char *name, GError **error)
{
    size_t good = strspn(name, "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    if (name[0] != '\0' && name[good] == '\0' && good <= 100)
        return true;
    error_set_at(error, ERROR_INPUT, tag->place,
                 "`%s` cannot name a partial: letters, digits, `-` and `_`",
                 name);
    return false;
}

static bool add_partial(Parser *parser, Block *block, const Tag *tag,
                        GError **error)
{
    const TemplateSource *source = parser->source;
    g_autofree char *name = g_strndup(tag->text, tag->length);
    g_autofree char *file = NULL;

    g_strstrip(name);
    if (!check_partial_name(tag, name, error))
        return false;
    if (parser->partial_depth == TEMPLATE_PARTIALS_MAX) {
        error_set_at(error, ERROR_INPUT, tag->place,
                     "partials are nested over %d deep; does `%s` contain "
                     "itself?",
                     TEMPLATE_PARTIALS_MAX, name);
        return false;
    }
    g_autoptr(GError) reason = NULL;
    g_autofree char *text = source->partial != NULL
                                ? source->partial(source->data, name, &file,
                                                  &reason)
                                : NULL;
    if (text == NULL) {
        error_set_at(error, ERROR_INPUT, tag->place, "no partial `%s`%s%s",
                     name, reason != NULL ? ": " : "",
                     reason != NULL ? reason->message : "");
        return false;
    }
    g_autofree char *own = tag->alone ? tag_indent(tag) : g_strdup("");
    g_autofree char *indent = g_strconcat(parser->indent, own, NULL);
    Parser inner = *parser;
    inner.indent = indent;
    inner.partial_depth++;
    Block into = {block->tail, NULL, NULL, false};
    bool good = parse_file(&inner, file, text, strlen(text), &into, error);
    block->tail = into.tail;
    return good;
}

static bool start_otherwise(Block *block, const Tag *tag, GError **error)
{
    TemplateNode *owner = block->owner;

    if (owner == NULL || block->has_else) {
        error_set_at(error, ERROR_INPUT, tag->place,
                     owner == NULL ? "{{else}} stands outside of a section"
                                   : "a second {{else}} in one section");
        return false;
    }
    block->has_else = true;
    owner->block = owner->block && tag->alone;
    block->tail = &owner->otherwise;
    return true;
}

static bool closes(const Block *block, const Tag *tag)
{
    const Tag *opener = block->opener;
    g_autofree char *name = g_strndup(tag->text, tag->length);

    if (opener == NULL)
        return false;
    g_strstrip(name);
    if (opener->kind == TAG_IF)
        return strcmp(name, "if") == 0;
    if (opener->kind == TAG_EACH)
        return strcmp(name, "each") == 0;
    return strcmp(name, block->owner->expression.name) == 0;
}

static bool end_block(Block *block, const Tag *tag, GError **error)
{
    g_autofree char *shown = tag_shown(tag);

    if (closes(block, tag)) {
        block->owner->block = block->owner->block && tag->alone;
        return true;
    }
    if (block->opener == NULL) {
        error_set_at(error, ERROR_INPUT, tag->place,
                     "`%s` closes nothing that is open here", shown);
        return false;
    }
    g_autofree char *open = tag_shown(block->opener);
    error_set_at(error, ERROR_INPUT, tag->place,
                 "`%s` cannot close the `%s` of line %d", shown, open,
                 block->opener->place.line);
    return false;
}

static bool add_tag(Parser *parser, Block *block, const Tag *tag,
                    GError **error)
{
    switch (tag->kind) {
    case TAG_VALUE:
    case TAG_RAW:
        return add_value(parser, block, tag, error);
    case TAG_IF:
    case TAG_EACH:
    case TAG_SECTION:
    case TAG_INVERTED:
        return add_section(parser, block, tag, error);
    case TAG_PARTIAL:
        return add_partial(parser, block, tag, error);
    case TAG_COMMENT:
    case TAG_DELIMITERS:
    case TAG_ELSE:
    case TAG_CLOSE:
    case TAG_NONE:
        return true;
    }
    g_assert_not_reached();
}

static bool finish_block(const Block *block, GError **error)
{
    if (block->opener == NULL)
        return true;
    g_autofree char *open = tag_shown(block->opener);
    error_set_at(error, ERROR_INPUT, block->opener->place,
                 "`%s` is never closed", open);
    return false;
}

static bool parse_block(Parser *parser, Block *block, GError **error)
{
    for (;;) {
        const char *from = parser->tags.at;
        Tag tag;
        if (!tag_reader_next(&parser->tags, &tag, error))
            return false;
        append_text(parser, block, from, tag.before,
                    tag.kind != TAG_NONE && !tag.alone);
        if (tag.kind == TAG_NONE)
            return finish_block(block, error);
        if (tag.kind == TAG_CLOSE)
            return end_block(block, &tag, error);
        if (tag.kind == TAG_ELSE && !start_otherwise(block, &tag, error))
            return false;
        if (!add_tag(parser, block, &tag, error))
            return false;
    }
}

Template *template_parse(const TemplateSource *source, GError **error)
{
    Template *template = g_new0(Template, 1);
    Parser parser = {.template = template, .source = source, .indent = ""};
    Block block = {&template->first, NULL, NULL, false};

    template->format = source->format;
    template->source = g_string_new(NULL);
    if (!parse_file(&parser, source->file, source->text, source->length, &block,
                    error))
        g_clear_pointer(&template, template_free);
    return template;
}

void template_free(Template *template)
{
    if (template == NULL)
        return;
    free_nodes(template->first);
    g_string_free(template->source, TRUE);
    g_free(template);
}

const TemplateNode *template_first(const Template *template)
{
    return template->first;
}

TemplateFormat template_format(const Template *template)
{
    return template->format;
}

const char *template_source(const Template *template)
{
    return template->source->str;
}
