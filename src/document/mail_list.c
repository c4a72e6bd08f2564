/* mail_list.c - see mail_list.h. */
#include "document/mail_list.h"

#include <string.h>

#include "document/element.h"
#include "document/mail_edit.h"

/* Items longer than this, in bytes, stand apart: about three lines. */
#define ITEM_LONG 200

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

/* `<ul><li>a</li><ul>…</ul></ul>`: what is no item belongs to the one before
 * it, or is one. */
static void own_children(Document *document, Node *list)
{
    Node *item = NULL;
    Node *next;

    for (Node *node = list->first_child; node; node = next) {
        next = node->next;
        if (node_is(node, "li")) {
            item = node;
        } else if (!mail_is_silent(node) && item) {
            node_detach(node);
            node_append(item, node);
        } else if (!mail_is_silent(node)) {
            item = mail_wrap(document, node, "li");
        }
    }
}

void mail_list_ready(Document *document, Node *list)
{
    bool is_loose = false;

    own_children(document, list);

    for (Node *item = list->first_child; item; item = item->next)
        is_loose = is_loose ||
                   (node_is(item, "li") &&
                    (has_paragraph(item) || own_length(item) > ITEM_LONG));
    for (Node *item = list->first_child; is_loose && item; item = item->next)
        if (node_is(item, "li"))
            mail_add_class(document, item, "apart");
}

void mail_task_ready(Document *document, Node *item)
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
        if (text) {
            node->text = document_copy_text(document, text, strlen(text));
            mail_add_class(document,
                           node_is(node->parent, "p") ? node->parent : item,
                           "box");
        }
        return;
    }
}
