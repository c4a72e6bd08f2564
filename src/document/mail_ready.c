/* mail_ready.c - structure for mail programs. */
#include "document/mail_ready.h"

#include <string.h>

#include "document/element.h"
#include "document/mail_edit.h"
#include "document/mail_image.h"
#include "document/mail_list.h"
#include "document/mail_table.h"

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
        if (!is_inline(node) || mail_is_silent(node)) {
            node = next;
            continue;
        }
        paragraph = mail_wrap(document, node, "p");
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

/* Nothing to see or to read in it: neither words nor an image. */
static bool says_nothing(const Node *node)
{
    for (const Node *at = node; at; at = node_following(at, node))
        if (at->kind == NODE_TEXT ? !element_is_blank_text(at->text)
                                  : node_is(at, "img") || node_is(at, "br"))
            return false;
    return true;
}

/* Paragraphs, which the HTML parser makes of `<p><div>…</div></p>`, and links
 * that were anchors. */
static void drop_empty(Node *root)
{
    Node *node = node_following(root, root);

    while (node) {
        Node *next = node_following(node, root);
        if ((node_is(node, "p") || node_is(node, "a")) && says_nothing(node)) {
            next = node_following_skip(node, root);
            node_detach(node);
        }
        node = next;
    }
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
    Node *code = mail_only_child(pre);

    if (node_is(code, "code"))
        node_replace_by_children(code);
    mail_table_box(document, pre, "codebox", "code");
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
    const DocumentWords *words = document_words(document);
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
    else if (g_str_has_prefix(label->text, words->video))
        text = words_fill(words->watch, host);
    else if (g_str_has_prefix(label->text, words->audio))
        text = words_fill(words->listen, host);
    else
        text = words_fill(words->open, host);
    if (!g_str_has_prefix(label->text, words->page)) {
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
        mail_add_style(document, node,
                       "word-break:break-word;overflow-wrap:anywhere");
}

static void ready_notes(Document *document, Node *notes)
{
    Node *title = node_new_element(document, "p", notes->line);
    Node *strong = node_new_element(document, "strong", notes->line);

    rename_to(notes, "div");
    add_text(document, strong, document_words(document)->notes);
    node_append(title, strong);
    if (notes->first_child)
        node_insert_before(notes->first_child, title);
    else
        node_append(notes, title);
}

/* What the theme has to know: the author chose colours, which may not fit
 * to those of the dark, or a direction. A width that he chose must not be
 * more than there is. */
static void mark_own(Document *document, Node *node)
{
    const char *style = node_attribute(node, "style");
    const char *direction = node_attribute(node, "dir");

    if (style && strstr(style, "width") && !node_is(node, "img"))
        mail_add_style(document, node, "max-width:100%");
    if (style && (strstr(style, "color") || strstr(style, "background")))
        mail_add_class(document, node, "own");
    if (direction && !node_attribute(node, "align") &&
        (strcmp(direction, "rtl") == 0 || strcmp(direction, "ltr") == 0))
        mail_add_class(document, node, direction);
}

/* The title of an alert, which is its first paragraph. */
static void ready_alert(Document *document, Node *alert)
{
    Node *title = alert->first_child;

    while (title && mail_is_silent(title))
        title = title->next;
    if (node_is(title, "p"))
        mail_add_class(document, title, "kind");
}

static void ready_node(Document *document, Node *node)
{
    mark_own(document, node);
    if (node_is(node, "pre"))
        box_code(document, node);
    else if (node_is(node, "hr"))
        replace_rule(document, node);
    else if (node_is(node, "table"))
        mail_table_ready(document, node);
    else if (node_is(node, "img"))
        mail_image_ready(document, node);
    else if (node_is(node, "figure"))
        ready_figure(document, node);
    else if (node_is(node, "figcaption"))
        ready_caption(document, node);
    else if (element_is_list(node))
        mail_list_ready(document, node);
    else if (node_is(node, "section") && element_has_class(node, "notes"))
        ready_notes(document, node);
    else if (node_is(node, "a") || node_is(node, "code"))
        ready_words(document, node);
    if (element_has_class(node, "task"))
        mail_task_ready(document, node);
    if (element_has_class(node, "media"))
        ready_media(document, node);
    if (element_has_class(node, "alert"))
        ready_alert(document, node);
}

void mail_ready(Document *document)
{
    Node *root = document_root(document);
    Node *node;

    make_paragraphs(document, root);
    drop_empty(root);
    rank_headings(root);
    for (node = node_following(root, root); node;
         node = node_following(node, root))
        if (node->kind == NODE_ELEMENT)
            ready_node(document, node);
}
