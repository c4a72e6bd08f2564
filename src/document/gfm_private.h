/*
 * gfm_private.h - the steps of gfm_apply().
 *
 *     gfm.c          their order; what must come out as it was written
 *     gfm_blocks.c   tables, notes, tasks and alerts
 *     gfm_inlines.c  strikethrough, bare addresses, the tokens in texts
 */
#ifndef DOCUMENT_GFM_PRIVATE_H
#define DOCUMENT_GFM_PRIVATE_H

#include <stdbool.h>

#include "document/gfm.h"

/* --- gfm.c --- */

/* A text that lives as long as the tree. */
const char *gfm_keep(const Gfm *gfm, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* What the writer of HTML uses in place of the node's own tags. */
void gfm_set_markup(const Gfm *gfm, struct cmark_node *node, const char *open,
                    const char *close);

/* "" when it has none, or is NULL. */
const char *gfm_literal(struct cmark_node *node);
bool gfm_is(struct cmark_node *node, int type);
void gfm_drop(struct cmark_node *node);

/* The nodes of these types (cmark_node_type) in document order;
 * CMARK_NODE_NONE ends them. */
GPtrArray *gfm_collect(struct cmark_node *root, const int *types);

/* The text that a token stood for, in code and in addresses. */
void gfm_append_spelled(GString *out, const Gfm *gfm, char letter, size_t index,
                        bool literally);

/* --- gfm_blocks.c --- */

void gfm_build_tables(const Gfm *gfm);
/* Gives the numbers of the notes, by definition. */
size_t *gfm_build_notes(const Gfm *gfm);
void gfm_build_tasks_and_alerts(const Gfm *gfm);

/* --- gfm_inlines.c --- */

void gfm_build_inlines(const Gfm *gfm, const size_t *numbers);

#endif
