/*
 * tree.h - a post's body read for a test, and its tree as one line of text.
 *
 *     <p>a <b>c</b></p>   with attributes in the tree's order, texts and
 *                         values unescaped
 */
#ifndef TREE_H
#define TREE_H

#include "document/document.h"

typedef struct Read {
    Document *document; /* NULL: look at error */
    Findings *findings;
    GError *error;
} Read;

static inline void read_clear(Read *read)
{
    document_free(read->document);
    findings_free(read->findings);
    g_clear_error(&read->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Read, read_clear)

static inline Read read_source(DocumentFormat format, const char *text,
                               const char *base_url)
{
    DocumentSource source = {
        .text = text,
        .length = strlen(text),
        .format = format,
        .file = "post.md",
        .first_line = 1,
        .base_url = base_url,
        .gap_prefix = "QZqzQZqz",
    };
    Read read = {.findings = findings_new()};
    read.document = document_read(&source, read.findings, &read.error);
    return read;
}

static inline void tree_open(GString *out, const Node *node)
{
    g_string_append_printf(out, "<%s", node->name);
    for (const Attribute *a = node->attributes; a != NULL; a = a->next)
        g_string_append_printf(out, " %s=\"%s\"", a->name, a->value);
    g_string_append_c(out, '>');
}

static inline void tree_append(GString *out, const Node *node)
{
    switch (node->kind) {
    case NODE_TEXT:
        g_string_append(out, node->text);
        return;
    case NODE_COMMENT:
        g_string_append_printf(out, "<!--%s-->", node->text);
        return;
    case NODE_DOCTYPE:
        g_string_append_printf(out, "<!DOCTYPE %s>", node->text);
        return;
    case NODE_ELEMENT:
        break;
    }
    tree_open(out, node);
    for (const Node *child = node->first_child; child; child = child->next)
        tree_append(out, child);
    if (!node_is(node, "br") && !node_is(node, "hr") && !node_is(node, "img"))
        g_string_append_printf(out, "</%s>", node->name);
}

/* The children of the root. */
static inline char *tree_text(const Document *document)
{
    GString *out = g_string_new(NULL);
    const Node *root = document_root_const(document);
    for (const Node *child = root->first_child; child; child = child->next)
        tree_append(out, child);
    return g_string_free(out, FALSE);
}

static inline void assert_tree(DocumentFormat format, const char *source,
                               const char *expected)
{
    g_auto(Read) read = read_source(format, source, "https://e.org/d/p");
    assert_no_error(read.error);
    g_autofree char *found = tree_text(read.document);
    assert_string_equal(found, expected);
}

/* One finding of this rule whose line in print contains `part`. */
static inline void assert_finding(const Findings *findings, const char *rule,
                                  const char *part)
{
    g_autoptr(GString) all = g_string_new(NULL);
    for (size_t i = 0; i < findings_stored(findings); i++) {
        const Finding *finding = findings_at(findings, i);
        g_autofree char *line = finding_to_line(finding);
        if (strcmp(finding->rule, rule) == 0 && strstr(line, part) != NULL)
            return;
        g_string_append_printf(all, "\n%s [%s]", line, finding->rule);
    }
    fail_msg("no finding [%s] `%s` in:%s", rule, part, all->str);
}

#endif
