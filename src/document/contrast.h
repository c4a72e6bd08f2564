/*
 * contrast.h - are the colours of the author's style attributes readable, on
 * the light page and on the dark one?
 *
 * A colour in a style attribute stays as it is when the page around it turns
 * dark, so dark words without a background of their own disappear. Text needs
 * 4.5:1, headings and text from 24 px, or bold from 18.66 px, 3:1 (WCAG 2.1,
 * 1.4.3). The page's own colours are those of the built-in theme.
 */
#ifndef DOCUMENT_CONTRAST_H
#define DOCUMENT_CONTRAST_H

#include "base/finding.h"
#include "document/document.h"

/* One finding, of the rule "contrast", for each element and page. */
void contrast_report(const Document *document, const char *file,
                     Findings *findings);

#endif
