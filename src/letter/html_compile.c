#include "letter/html_compile.h"

#include <string.h>

#include "base/error.h"
#include "document/html_write.h"

/* The slot of a comment that holds nothing but its gap. */
static const Slot *slot_of_comment(const Slots *slots, const Node *node)
{
    size_t length;
    GapPlace place;
    int index;

    if (node->kind != NODE_COMMENT)
        return NULL;
    const Slot *slot = slots_match(slots, node->text, &length, &place, &index);
    return slot != NULL && node->text[length] == '\0' ? slot : NULL;
}

static Node *find_content(Document *shell, const Slots *slots)
{
    Node *root = document_root(shell);

    for (Node *node = root; node != NULL; node = node_following(node, root)) {
        const Slot *slot = slot_of_comment(slots, node);
        if (slot != NULL && slot->kind == SLOT_CONTENT)
            return node;
    }
    return NULL;
}

/* A section whose end has not come yet. */
typedef struct Open {
    Node *begin;
    Node *middle; /* its {{else}}, or NULL */
} Open;

/* A parser puts rows into a <tbody> that nobody wrote, and an edge before the
 * first row stays outside of it. */
static void step_into_body(Node *begin, Node *end)
{
    Node *body = end->parent;

    if (!node_is(body, "tbody") || begin->parent != body->parent)
        return;
    for (Node *node = begin->next; node != body; node = node->next) {
        bool blank = node != NULL && node->kind == NODE_TEXT &&
                     node->text[strspn(node->text, " \t\n")] == '\0';
        if (node == NULL || !(blank || node->kind == NODE_COMMENT))
            return;
    }
    node_detach(begin);
    if (body->first_child != NULL)
        node_insert_before(body->first_child, begin);
    else
        node_append(body, begin);
}

/* The edges of a section must be siblings, or leaving out what is between
 * them would tear elements apart. */
static bool close_section(const Open *open, Node *end, const Slot *slot,
                          GError **error)
{
    if (open->begin->parent != end->parent)
        step_into_body(open->begin, end);
    if (open->begin->parent == end->parent &&
        (open->middle == NULL || open->middle->parent == end->parent))
        return true;
    error_set_at(error, ERROR_INPUT, slot->place,
                 "this section does not hold whole elements");
    return false;
}

static bool visit_edge(const Slot *slot, Node *node, GArray *open,
                       GError **error)
{
    Open begun = {node, NULL};
    Open *last = open->len > 0 ? &g_array_index(open, Open, open->len - 1)
                               : NULL;

    if (slot->kind == SLOT_IF || slot->kind == SLOT_UNLESS) {
        g_array_append_val(open, begun);
        return true;
    }
    if (slot->kind != SLOT_ELSE && slot->kind != SLOT_END)
        return true;
    if (last == NULL) {
        error_set_at(error, ERROR_INPUT, slot->place,
                     "this section does not hold whole elements");
        return false;
    }
    if (slot->kind == SLOT_ELSE) {
        last->middle = node;
        return true;
    }
    if (!close_section(last, node, slot, error))
        return false;
    g_array_set_size(open, open->len - 1);
    return true;
}

static bool check_sections(Document *shell, const Slots *slots, GError **error)
{
    Node *root = document_root(shell);
    g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(Open));

    for (Node *node = root; node != NULL; node = node_following(node, root)) {
        const Slot *slot = slot_of_comment(slots, node);
        if (slot != NULL && !visit_edge(slot, node, open, error))
            return false;
    }
    return true;
}

bool html_compile(Program *program, const Slots *slots,
                  const HtmlSource *source, GError **error)
{
    g_autoptr(Document)
        shell = document_read_shell(source->gapped->str, source->gapped->len,
                                    source->file, slots->prefix, error);
    g_autoptr(GString) page = g_string_new(NULL);

    if (shell == NULL || !check_sections(shell, slots, error))
        return false;
    Node *content = find_content(shell, slots);
    if (content != NULL)
        document_graft(shell, content, source->content);
    style_apply(source->theme, shell, document_root(shell));
    html_write(shell, page);
    return program_append(program, slots, page->str, page->len, error) &&
           program_finish(program, slots, error);
}
