/*
 * links.h - every address of the tree becomes absolute and harmless.
 *
 * Allowed are http, https, mailto and tel, for images http and https, unless
 * the ImageTaker has them travel with the mail.
 * A link to anything else loses its link and keeps its text; an image is
 * replaced by its description. Findings: "scheme", for javascript:, data:,
 * file: and vbscript: errors, for other schemes warnings; "relative" and
 * "host", errors, for nobody could follow such an address.
 *
 * Links to a place in the same post (`#part`) get rel="bookmark", so that
 * the text part, where they lead nowhere, can show only their words.
 */
#ifndef DOCUMENT_LINKS_H
#define DOCUMENT_LINKS_H

#include "base/finding.h"
#include "document/document.h"

/* Of `source`: file, base_url (absolute or NULL) and images. Fills the empty
 * links of media.h, too. */
void links_resolve(Document *document, const DocumentSource *source,
                   Findings *findings);

#endif
