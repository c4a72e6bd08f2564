/*
 * diff.h - what changed between two texts, line by line, as `diff -u` says
 * it.
 *
 * The shortest script of insertions and deletions (E. Myers, An O(ND)
 * difference algorithm and its variations, 1986). Texts that differ in more
 * than DIFF_EDITS_MAX lines are shown as one change.
 */
#ifndef PREVIEW_DIFF_H
#define PREVIEW_DIFF_H

#include <stdbool.h>

#include <glib.h>

#define DIFF_EDITS_MAX 2000
#define DIFF_CONTEXT 3

typedef struct DiffText {
    const char *name; /* for the line `---` or `+++` */
    const char *text; /* lines end in LF */
} DiffText;

/* Appends nothing and gives true when both are the same. */
bool diff_append(GString *out, const DiffText *before, const DiffText *after);

#endif
