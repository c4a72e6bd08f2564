/* footnotes.c - see footnotes.h. */
#include "document/footnotes.h"

#include <string.h>

#include "document/element.h"
#include "document/sanitize.h"

typedef struct Footnotes {
    Document *document;
    const char *mark;
    Node *section;
    Node *list;
    GHashTable *numbers;   /* id of a note -> its number */
    GHashTable *origins;   /* ids of references */
    GPtrArray *references; /* links to notes */
} Footnotes;

static Node *child_named(const Node *parent, const char *name)
{
    for (Node *node = parent->first_child; node; node = node->next)
        if (node_is(node, name))
            return node;
    return NULL;
}

static bool find_section(Footnotes *notes)
{
    Node *root = document_root(notes->document);

    for (Node *node = root; node; node = node_following(node, root)) {
        if ((!node_is(node, "section") && !node_is(node, "div")) ||
            !element_has_class(node, "footnotes"))
            continue;
        notes->section = node;
        notes->list = child_named(node, "ol");
        return notes->list != NULL;
    }
    return false;
}

static void number_notes(const Footnotes *notes)
{
    int number = 0;

    for (Node *node = notes->list->first_child; node; node = node->next) {
        const char *id = node_attribute(node, "id");
        if (!node_is(node, "li"))
            continue;
        number++;
        if (id && !g_hash_table_contains(notes->numbers, id))
            g_hash_table_insert(notes->numbers, g_strdup(id),
                                GINT_TO_POINTER(number));
    }
}

/* What `#id` leads to, or NULL. */
static char *target_of(const Node *node)
{
    const char *href = node_is(node, "a") ? node_attribute(node, "href") : NULL;

    return href && href[0] == '#' ? g_uri_unescape_string(href + 1, NULL)
                                  : NULL;
}

static void find_references(const Footnotes *notes)
{
    Node *root = document_root(notes->document);

    for (Node *node = root; node; node = node_following(node, root)) {
        g_autofree char *target = target_of(node);
        const char *own = node_attribute(node, "id");
        const char *outer = node_attribute(node->parent ? node->parent : node,
                                           "id");
        if (!target || !g_hash_table_contains(notes->numbers, target))
            continue;
        g_ptr_array_add(notes->references, node);
        if (own)
            g_hash_table_add(notes->origins, g_strdup(own));
        if (outer && node_is(node->parent, "sup"))
            g_hash_table_add(notes->origins, g_strdup(outer));
    }
}

static void trim_end(const Footnotes *notes, Node *node)
{
    g_autofree char *text = NULL;

    if (!node || node->kind != NODE_TEXT)
        return;
    text = g_strchomp(g_strdup(node->text));
    while (g_str_has_suffix(text, "\xC2\xA0")) {
        text[strlen(text) - 2] = '\0';
        g_strchomp(text);
    }
    node->text = document_copy_text(notes->document, text, strlen(text));
}

/* Nothing stands in it but these characters; `but` does not count. */
static bool holds_only(const Node *parent, const Node *but, const char *accept)
{
    for (const Node *node = parent->first_child; node; node = node->next)
        if (node != but && (node->kind != NODE_TEXT ||
                            node->text[strspn(node->text, accept)] != '\0'))
            return false;
    return true;
}

static void remove_ways_back(const Footnotes *notes)
{
    Node *node = notes->list;

    while (node) {
        g_autofree char *target = target_of(node);
        Node *way = node;
        Node *parent = node->parent;
        if (!target || g_hash_table_contains(notes->numbers, target) ||
            !g_hash_table_contains(notes->origins, target)) {
            node = node_following(node, notes->list);
            continue;
        }
        node = node_following_skip(node, notes->list);
        trim_end(notes, way->previous);
        node_detach(way);
        if (node_is(parent, "p") && holds_only(parent, NULL, " \t\n"))
            node_detach(parent);
    }
}

static void replace_references(const Footnotes *notes)
{
    g_autofree char *class = g_strconcat(notes->mark, "note-ref", NULL);

    for (guint i = 0; i < notes->references->len; i++) {
        Node *link = g_ptr_array_index(notes->references, i);
        Node *around = node_is(link->parent, "sup") &&
                               holds_only(link->parent, link, " []()")
                           ? link->parent
                           : link;
        g_autofree char *target = target_of(link);
        int number = GPOINTER_TO_INT(
            g_hash_table_lookup(notes->numbers, target));
        g_autofree char *text = g_strdup_printf("%d", number);
        Node *sup = node_new_element(notes->document, "sup", link->line);
        node_set_attribute(notes->document, sup, SANITIZE_MARK_ATTRIBUTE,
                           class);
        node_append(sup, node_new_text(notes->document, text, strlen(text),
                                       link->line));
        node_insert_before(around, sup);
        node_detach(around);
    }
}

/* A note of one paragraph is shown without the paragraph, as ours are. */
static void loosen(Node *item)
{
    Node *only = NULL;

    for (Node *node = item->first_child; node; node = node->next) {
        if (node->kind == NODE_TEXT && element_is_blank_text(node->text))
            continue;
        if (only)
            return;
        only = node;
    }
    if (node_is(only, "p"))
        node_replace_by_children(only);
}

static void make_list_ours(const Footnotes *notes)
{
    g_autofree char *class = g_strconcat(notes->mark, "notes", NULL);
    int number = 0;
    Node *next;

    notes->section->name = g_intern_static_string("section");
    node_set_attribute(notes->document, notes->section, SANITIZE_MARK_ATTRIBUTE,
                       class);
    for (Node *node = notes->section->first_child; node; node = next) {
        next = node->next;
        if (node_is(node, "hr") || element_heading_level(node) > 0)
            node_detach(node);
    }
    for (Node *item = notes->list->first_child; item; item = item->next) {
        g_autofree char *value = NULL;
        if (!node_is(item, "li"))
            continue;
        value = g_strdup_printf("%d", ++number);
        node_set_attribute(notes->document, item, "value", value);
        loosen(item);
    }
}

void footnotes_recognise(Document *document, const char *mark)
{
    g_autoptr(GHashTable)
        numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable)
        origins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) references = g_ptr_array_new();
    Footnotes notes = {.document = document,
                       .mark = mark,
                       .numbers = numbers,
                       .origins = origins,
                       .references = references};

    if (!find_section(&notes))
        return;
    number_notes(&notes);
    find_references(&notes);
    if (references->len == 0)
        return;
    remove_ways_back(&notes);
    replace_references(&notes);
    make_list_ours(&notes);
}
