/* element.c - kinds of elements. */
#include "document/element.h"

#include <string.h>

/* Asked several times of every node: the first letter decides most of them. */
static bool is_among(const Node *node, const char *const *names)
{
    if (node->kind != NODE_ELEMENT)
        return false;
    for (; *names != NULL; names++)
        if ((*names)[0] == node->name[0] && strcmp(*names, node->name) == 0)
            return true;
    return false;
}

bool element_is_block(const Node *node)
{
    static const char *const names[] = {
        "address", "article",  "aside",   "blockquote", "body",   "caption",
        "center",  "colgroup", "dd",      "details",    "dialog", "dir",
        "div",     "dl",       "dt",      "fieldset",   "figure", "figcaption",
        "footer",  "form",     "h1",      "h2",         "h3",     "h4",
        "h5",      "h6",       "header",  "hgroup",     "hr",     "html",
        "li",      "main",     "menu",    "nav",        "ol",     "p",
        "pre",     "section",  "summary", "table",      "tbody",  "td",
        "tfoot",   "th",       "thead",   "tr",         "ul",     NULL};

    return is_among(node, names);
}

bool element_has_block(const Node *node)
{
    for (const Node *at = node_following(node, node); at;
         at = node_following(at, node))
        if (element_is_block(at))
            return true;
    return false;
}

bool element_is_void(const Node *node)
{
    static const char *const names[] = {
        "area", "base", "br",    "col",    "embed", "hr",  "img", "input",
        "link", "meta", "param", "source", "track", "wbr", NULL};

    return is_among(node, names);
}

bool element_is_raw(const Node *node)
{
    return node_is(node, "style") || node_is(node, "script");
}

bool element_is_list(const Node *node)
{
    return node_is(node, "ul") || node_is(node, "ol") ||
           node_is(node, "menu") || node_is(node, "dir");
}

int element_heading_level(const Node *node)
{
    if (node->kind == NODE_ELEMENT && node->name[0] == 'h' &&
        node->name[1] >= '1' && node->name[1] <= '6' && !node->name[2])
        return node->name[1] - '0';
    return 0;
}

bool element_has_class(const Node *node, const char *name)
{
    const char *at = node->kind == NODE_ELEMENT ? node_attribute(node, "class")
                                                : NULL;
    size_t length = strlen(name);

    while (at && *at) {
        size_t word;
        at += strspn(at, " \t\n\r\f");
        word = strcspn(at, " \t\n\r\f");
        if (word == length && memcmp(at, name, length) == 0)
            return true;
        at += word;
    }
    return false;
}

bool element_is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' ||
           byte == '\f';
}

bool element_is_blank_text(const char *text)
{
    while (element_is_blank(*text))
        text++;
    return *text == '\0';
}
