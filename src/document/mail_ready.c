/* mail_ready.c - structure for mail programs. */
#include "document/mail_ready.h"

#include <string.h>

#include "document/element.h"

/* Items longer than this, in bytes, stand apart: about three lines. */
#define ITEM_LONG 200
/* A word longer than this would push the page off a phone's screen. */
#define WORD_LONG 30

static void rename_to(Node *node, const char *name)
{
    node->name = g_intern_string(name);
}

static Node *add_text(Document *document, Node *parent, const char *text)
{
    Node *node = node_new_text(document, text, strlen(text), parent->line);

    node_append(parent, node);
    return node;
}

/* Puts `node` into a new element, which stands in its place. */
static Node *wrap_in(Document *document, Node *node, const char *name)
{
    Node *around = node_new_element(document, name, node->line);

    node_insert_before(node, around);
    node_detach(node);
    node_append(around, node);
    return around;
}

static void add_style(Document *document, Node *node, const char *style)
{
    const char *own = node_attribute(node, "style");
    g_autofree char *joined = own && *own ? g_strconcat(own, ";", style, NULL)
                                          : g_strdup(style);

    node_set_attribute(document, node, "style", joined);
}

static bool is_silent(const Node *node)
{
    return node->kind == NODE_TEXT ? element_is_blank_text(node->text)
                                   : node->kind != NODE_ELEMENT;
}

/* The only child that says something, or NULL. */
static Node *only_child(const Node *node)
{
    Node *only = NULL;

    for (Node *child = node->first_child; child; child = child->next) {
        if (is_silent(child))
            continue;
        if (only)
            return NULL;
        only = child;
    }
    return only;
}

/* --- paragraphs --- */

static bool holds_blocks(const Node *node, const Node *root)
{
    static const char *const names[] = {
        "div",    "section", "article", "main",   "header", "footer",
        "figure", "aside",   "address", "center", NULL};

    if (node == root || node_is(node, "blockquote"))
        return true;
    if (node->kind != NODE_ELEMENT || !g_strv_contains(names, node->name))
        return false;
    for (const Node *child = node->first_child; child; child = child->next)
        if (element_is_block(child))
            return true;
    return false;
}

static bool is_inline(const Node *node)
{
    return !element_is_block(node) && !element_has_block(node);
}

/* Words that stand bare between blocks become paragraphs. */
static void wrap_runs(Document *document, Node *parent)
{
    Node *node = parent->first_child;

    while (node) {
        Node *next = node->next;
        Node *paragraph;
        if (!is_inline(node) || is_silent(node)) {
            node = next;
            continue;
        }
        paragraph = wrap_in(document, node, "p");
        while ((next = paragraph->next) && is_inline(next)) {
            node_detach(next);
            node_append(paragraph, next);
        }
        node = next;
    }
}

static void make_paragraphs(Document *document, Node *root)
{
    for (Node *node = root; node; node = node_following(node, root))
        if (holds_blocks(node, root))
            wrap_runs(document, node);
}

/* --- headings --- */

static void rank_headings(Node *root)
{
    int top = 6;
    int previous = 1;

    for (Node *node = root; node; node = node_following(node, root)) {
        int level = element_heading_level(node);
        if (level > 0)
            top = MIN(top, level);
    }
    for (Node *node = root; node; node = node_following(node, root)) {
        static const char *const names[] = {"h2", "h3", "h4", "h5", "h6"};
        int level = element_heading_level(node);
        if (level == 0)
            continue;
        level = MIN(MIN(level - top + 2, previous + 1), 6);
        rename_to(node, names[level - 2]);
        previous = level;
    }
}

/* --- code and rules --- */

static void box_code(Document *document, Node *pre)
{
    Node *code = only_child(pre);
    Node *cell;
    Node *row;
    Node *table;

    if (node_is(code, "code"))
        node_replace_by_children(code);
    cell = wrap_in(document, pre, "td");
    node_set_attribute(document, cell, "class", "code");
    /* The parser would put a tbody in anyway. */
    row = wrap_in(document, cell, "tr");
    table = wrap_in(document, wrap_in(document, row, "tbody"), "table");
    node_set_attribute(document, table, "role", "presentation");
    node_set_attribute(document, table, "class", "codebox");
    node_set_attribute(document, table, "width", "100%");
    node_set_attribute(document, table, "cellpadding", "0");
    node_set_attribute(document, table, "cellspacing", "0");
    node_set_attribute(document, table, "border", "0");
}

static void replace_rule(Document *document, Node *rule)
{
    rename_to(rule, "p");
    rule->attributes = NULL;
    node_set_attribute(document, rule, "class", "sep");
    node_set_attribute(document, rule, "role", "separator");
    node_set_attribute(document, rule, "aria-label", "section break");
    add_text(document, rule, "* * *");
}

