/*
 * html_target.h - an HTML template being filled in.
 *
 * Values are escaped by place. A field's gap is a bare word; the edges of a
 * section become comments in text, which a parser leaves where they stand,
 * and bare words inside a value. Places in which a value of somebody else
 * could act (style, on…, scripts, tags) are refused.
 */
#ifndef LETTER_HTML_TARGET_H
#define LETTER_HTML_TARGET_H

#include "letter/evaluate.h"
#include "letter/html_place.h"

typedef struct HtmlTarget {
    Target base;
    HtmlPlace place;
    GArray *open; /* of the places in which sections began */
} HtmlTarget;

/* Appends to `out`, which is borrowed. */
void html_target_init(HtmlTarget *target, const Slots *slots, GString *out);
void html_target_clear(HtmlTarget *target);

#endif
