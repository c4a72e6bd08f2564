/*
 * lint.h - what an author would want to know about the tree, and blanks that
 * mean nothing.
 *
 *     lint.c         heading, syntax, alt, unclosed, image, wide, text
 *     lint_links.c   http, ambiguous, vague
 *     contrast.c     contrast
 *
 * docs/checks.md says of each rule what it finds and what to do. Rules look
 * at the tree as the author meant it, before it is made ready for mail
 * programs. Each is linear in the size of the tree.
 */
#ifndef DOCUMENT_LINT_H
#define DOCUMENT_LINT_H

#include "base/finding.h"
#include "document/document.h"

#define LINT_HEADING_MAX 90 /* characters */
#define LINT_CODE_MAX 80    /* columns */

/* Takes away texts of nothing but blanks that stand between blocks. Gives
 * every element and text a line: its own or the one around it. */
void lint_tidy(Document *document);

/* Needs the document's source for columns; see place.h. */
void lint_report(const Document *document, const char *file,
                 Findings *findings);

/* --- lint_links.c --- */

void lint_links_report(const Document *document, const char *file,
                       Findings *findings);

/* "line 4", "lines 4, 9, 12 and 87 more": of lines (int) in order. */
char *lint_lines_text(const GArray *lines);

#endif