/* --- tables --- */

static bool has_header_cell(const Node *table)
{
    const Node *node = node_following(table, table);

    for (; node; node = node_following(node, table))
        if (node_is(node, "th"))
            return true;
    return false;
}

static void scope_header(Document *document, Node *cell)
{
    const Node *row = cell->parent;
    bool is_column = row && node_is(row->parent, "thead");

    if (node_attribute(cell, "scope"))
        return;
    if (row && !is_column) {
        is_column = true;
        for (const Node *at = row->first_child; at; at = at->next)
            is_column = is_column && !node_is(at, "td");
    }
    node_set_attribute(document, cell, "scope", is_column ? "col" : "row");
}

static void ready_cell(Document *document, Node *cell)
{
    if (node_is(cell, "th")) {
        scope_header(document, cell);
        if (!node_attribute(cell, "align"))
            node_set_attribute(document, cell, "align", "left");
    } else if (node_is(cell, "td") && !node_attribute(cell, "valign")) {
        node_set_attribute(document, cell, "valign", "top");
    }
}

static void ready_table(Document *document, Node *table)
{
    const char *role = node_attribute(table, "role");

    if (role || !has_header_cell(table))
        return;
    node_set_attribute(document, table, "class", "data");
    node_set_attribute(document, table, "width", "100%");
    node_set_attribute(document, table, "cellpadding", "0");
    node_set_attribute(document, table, "cellspacing", "0");
    node_set_attribute(document, table, "border", "0");
    for (Node *node = node_following(table, table); node;
         node = node_following(node, table))
        ready_cell(document, node);
}

/* --- images --- */

static int pixels(const char *text)
{
    gint64 value;

    if (!text || !g_ascii_string_to_signed(text, 10, 1, 100000, &value, NULL))
        return 0;
    return (int)value;
}

/* Nothing else stands in its paragraph, or in the link in it. */
static bool stands_alone(const Node *image)
{
    const Node *node = image;

    while (node->parent && !element_is_block(node)) {
        node = node->parent;
        if (!only_child(node))
            return false;
    }
    return node != image;
}

static void ready_image(Document *document, Node *image)
{
    int width = pixels(node_attribute(image, "width"));
    int height = pixels(node_attribute(image, "height"));
    bool is_alone = stands_alone(image);
    g_autofree char *text = NULL;
    g_autofree char *style = NULL;

    if (!node_attribute(image, "alt"))
        node_set_attribute(document, image, "alt", "");
    if (width > MAIL_WIDTH_MAX) {
        g_autofree char *scaled = g_strdup_printf(
            "%" G_GINT64_FORMAT, (gint64)height * MAIL_WIDTH_MAX / width);
        if (height > 0)
            node_set_attribute(document, image, "height", scaled);
        width = MAIL_WIDTH_MAX;
    }
    if (width == 0)
        node_remove_attribute(image, "width");
    if (is_alone)
        add_style(document, image, "display:block");
    if (width == 0)
        return;
    text = g_strdup_printf("%d", width);
    node_set_attribute(document, image, "width", text);
    style = g_strdup_printf("width:100%%;max-width:%dpx;height:auto", width);
    add_style(document, image, style);
}

/* --- lists --- */

static bool has_paragraph(const Node *item)
{
    for (const Node *node = item->first_child; node; node = node->next)
        if (node_is(node, "p"))
            return true;
    return false;
}

static size_t own_length(const Node *item)
{
    size_t length = 0;
    const Node *node = node_following(item, item);

    while (node) {
        if (element_is_list(node)) {
            node = node_following_skip(node, item);
            continue;
        }
        if (node->kind == NODE_TEXT && !element_is_blank_text(node->text))
            length += strlen(node->text);
        node = node_following(node, item);
    }
    return length;
}

static void add_class(Document *document, Node *node, const char *name)
{
    const char *own = node_attribute(node, "class");
    g_autofree char *joined = own ? g_strconcat(own, " ", name, NULL)
                                  : g_strdup(name);

    node_set_attribute(document, node, "class", joined);
}

static void ready_list(Document *document, Node *list)
{
    bool is_loose = false;

    for (Node *item = list->first_child; item; item = item->next)
        is_loose = is_loose ||
                   (node_is(item, "li") &&
                    (has_paragraph(item) || own_length(item) > ITEM_LONG));
    for (Node *item = list->first_child; is_loose && item; item = item->next)
        if (node_is(item, "li"))
            add_class(document, item, "apart");
}

