/*
 * gfm.h - what people write beyond CommonMark, made out of the tree that the
 * CommonMark parser gives.
 *
 * Tables and footnotes have been lifted out of the source before (tables.h,
 * notes.h) and stand in the tree as tokens. gfm_apply() turns the tokens into
 * what they mean, and finds strikethrough (two tildes), tasks, bare addresses
 * and alerts in the tree itself. Code and raw HTML get back exactly what was
 * written.
 *
 * Results are custom nodes, links, and a Markup in a node's user data, which
 * the writer of HTML uses instead of the node's own tags.
 */
#ifndef DOCUMENT_GFM_H
#define DOCUMENT_GFM_H

#include "base/finding.h"
#include "document/lines.h"
#include "document/notes.h"
#include "document/tables.h"

struct cmark_node;

typedef struct Markup {
    const char *open;
    const char *close;
} Markup;

typedef struct Gfm {
    struct cmark_node *root;
    const Lines *lines; /* what was parsed */
    const char *mark;
    const Notes *notes;   /* NULL: none */
    const Tables *tables; /* NULL: none */
    const char *file;
    Findings *findings;
    GStringChunk *strings; /* lives as long as the tree; so does markups */
    GPtrArray *markups;    /* of Markup, freed with g_free */
} Gfm;

void gfm_apply(const Gfm *gfm);

#endif
