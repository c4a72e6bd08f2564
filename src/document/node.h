/*
 * node.h - the tree that a post becomes: HTML elements and texts.
 *
 * One tree for Markdown and for HTML; text part and HTML part are written
 * from it, so they cannot disagree. Nodes live in the Document's arena and go
 * with it; nothing is freed alone. Tag and attribute names are interned,
 * lower case: compare them with node_is() or by pointer with g_intern'ed
 * strings. Texts are UTF-8, entities decoded.
 *
 * A gap is a place for a value that differs from recipient to recipient. In
 * texts and attribute values it is a word of ASCII letters and digits which
 * no post contains: prefix (document's, 8 letters), a letter for the place
 * it stands in, decimal index, "zQ". It survives Markdown, HTML and both
 * writers unchanged; the letter module turns it back into a field.
 */
#ifndef DOCUMENT_NODE_H
#define DOCUMENT_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

typedef enum { NODE_ELEMENT, NODE_TEXT, NODE_COMMENT, NODE_DOCTYPE } NodeKind;

typedef struct Attribute Attribute;
struct Attribute {
    const char *name;
    const char *value; /* never NULL */
    Attribute *next;
};

typedef struct Node Node;
struct Node {
    NodeKind kind;
    const char *name; /* NODE_ELEMENT */
    const char *text; /* NODE_TEXT, NODE_COMMENT, NODE_DOCTYPE */
    Attribute *attributes;
    Node *parent;
    Node *first_child;
    Node *last_child;
    Node *previous;
    Node *next;
    int line;      /* in the post's file; 0 unknown */
    bool unclosed; /* an inline element that its source never closes */
};

typedef struct Document Document;

/* A document whose root is an empty <div>. `gap_prefix` may be NULL. Readers
 * of this folder begin here, and so do tests of what writes a tree. */
Document *document_new(const char *gap_prefix);

struct Lines;

/* The body's lines as the author wrote them, for columns in findings; see
 * place.h. Borrowed; NULL when they are gone. */
void document_set_source(Document *document, const struct Lines *lines);
const struct Lines *document_source(const Document *document);

/* Arena: zeroed memory and copies that live as long as the document. */
void *document_alloc(Document *document, size_t size);
const char *document_copy_text(Document *document, const char *text,
                               size_t length);

Node *node_new_element(Document *document, const char *name, int line);
Node *node_new_text(Document *document, const char *text, size_t length,
                    int line);
Node *node_new_comment(Document *document, const char *text, size_t length,
                       int line);

bool node_is(const Node *node, const char *name); /* NULL is nothing */
const char *node_attribute(const Node *node, const char *name); /* or NULL */
void node_set_attribute(Document *document, Node *node, const char *name,
                        const char *value);
void node_remove_attribute(Node *node, const char *name);

void node_append(Node *parent, Node *child);
void node_insert_before(Node *sibling, Node *node);
void node_detach(Node *node);              /* with its children */
void node_replace_by_children(Node *node); /* unwrap */

/* Document order inside `root`: the node after `node`, NULL at the end. */
Node *node_following(const Node *node, const Node *root);
/* The same, leaving out the children of `node`. */
Node *node_following_skip(const Node *node, const Node *root);

/* All text below, white space as it stands. */
void node_append_text(const Node *node, GString *out);

/* --- gaps --- */

#define GAP_PREFIX_LENGTH 8

typedef enum {
    GAP_TEXT = 'm',      /* text, and attributes that are no address */
    GAP_URL_PART = 'u',  /* inside an address: percent-encoded */
    GAP_URL_WHOLE = 'w', /* an address begins here: its scheme is checked */
} GapPlace;

/* Does a gap begin at `text`? Gives its length in bytes, else 0. */
size_t gap_match(const char *text, const char *prefix, GapPlace *place,
                 int *index);
/* Appends the gap `index`. */
void gap_append(GString *out, const char *prefix, GapPlace place, int index);
/* A copy of an address in which its gaps say GAP_URL_PART or, at its start,
 * GAP_URL_WHOLE. */
char *gap_mark_url(const char *url, const char *prefix);

#endif
