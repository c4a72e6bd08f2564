/*
 * sanitize.h - only what a mail may hold stays in the tree.
 *
 * An allow-list of elements and attributes (allow.h). What runs, loads or asks
 * for input goes with its content; embedded pages, videos and sounds become
 * links (media.h); other elements are replaced by their content. Every removal
 * is a finding of the rule "removed": a warning where something is missing for
 * the reader, one note per kind with a count where nothing is.
 *
 * Classes of the author go. Classes of the Markdown reader are written as
 * data-mark="<mark>name", where `mark` is a text that no post contains.
 */
#ifndef DOCUMENT_SANITIZE_H
#define DOCUMENT_SANITIZE_H

#include "base/finding.h"
#include "document/document.h"

#define SANITIZE_MARK_ATTRIBUTE "data-mark"

/* `mark` NULL: no classes at all. */
void sanitize(Document *document, const char *file, const char *mark,
              Findings *findings);

#endif
