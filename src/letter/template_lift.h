/*
 * template_lift.h - a post's fields taken out before its Markdown or HTML is
 * read, and put back where they are code.
 *
 * Markdown would mangle {{ name | default: "x" }} in an address, in quotes
 * or in a table. So every tag becomes a gap first. What turns out to stand in
 * code is put back as it was written; a tag that is no field may stand only
 * there.
 */
#ifndef LETTER_TEMPLATE_LIFT_H
#define LETTER_TEMPLATE_LIFT_H

#include "base/finding.h"
#include "document/document.h"
#include "letter/slots.h"

#define LIFT_TAG_MAX 1500 /* bytes */

/* The text with gaps. `place` is where it begins. Left alone are {{< and
 * {{%, which are other programs' tags, and \{{. Fails only for too many. */
char *template_lift(const char *text, size_t length, Place place, Slots *slots,
                    GError **error);

/* Puts back what stands in <pre> and <code> below the root, and has links
 * that show their own address show it percent-encoded. */
void template_unlift(Document *document, const Slots *slots);

/* Adds a note when something outside of code looks like a field, but is
 * none: without `merge` {{name}}, always {name}. */
void template_lift_note(const Document *document, const char *file, bool merge,
                        Findings *findings);

#endif
