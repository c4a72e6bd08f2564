/* node.c - the arena of a document and the nodes in it. */
#include "document/node.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "document/document.h"

#define BLOCK_SIZE ((size_t)32 * 1024)

typedef struct Block Block;
struct Block {
    Block *next;
    size_t used;
    size_t size;
    max_align_t bytes[];
};

struct Document {
    Block *blocks; /* the first one is being filled */
    Node *root;
    const char *gap_prefix;
    const DocumentWords *words;
    const struct Lines *source;
};

static size_t round_up(size_t size)
{
    const size_t step = _Alignof(max_align_t);

    return (size + step - 1) / step * step;
}

static Block *block_new(size_t size)
{
    Block *block = g_malloc0(offsetof(Block, bytes) + size);

    block->size = size;
    return block;
}

void *document_alloc(Document *document, size_t size)
{
    Block *block = document->blocks;
    size_t rounded = round_up(size);
    char *bytes;

    if (rounded > BLOCK_SIZE / 4) {
        /* Large pieces get a block behind the one that is being filled. */
        Block *own = block_new(rounded);
        own->used = rounded;
        own->next = block->next;
        block->next = own;
        return own->bytes;
    }
    if (block->size - block->used < rounded) {
        Block *fresh = block_new(BLOCK_SIZE);
        fresh->next = block;
        document->blocks = block = fresh;
    }
    bytes = (char *)block->bytes + block->used;
    block->used += rounded;
    return bytes;
}

const char *document_copy_text(Document *document, const char *text,
                               size_t length)
{
    char *copy = document_alloc(document, length + 1);

    if (length > 0)
        memcpy(copy, text, length);
    return copy;
}

Document *document_new(const char *gap_prefix)
{
    Document *document = g_new0(Document, 1);

    document->blocks = block_new(BLOCK_SIZE);
    if (gap_prefix)
        document->gap_prefix = document_copy_text(document, gap_prefix,
                                                  strlen(gap_prefix));
    document->root = node_new_element(document, "div", 0);
    return document;
}

void document_free(Document *document)
{
    Block *block;

    if (!document)
        return;
    block = document->blocks;
    while (block) {
        Block *next = block->next;
        g_free(block);
        block = next;
    }
    g_free(document);
}

Node *document_root(Document *document)
{
    return document->root;
}

const Node *document_root_const(const Document *document)
{
    return document->root;
}

const char *document_gap_prefix(const Document *document)
{
    return document->gap_prefix;
}

const DocumentWords *document_words(const Document *document)
{
    return document->words ? document->words : &document_words_english;
}

void document_set_words(Document *document, const DocumentWords *words)
{
    document->words = words;
}

void document_set_source(Document *document, const struct Lines *lines)
{
    document->source = lines;
}

const struct Lines *document_source(const Document *document)
{
    return document->source;
}

static Node *new_node(Document *document, NodeKind kind, int line)
{
    Node *node = document_alloc(document, sizeof *node);

    node->kind = kind;
    node->line = line;
    return node;
}

Node *node_new_element(Document *document, const char *name, int line)
{
    Node *node = new_node(document, NODE_ELEMENT, line);

    node->name = g_intern_string(name);
    return node;
}

Node *node_new_text(Document *document, const char *text, size_t length,
                    int line)
{
    Node *node = new_node(document, NODE_TEXT, line);

    node->text = document_copy_text(document, text, length);
    return node;
}

Node *node_new_comment(Document *document, const char *text, size_t length,
                       int line)
{
    Node *node = new_node(document, NODE_COMMENT, line);

    node->text = document_copy_text(document, text, length);
    return node;
}

bool node_is(const Node *node, const char *name)
{
    return node && node->kind == NODE_ELEMENT &&
           (node->name == name || strcmp(node->name, name) == 0);
}

const char *node_attribute(const Node *node, const char *name)
{
    const Attribute *attribute;

    for (attribute = node->attributes; attribute; attribute = attribute->next)
        if (strcmp(attribute->name, name) == 0)
            return attribute->value;
    return NULL;
}