/* The first text of an item, which begins "[ ] " or "[x] ". */
static void ready_task(Document *document, const Node *item)
{
    for (Node *node = node_following(item, item); node;
         node = node_following(node, item)) {
        const char *rest;
        g_autofree char *text = NULL;
        if (node->kind != NODE_TEXT || element_is_blank_text(node->text))
            continue;
        rest = node->text + strspn(node->text, " \t\n\r\f");
        if (g_str_has_prefix(rest, "[ ]"))
            text = g_strconcat("\xE2\x98\x90", rest + 3, NULL);
        else if (g_str_has_prefix(rest, "[x]"))
            text = g_strconcat("\xE2\x98\x91\xEF\xB8\x8E", rest + 3, NULL);
        if (text)
            node->text = document_copy_text(document, text, strlen(text));
        return;
    }
}

/* --- the rest --- */

static void ready_figure(Document *document, Node *figure)
{
    rename_to(figure, "div");
    figure->attributes = NULL;
    node_set_attribute(document, figure, "class", "figure");
}

static void ready_caption(Document *document, Node *caption)
{
    rename_to(caption, element_has_block(caption) ? "div" : "p");
    node_set_attribute(document, caption, "class", "caption");
}

static char *host_of(const char *address)
{
    const char *host = strstr(address, "://");

    host = host ? host + strlen("://") : address;
    if (g_str_has_prefix(host, "www."))
        host += strlen("www.");
    return g_strndup(host, strcspn(host, "/?#:"));
}

/* "Video: Title <a>address</a>" becomes one link that says what it does. */
static void ready_media(Document *document, Node *media)
{
    Node *label = media->first_child;
    Node *link = media->last_child;
    const char *href = node_is(link, "a") ? node_attribute(link, "href") : NULL;
    const char *colon = label && label->kind == NODE_TEXT
                            ? strstr(label->text, ": ")
                            : NULL;
    g_autofree char *host = NULL;
    g_autofree char *title = NULL;
    g_autofree char *text = NULL;

    if (!href || !colon || label == link)
        return;
    host = host_of(href);
    title = g_strstrip(g_strdup(colon + 2));
    if (*title)
        text = g_strconcat(title, " (", host, ")", NULL);
    else if (g_str_has_prefix(label->text, "Video"))
        text = g_strconcat("Watch the video on ", host, NULL);
    else if (g_str_has_prefix(label->text, "Audio"))
        text = g_strconcat("Listen on ", host, NULL);
    else
        text = g_strconcat("Open the page on ", host, NULL);
    if (!g_str_has_prefix(label->text, "Embedded")) {
        char *played = g_strconcat("\xE2\x96\xB6\xEF\xB8\x8E ", text, NULL);
        g_free(text);
        text = played;
    }
    node_detach(label);
    while (link->first_child)
        node_detach(link->first_child);
    add_text(document, link, text);
}

static bool has_long_word(const Node *node)
{
    g_autoptr(GString) text = g_string_new(NULL);
    size_t length = 0;

    node_append_text(node, text);
    for (const char *at = text->str; *at && length <= WORD_LONG; at++)
        length = element_is_blank(*at) ? 0 : length + 1;
    return length > WORD_LONG;
}

static void ready_words(Document *document, Node *node)
{
    if (has_long_word(node))
        add_style(document, node,
                  "word-break:break-word;overflow-wrap:anywhere");
}

static void ready_notes(Document *document, Node *notes)
{
    Node *title = node_new_element(document, "p", notes->line);
    Node *strong = node_new_element(document, "strong", notes->line);

    rename_to(notes, "div");
    add_text(document, strong, "Notes");
    node_append(title, strong);
    if (notes->first_child)
        node_insert_before(notes->first_child, title);
    else
        node_append(notes, title);
}

static void ready_node(Document *document, Node *node)
{
    if (node_is(node, "pre"))
        box_code(document, node);
    else if (node_is(node, "hr"))
        replace_rule(document, node);
    else if (node_is(node, "table"))
        ready_table(document, node);
    else if (node_is(node, "img"))
        ready_image(document, node);
    else if (node_is(node, "figure"))
        ready_figure(document, node);
    else if (node_is(node, "figcaption"))
        ready_caption(document, node);
    else if (element_is_list(node))
        ready_list(document, node);
    else if (node_is(node, "section") && element_has_class(node, "notes"))
        ready_notes(document, node);
    else if (node_is(node, "a") || node_is(node, "code"))
        ready_words(document, node);
    if (element_has_class(node, "task"))
        ready_task(document, node);
    if (element_has_class(node, "media"))
        ready_media(document, node);
}

void mail_ready(Document *document)
{
    Node *root = document_root(document);
    Node *node;

    make_paragraphs(document, root);
    rank_headings(root);
    for (node = node_following(root, root); node;
         node = node_following(node, root))
        if (node->kind == NODE_ELEMENT)
            ready_node(document, node);
}
