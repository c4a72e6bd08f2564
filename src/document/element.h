/*
 * element.h - what HTML says about elements by their names.
 */
#ifndef DOCUMENT_ELEMENT_H
#define DOCUMENT_ELEMENT_H

#include "document/node.h"

/* Begins on a line of its own: p, li, td, … False for texts and comments. */
bool element_is_block(const Node *node);
/* Is there a block anywhere below? */
bool element_has_block(const Node *node);
/* Has no content and no end tag: br, img, … */
bool element_is_void(const Node *node);
/* Its content is no markup and is not escaped: style, script. */
bool element_is_raw(const Node *node);
/* ul, ol and their old relatives. */
bool element_is_list(const Node *node);
/* 1 to 6 for a heading, else 0. */
int element_heading_level(const Node *node);
/* Is `name` one of the words of its class attribute? */
bool element_has_class(const Node *node, const char *name);

/* Blanks as HTML counts them. */
bool element_is_blank(char byte);
/* Nothing but such blanks; true for "". */
bool element_is_blank_text(const char *text);

#endif
