/* mail_edit.c - see mail_edit.h. */
#include "document/mail_edit.h"

#include "document/element.h"

Node *mail_wrap(Document *document, Node *node, const char *name)
{
    Node *around = node_new_element(document, name, node->line);

    node_insert_before(node, around);
    node_detach(node);
    node_append(around, node);
    return around;
}

void mail_add_class(Document *document, Node *node, const char *name)
{
    const char *own = node_attribute(node, "class");
    g_autofree char *joined = own ? g_strconcat(own, " ", name, NULL)
                                  : g_strdup(name);

    if (!element_has_class(node, name))
        node_set_attribute(document, node, "class", joined);
}

void mail_add_style(Document *document, Node *node, const char *style)
{
    const char *own = node_attribute(node, "style");
    g_autofree char *joined = own && *own ? g_strconcat(own, ";", style, NULL)
                                          : g_strdup(style);

    node_set_attribute(document, node, "style", joined);
}

bool mail_is_silent(const Node *node)
{
    return node->kind == NODE_TEXT ? element_is_blank_text(node->text)
                                   : node->kind != NODE_ELEMENT;
}

Node *mail_only_child(const Node *node)
{
    Node *only = NULL;

    for (Node *child = node->first_child; child; child = child->next) {
        if (mail_is_silent(child))
            continue;
        if (only)
            return NULL;
        only = child;
    }
    return only;
}
