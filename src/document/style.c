/* style.c - a theme's rules, written into style attributes. */
#include "document/style.h"

#include <string.h>

#include "document/element.h"
#include "document/style_rule.h"

#define NAMES_BLOCK 256

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

GArray *style_new_declarations(void)
{
    GArray *declarations = g_array_new(FALSE, FALSE, sizeof(Declaration));

    g_array_set_clear_func(declarations, clear_declaration);
    return declarations;
}

Style *style_new(void)
{
    Style *style = g_new0(Style, 1);

    style->rules = g_array_new(FALSE, FALSE, sizeof(Rule));
    g_array_set_clear_func(style->rules, clear_rule);
    style->names = g_string_chunk_new(NAMES_BLOCK);
    for (size_t i = 0; i < G_N_ELEMENTS(style->kept); i++)
        style->kept[i] = g_string_new(NULL);
    return style;
}

void style_free(Style *style)
{
    if (!style)
        return;
    g_array_unref(style->rules);
    g_string_chunk_free(style->names);
    for (size_t i = 0; i < G_N_ELEMENTS(style->kept); i++)
        g_string_free(style->kept[i], TRUE);
    g_free(style);
}

const char *style_kept(const Style *style, StyleKept which)
{
    return style->kept[which]->str;
}

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
        const char *value_end = style_end_of_value(style, end);
        const char *colon = strchr(style, ':');
        if (!value_end)
            value_end = end;
        if (colon && colon < value_end) {
            g_autofree char *spelled = style_copy_value(style, colon);
            g_autofree char *name = g_ascii_strdown(spelled, -1);
            g_autofree char *value = style_copy_value(colon + 1, value_end);
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
    g_autoptr(GArray) declarations = style_new_declarations();
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
