/*
 * lint.h - what an author would want to know about the tree, and blanks that
 * mean nothing.
 *
 * Rules: "heading" (a paragraph above `---` has become a heading), "alt" (an
 * image without a description), "link" (link syntax that was not understood
 * and stands in the text). All are warnings.
 */
#ifndef DOCUMENT_LINT_H
#define DOCUMENT_LINT_H

#include "base/finding.h"
#include "document/document.h"

#define LINT_HEADING_MAX 90

/* Takes away texts of nothing but blanks that stand between blocks. Gives
 * every element and text a line: its own or the one around it. */
void lint_tidy(Document *document);

void lint_report(const Document *document, const char *file,
                 Findings *findings);

#endif
