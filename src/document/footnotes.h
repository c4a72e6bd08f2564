/*
 * footnotes.h - the footnotes of pages that other programs have written.
 *
 *     <sup><a href="#fn-1" id="fnref-1">1</a></sup>
 *     <section class="footnotes"><ol>
 *       <li id="fn-1"><p>The note. <a href="#fnref-1">↩</a></p></li> …
 *
 * A mail has no way back and forth: the references become what ours are, the
 * list becomes ours, the ways back go. This is how cmark-gfm, Hugo, kramdown
 * and pandoc write them; what nothing refers to stays as it is.
 */
#ifndef DOCUMENT_FOOTNOTES_H
#define DOCUMENT_FOOTNOTES_H

#include "document/node.h"

/* Before the tree is sanitized, with the same `mark`. */
void footnotes_recognise(Document *document, const char *mark);

#endif