void node_set_attribute(Document *document, Node *node, const char *name,
                        const char *value)
{
    Attribute **place = &node->attributes;
    Attribute *attribute;
    const char *copy = document_copy_text(document, value, strlen(value));

    while (*place && strcmp((*place)->name, name) != 0)
        place = &(*place)->next;
    if (!*place) {
        attribute = document_alloc(document, sizeof *attribute);
        attribute->name = g_intern_string(name);
        *place = attribute;
    }
    (*place)->value = copy;
}

void node_remove_attribute(Node *node, const char *name)
{
    Attribute **place = &node->attributes;

    while (*place) {
        if (strcmp((*place)->name, name) == 0)
            *place = (*place)->next;
        else
            place = &(*place)->next;
    }
}

void node_append(Node *parent, Node *child)
{
    assert(!child->parent);
    child->parent = parent;
    child->previous = parent->last_child;
    if (parent->last_child)
        parent->last_child->next = child;
    else
        parent->first_child = child;
    parent->last_child = child;
}

void node_insert_before(Node *sibling, Node *node)
{
    Node *parent = sibling->parent;

    assert(parent && !node->parent);
    node->parent = parent;
    node->next = sibling;
    node->previous = sibling->previous;
    if (sibling->previous)
        sibling->previous->next = node;
    else
        parent->first_child = node;
    sibling->previous = node;
}

void node_detach(Node *node)
{
    Node *parent = node->parent;

    if (!parent)
        return;
    if (node->previous)
        node->previous->next = node->next;
    else
        parent->first_child = node->next;
    if (node->next)
        node->next->previous = node->previous;
    else
        parent->last_child = node->previous;
    node->parent = node->previous = node->next = NULL;
}

void node_replace_by_children(Node *node)
{
    Node *child;

    assert(node->parent);
    while ((child = node->first_child)) {
        node_detach(child);
        node_insert_before(node, child);
    }
    node_detach(node);
}

Node *node_following_skip(const Node *node, const Node *root)
{
    while (node && node != root) {
        if (node->next)
            return node->next;
        node = node->parent;
    }
    return NULL;
}

Node *node_following(const Node *node, const Node *root)
{
    if (node->first_child)
        return node->first_child;
    return node_following_skip(node, root);
}

void node_append_text(const Node *node, GString *out)
{
    const Node *at = node;

    while (at) {
        if (at->kind == NODE_TEXT)
            g_string_append(out, at->text);
        at = node_following(at, node);
    }
}

static bool parse_gap_place(char letter, GapPlace *place)
{
    switch (letter) {
    case GAP_TEXT:
        *place = GAP_TEXT;
        return true;
    case GAP_URL_PART:
        *place = GAP_URL_PART;
        return true;
    case GAP_URL_WHOLE:
        *place = GAP_URL_WHOLE;
        return true;
    default:
        return false;
    }
}

size_t gap_match(const char *text, const char *prefix, GapPlace *place,
                 int *index)
{
    enum { DIGITS_MAX = 9 };
    const char *at;
    int value = 0;
    int digits = 0;
    GapPlace found;

    if (!prefix || strncmp(text, prefix, GAP_PREFIX_LENGTH) != 0)
        return 0;
    at = text + GAP_PREFIX_LENGTH;
    if (!parse_gap_place(*at++, &found))
        return 0;
    for (; g_ascii_isdigit(*at) && digits < DIGITS_MAX; at++, digits++)
        value = value * 10 + (*at - '0');
    if (digits == 0 || at[0] != 'z' || at[1] != 'Q')
        return 0;
    if (place)
        *place = found;
    if (index)
        *index = value;
    return (size_t)(at + 2 - text);
}

void gap_append(GString *out, const char *prefix, GapPlace place, int index)
{
    g_string_append_printf(out, "%s%c%dzQ", prefix, (char)place, index);
}

char *gap_mark_url(const char *url, const char *prefix)
{
    GString *out;
    const char *at = url;

    if (!prefix)
        return g_strdup(url);
    out = g_string_sized_new(strlen(url));
    while (*at) {
        int index;
        size_t length = gap_match(at, prefix, NULL, &index);
        if (length > 0) {
            gap_append(out, prefix, at == url ? GAP_URL_WHOLE : GAP_URL_PART,
                       index);
            at += length;
        } else {
            g_string_append_c(out, *at++);
        }
    }
    return g_string_free(out, FALSE);
}
