/*
 * shortcodes.h - what other site generators understand, and Markdown does
 * not: Liquid tags, Hugo short codes, kramdown attribute lists.
 *
 * Those that stand alone on a line and have a meaning in a mail are replaced
 * by it: figures, images and videos by HTML, `highlight` by a code block, an
 * attribute list by nothing. The rest stays and is reported by
 * shortcodes_report() once the tree is there.
 */
#ifndef DOCUMENT_SHORTCODES_H
#define DOCUMENT_SHORTCODES_H

#include "base/finding.h"
#include "document/document.h"
#include "document/lines.h"

/* NULL when nothing was replaced. */
Lines *shortcodes_replace(const Lines *lines, const GArray *blocks,
                          const char *file, Findings *findings);

/* A warning of the rule "template" for each that is left outside of code. */
void shortcodes_report(const Document *document, const char *file,
                       Findings *findings);

#endif
