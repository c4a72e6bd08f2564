/*
 * html_write.h - the tree as HTML source.
 *
 * One block a line, attributes in the tree's order, the same bytes on every
 * run. Runs of blanks become one outside of code. Characters beyond ASCII
 * become numeric references while they are few (at most one in ten); else they
 * stay UTF-8. Reading the result again gives the same tree, blanks between
 * blocks aside, if HTML can say it at all (it knows no p inside a p). Gaps in
 * href and src say GAP_URL_PART or GAP_URL_WHOLE; a comment that holds nothing
 * but a gap is written as the bare gap.
 */
#ifndef DOCUMENT_HTML_WRITE_H
#define DOCUMENT_HTML_WRITE_H

#include "document/document.h"

void html_write(const Document *document, GString *out);

#endif
