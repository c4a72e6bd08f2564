/*
 * fold.h - findings as people read them: sorted, and many of a kind told
 * once.
 *
 *     Findings ──fold_new()──> lines
 *
 * Notes come first and errors last, next to the prompt; within a severity by
 * file, line and column. Findings of one file with the same words are one
 * line with the other places. Of the different ones of a rule all stand
 * there while they are few; else the first FOLD_SHOWN, and one line counts
 * the others.
 */
#ifndef CHECK_FOLD_H
#define CHECK_FOLD_H

#include <stdbool.h>

#include "base/finding.h"

#define FOLD_SHOWN 3
#define FOLD_FEW 5

typedef struct FoldedLine {
    const Finding *finding; /* the first that the line stands for */
    size_t count;           /* how many findings it stands for */
    bool rest;              /* it counts the others of a rule */
    char *text;             /* all of it, with the place */
} FoldedLine;

typedef struct Fold Fold;

/* Only findings of `least` and worse. Borrows `findings`. */
Fold *fold_new(const Findings *findings, Severity least);
void fold_free(Fold *fold);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fold, fold_free)

size_t fold_count(const Fold *fold);
const FoldedLine *fold_at(const Fold *fold, size_t index);

/* "2 errors, 5 warnings, 1 note"; "no errors, no warnings". */
char *fold_totals(const Findings *findings);

#endif
