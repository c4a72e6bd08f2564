/* lint.c - small checks on the finished tree. */
#include "document/lint.h"

#include <string.h>

static const char *const BLOCKS[] = {
    "blockquote", "caption",    "col",    "colgroup", "dd",    "div", "dl",
    "dt",         "figcaption", "figure", "h1",       "h2",    "h3",  "h4",
    "h5",         "h6",         "hr",     "li",       "ol",    "p",   "pre",
    "section",    "table",      "tbody",  "td",       "tfoot", "th",  "thead",
    "tr",         "ul",         NULL,
};

static bool is_block(const Node *node)
{
    return node && node->kind == NODE_ELEMENT &&
           g_strv_contains(BLOCKS, node->name);
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\n\r\f")] == '\0';
}

static bool is_preformatted(const Node *node, const Node *root)
{
    for (; node && node != root; node = node->parent)
        if (node_is(node, "pre"))
            return true;
    return false;
}

/* A blank at the start or end of a block, or beside one. */
static bool means_nothing(const Node *text, const Node *root)
{
    bool before = text->previous ? is_block(text->previous)
                                 : is_block(text->parent);
    bool after = text->next ? is_block(text->next) : is_block(text->parent);

    return (before || after) && !is_preformatted(text->parent, root);
}

void lint_tidy(Document *document)
{
    Node *root = document_root(document);
    Node *node = root->first_child;

    while (node) {
        Node *next = node_following(node, root);
        if (node->line == 0)
            node->line = node->parent->line;
        if (node->kind == NODE_TEXT && is_blank(node->text) &&
            means_nothing(node, root))
            node_detach(node);
        node = next;
    }
}

static void check_heading(const Node *node, Place place, Findings *findings)
{
    g_autoptr(GString) text = g_string_new(NULL);
    glong length;

    node_append_text(node, text);
    length = g_utf8_strlen(text->str, -1);
    if (length > LINT_HEADING_MAX)
        findings_add(findings, SEVERITY_WARNING, "heading", place,
                     "a heading of %ld characters; a paragraph directly "
                     "above `---` becomes one",
                     length);
}

static bool is_code(const Node *node, const Node *root)
{
    for (; node && node != root; node = node->parent)
        if (node_is(node, "code") || node_is(node, "pre") ||
            node_is(node, "samp") || node_is(node, "kbd"))
            return true;
    return false;
}

static void check_text(const Node *node, Place place, Findings *findings)
{
    const char *broken = strstr(node->text, "](");
    const char *at;

    if (!broken)
        broken = strstr(node->text, "] (http");
    if (!broken || !memchr(node->text, '[', (size_t)(broken - node->text)))
        return;
    for (at = node->text; at < broken; at++)
        if (*at == '\n')
            place.line++;
    findings_add(findings, SEVERITY_WARNING, "link", place,
                 "`%s` stands in the text: is the syntax of a link broken?",
                 broken[1] == ' ' ? "] (http" : "](");
}

static bool is_any_heading(const Node *node)
{
    return node->name[0] == 'h' && g_ascii_isdigit(node->name[1]) &&
           node->name[2] == '\0';
}

void lint_report(const Document *document, const char *file, Findings *findings)
{
    const Node *root = document_root_const(document);
    const Node *node = root->first_child;

    for (; node; node = node_following(node, root)) {
        Place place = {file, node->line, 0};
        if (node->kind == NODE_TEXT) {
            if (!is_code(node->parent, root))
                check_text(node, place, findings);
        } else if (node_is(node, "img")) {
            if (!node_attribute(node, "alt"))
                findings_add(findings, SEVERITY_WARNING, "alt", place,
                             "an image without a description; alt=\"\" says "
                             "that it needs none");
        } else if (is_any_heading(node)) {
            check_heading(node, place, findings);
        }
    }
}
