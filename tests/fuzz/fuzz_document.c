/*
 * fuzz_document.c - any bytes as a post's body: either an error with words,
 * or a tree that keeps the promises of document.h. The first byte chooses:
 * 1 HTML instead of Markdown, 2 with a base, 4 as the page of a template.
 */
#include <stdint.h>
#include <string.h>

#include "document/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *const ELEMENTS[] = {
    "a",     "abbr", "b",        "blockquote", "br",     "caption", "cite",
    "code",  "col",  "colgroup", "dd",         "del",    "dfn",     "div",
    "dl",    "dt",   "em",       "figcaption", "figure", "h1",      "h2",
    "h3",    "h4",   "h5",       "h6",         "hr",     "i",       "img",
    "ins",   "kbd",  "li",       "mark",       "ol",     "p",       "pre",
    "q",     "s",    "samp",     "section",    "small",  "span",    "strong",
    "sub",   "sup",  "table",    "tbody",      "td",     "tfoot",   "th",
    "thead", "tr",   "tt",       "u",          "ul",     "var",     NULL,
};

static const char *const ATTRIBUTES[] = {
    "href",  "src",    "cite",  "alt",    "title",   "style",   "lang", "dir",
    "width", "height", "align", "valign", "colspan", "rowspan", "span", "scope",
    "role",  "start",  "value", "type",   "class",   "rel",     NULL,
};

static const char *const CLASSES[] = {"note-ref", "notes", "task",
                                      "alert",    "media", NULL};

static void check_address(const char *address)
{
    static const char *const SCHEMES[] = {
        "http:", "https:", "mailto:", "tel:", "cid:", NULL};
    bool known = false;
    for (size_t i = 0; SCHEMES[i] != NULL; i++)
        known = known || g_ascii_strncasecmp(address, SCHEMES[i],
                                             strlen(SCHEMES[i])) == 0;
    known = known || gap_match(address, "QZqzQZqz", NULL, NULL) > 0;
    g_assert(known);
    for (; *address != '\0'; address++)
        g_assert(*address > 0x20 && *address < 0x7f &&
                 !strchr("\"<>", *address));
}

static void check_element(const Node *node)
{
    g_assert(g_strv_contains(ELEMENTS, node->name));
    g_assert(node->name == g_intern_string(node->name));
    for (const Attribute *a = node->attributes; a != NULL; a = a->next) {
        g_assert(g_strv_contains(ATTRIBUTES, a->name));
        g_assert(g_utf8_validate(a->value, -1, NULL));
        if (strcmp(a->name, "href") == 0 || strcmp(a->name, "src") == 0)
            check_address(a->value);
        if (strcmp(a->name, "class") == 0)
            g_assert(g_strv_contains(CLASSES, a->value));
        if (strcmp(a->name, "style") == 0)
            g_assert(!strcasestr(a->value, "url") &&
                     !strpbrk(a->value, "\\@<"));
    }
}

static void check_node(const Node *node, bool sanitized)
{
    g_assert(node->parent != NULL);
    g_assert(node->next == NULL || node->next->previous == node);
    g_assert(node->next != NULL || node->parent->last_child == node);
    if (node->kind == NODE_ELEMENT && sanitized)
        check_element(node);
    if (node->kind == NODE_TEXT)
        g_assert(g_utf8_validate(node->text, -1, NULL));
    if (sanitized)
        g_assert(node->kind == NODE_ELEMENT || node->kind == NODE_TEXT);
}

static void check_tree(const Document *document, bool sanitized)
{
    const Node *root = document_root_const(document);
    const Node *node = root->first_child;
    for (; node != NULL; node = node_following(node, root))
        check_node(node, sanitized);
}

static void read_page(const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Document)
        page = document_read_shell(text, length, "page", "QZqzQZqz", &error);
    g_assert((page == NULL) == (error != NULL));
    if (page != NULL)
        check_tree(page, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    g_autofree char *text = g_malloc0(size);
    memcpy(text, bytes + 1, size - 1);
    if (bytes[0] & 4) {
        read_page(text, size - 1);
        return 0;
    }
    DocumentSource source = {
        .text = text,
        .length = size - 1,
        .format = bytes[0] & 1 ? DOCUMENT_HTML : DOCUMENT_MARKDOWN,
        .file = "post",
        .first_line = 1,
        .base_url = bytes[0] & 2 ? "https://example.org/a/b?c" : NULL,
        .title = "Title",
        .gap_prefix = "QZqzQZqz",
    };
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(Document) document = document_read(&source, findings, &error);
    g_assert((document == NULL) == (error != NULL));
    if (document != NULL)
        check_tree(document, true);
    return 0;
}
