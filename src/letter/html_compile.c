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

/* The edges of a section must be siblings, or leaving out what is between
 * them would tear elements apart. */
static bool check_edge(const Slot *slot, const Node *node, GPtrArray *open,
                       GError **error)
{
    if (slot->kind == SLOT_IF || slot->kind == SLOT_UNLESS) {
        g_ptr_array_add(open, node->parent);
        return true;
    }
    if (slot->kind != SLOT_ELSE && slot->kind != SLOT_END)
        return true;
    if (open->len == 0 ||
        g_ptr_array_index(open, open->len - 1) != node->parent) {
        error_set_at(error, ERROR_INPUT, slot->place,
                     "this section does not hold whole elements");
        return false;
    }
    if (slot->kind == SLOT_END)
        g_ptr_array_set_size(open, (gint)open->len - 1);
    return true;
}

static bool check_sections(const Document *shell, const Slots *slots,
                           GError **error)
{
    const Node *root = document_root_const(shell);
    g_autoptr(GPtrArray) open = g_ptr_array_new();

    for (const Node *node = root; node != NULL;
         node = node_following(node, root)) {
        const Slot *slot = slot_of_comment(slots, node);
        if (slot != NULL && !check_edge(slot, node, open, error))
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
