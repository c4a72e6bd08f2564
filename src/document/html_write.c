/* html_write.c - the tree as HTML source. */
#include "document/html_write.h"

#include <string.h>

#include "document/element.h"

/* Characters beyond ASCII are written as references while they are at most
 * one in so many. */
#define FEW_OF 10

typedef struct Writer {
    const char *gap_prefix;
    GString *out;
    bool as_references;
    bool is_line_start;
    int verbatim; /* depth of elements whose blanks count */
} Writer;

/* --- characters --- */

static void count_characters(const char *text, size_t *all, size_t *beyond)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if ((byte & 0xC0) == 0x80 || element_is_blank(*text))
            continue;
        ++*all;
        *beyond += byte >= 0x80;
    }
}

static bool is_few(const Node *root)
{
    size_t all = 0;
    size_t beyond = 0;

    for (const Node *node = root; node; node = node_following(node, root)) {
        if (node->kind == NODE_TEXT)
            count_characters(node->text, &all, &beyond);
        for (const Attribute *at = node->attributes; at; at = at->next)
            count_characters(at->value, &all, &beyond);
    }
    return beyond <= all / FEW_OF;
}

/* Blanks and joiners that nobody would see in the source. */
static bool is_invisible(gunichar c)
{
    return c == 0xAD || (c >= 0x2000 && c <= 0x200F) || c == 0x202F ||
           (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || c == 0x34F;
}

/* One character beyond ASCII; gives the byte after it. */
static const char *put_wide(Writer *writer, const char *text)
{
    gunichar c = g_utf8_get_char_validated(text, -1);

    if (c == (gunichar)-1 || c == (gunichar)-2)
        return text + 1;
    if (c == 0xA0)
        g_string_append(writer->out, "&nbsp;");
    else if (c < 0xA0)
        ; /* C1 controls: as references they would mean something else */
    else if (writer->as_references || is_invisible(c))
        g_string_append_printf(writer->out, "&#%u;", (unsigned)c);
    else
        g_string_append_len(writer->out, text, g_utf8_next_char(text) - text);
    return g_utf8_next_char(text);
}

static const char *put_character(Writer *writer, const char *text,
                                 bool is_attribute)
{
    switch (*text) {
    case '&':
        g_string_append(writer->out, "&amp;");
        break;
    case '<':
        g_string_append(writer->out, "&lt;");
        break;
    case '>':
        g_string_append(writer->out, "&gt;");
        break;
    case '"':
        g_string_append(writer->out, is_attribute ? "&quot;" : "\"");
        break;
    default:
        if ((unsigned char)*text >= 0x80)
            return put_wide(writer, text);
        if ((unsigned char)*text >= ' ' || element_is_blank(*text))
            g_string_append_c(writer->out, *text);
    }
    return text + 1;
}

static void put_escaped(Writer *writer, const char *text, bool is_attribute)
{
    while (*text)
        text = put_character(writer, text, is_attribute);
}

/* --- lines --- */

static void end_line(Writer *writer)
{
    GString *out = writer->out;

    if (writer->verbatim > 0)
        return;
    if (!writer->is_line_start) {
        while (out->len > 0 && out->str[out->len - 1] == ' ')
            g_string_truncate(out, out->len - 1);
        g_string_append_c(out, '\n');
    }
    writer->is_line_start = true;
}

/* Stands on lines of its own. */
static bool is_line(const Node *node)
{
    static const char *const names[] = {"head",   "meta", "title", "style",
                                        "script", "link", "base",  NULL};

    if (node->kind == NODE_COMMENT || node->kind == NODE_DOCTYPE)
        return node->kind == NODE_DOCTYPE || node->text[0] == '[' ||
               strchr(node->text, '\n');
    return element_is_block(node) ||
           (node->kind == NODE_ELEMENT && g_strv_contains(names, node->name));
}

static bool is_blank_node(const Node *node)
{
    return node && node->kind == NODE_TEXT && element_is_blank_text(node->text);
}

/* Is the text, whose neighbour this is, at the edge of a block, so that a
 * blank there says nothing? */
static bool is_edge(const Node *neighbour, const Node *parent)
{
    if (neighbour)
        return is_line(neighbour) || node_is(neighbour, "br");
    return !parent->parent || is_line(parent);
}

static bool is_at_start(const Node *node)
{
    const Node *before = node->previous;

    while (is_blank_node(before))
        before = before->previous;
    return is_edge(before, node->parent);
}

static bool is_at_end(const Node *node)
{
    const Node *behind = node->next;

    while (is_blank_node(behind))
        behind = behind->next;
    return is_edge(behind, node->parent);
}

/* Texts beside each other share their blanks. */
static bool follows_blank(const Writer *writer, const Node *node)
{
    const GString *out = writer->out;

    return node->previous && node->previous->kind == NODE_TEXT &&
           out->len > 0 && out->str[out->len - 1] == ' ';
}

/* A run of blanks says no more than one. */
static void put_text(Writer *writer, const Node *node)
{
    const char *text = node->text;
    bool drops_first;
    bool drops_last;

    if (writer->verbatim > 0) {
        put_escaped(writer, text, false);
        return;
    }
    drops_first = is_at_start(node) || follows_blank(writer, node);
    drops_last = is_at_end(node);
    while (*text) {
        const char *from = text;
        while (element_is_blank(*text))
            text++;
        if (text > from && !(drops_first && from == node->text) &&
            !(drops_last && !*text))
            g_string_append_c(writer->out, ' ');
        if (!*text)
            break;
        while (*text && !element_is_blank(*text))
            text = put_character(writer, text, false);
        writer->is_line_start = false;
    }
}

/* --- elements --- */

static bool is_address(const char *name)
{
    return strcmp(name, "href") == 0 || strcmp(name, "src") == 0 ||
           strcmp(name, "background") == 0 || strcmp(name, "cite") == 0;
}

static void put_attributes(Writer *writer, const Node *node)
{
    for (const Attribute *at = node->attributes; at; at = at->next) {
        g_autofree char *marked = NULL;
        g_string_append_printf(writer->out, " %s=\"", at->name);
        if (is_address(at->name))
            marked = gap_mark_url(at->value, writer->gap_prefix);
        put_escaped(writer, marked ? marked : at->value, true);
        g_string_append_c(writer->out, '"');
    }
}

/* Blanks inside count. */
static bool is_verbatim(const Node *node)
{
    const char *style = node_attribute(node, "style");
    const char *white_space;

    if (node_is(node, "pre") || node_is(node, "textarea") ||
        element_is_raw(node))
        return true;
    white_space = style ? strstr(style, "white-space") : NULL;
    return white_space && strstr(white_space, "pre");
}

static void put_start_tag(Writer *writer, const Node *node)
{
    const Node *first = node->first_child;

    if (is_line(node))
        end_line(writer);
    g_string_append_printf(writer->out, "<%s", node->name);
    put_attributes(writer, node);
    g_string_append_c(writer->out, '>');
    writer->is_line_start = false;
    /* The parser drops a line end that follows the tag. */
    if ((node_is(node, "pre") || node_is(node, "textarea")) && first &&
        first->kind == NODE_TEXT && first->text[0] == '\n')
        g_string_append_c(writer->out, '\n');
    if (is_verbatim(node))
        writer->verbatim++;
}

static void put_end_tag(Writer *writer, const Node *node)
{
    if (is_verbatim(node))
        writer->verbatim--;
    if (!element_is_void(node)) {
        g_string_append_printf(writer->out, "</%s>", node->name);
        writer->is_line_start = false;
    }
    if (is_line(node))
        end_line(writer);
}

/* A comment that holds nothing but a gap stands for what will be put there;
 * other comments are ours, and those for Outlook must not change. */
static void put_comment(Writer *writer, const Node *node)
{
    const char *gap_prefix = writer->gap_prefix;
    size_t length = gap_match(node->text, gap_prefix, NULL, NULL);

    if (length > 0 && node->text[length] == '\0') {
        g_string_append(writer->out, node->text);
        writer->is_line_start = false;
        return;
    }
    if (is_line(node))
        end_line(writer);
    g_string_append_printf(writer->out, "<!--%s-->", node->text);
    writer->is_line_start = false;
    if (is_line(node))
        end_line(writer);
}

static void put_doctype(Writer *writer, const Node *node)
{
    g_string_append_printf(writer->out, "<!DOCTYPE %s>",
                           node->text && *node->text ? node->text : "html");
    writer->is_line_start = false;
    end_line(writer);
}

static void put_leaf(Writer *writer, const Node *node)
{
    if (node->kind == NODE_COMMENT) {
        put_comment(writer, node);
    } else if (node->kind == NODE_DOCTYPE) {
        put_doctype(writer, node);
    } else if (element_is_raw(node->parent)) {
        g_string_append(writer->out, node->text);
        writer->is_line_start = false;
    } else {
        put_text(writer, node);
    }
}

/* Without recursion: a shell may be nested as deep as a document. */
static void put_tree(Writer *writer, const Node *root)
{
    const Node *node = root->first_child;

    while (node) {
        if (node->kind == NODE_ELEMENT)
            put_start_tag(writer, node);
        else
            put_leaf(writer, node);
        if (node->kind == NODE_ELEMENT && node->first_child) {
            node = node->first_child;
            continue;
        }
        if (node->kind == NODE_ELEMENT)
            put_end_tag(writer, node);
        while (!node->next && node->parent != root) {
            node = node->parent;
            put_end_tag(writer, node);
        }
        node = node->next;
    }
}

void html_write(const Document *document, GString *out)
{
    const Node *root = document_root_const(document);
    Writer writer = {
        .gap_prefix = document_gap_prefix(document),
        .out = out,
        .as_references = is_few(root),
        .is_line_start = true,
    };

    put_tree(&writer, root);
    end_line(&writer);
}
