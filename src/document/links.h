/*
 * links.h - every address of the tree becomes absolute and harmless.
 *
 * Allowed are http, https, mailto and tel, for images http, https and cid.
 * A link to anything else loses its link and keeps its text; an image is
 * replaced by its description. javascript:, data:, file: and vbscript: are
 * error findings, other schemes warnings, and so are addresses without a
 * base to start from: errors, for nobody could follow them. The rule is
 * "link".
 *
 * Links to a place in the same post (`#part`) get rel="bookmark", so that
 * the text part, where they lead nowhere, can show only their words.
 */
#ifndef DOCUMENT_LINKS_H
#define DOCUMENT_LINKS_H

#include "base/finding.h"
#include "document/document.h"

/* `base_url` absolute or NULL. Fills the empty links of media.h, too. */
void links_resolve(Document *document, const char *file, const char *base_url,
                   Findings *findings);

#endif
