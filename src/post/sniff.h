/*
 * sniff.h - is this body HTML or Markdown?
 *
 * A body is HTML when, read as HTML, nothing of it would be lost on a reader
 * of Markdown: it begins with a tag of HTML, a doctype or a comment; no text
 * stands outside its elements; and no <div>, <section> or the like has text
 * of its own with an empty line in it, which is how Markdown stands in a box.
 *
 * A whole page, with a doctype or <html>, is HTML whatever stands in it.
 *
 * One kind of text outside is allowed, since feeds cut their first paragraph
 * so: a body that begins with plain words and goes on in tags, with closing
 * block tags or <br>, without a sign of Markdown among the words outside and
 * without an empty line between them.
 *
 * The body is walked once, by tags alone: no tree, no allocation that grows
 * with it. What a real HTML parser does about misnested tags is followed as
 * far as text outside of elements depends on it: <p> ends where a block
 * begins, and the like.
 *
 * Private to the module.
 */
#ifndef POST_SNIFF_H
#define POST_SNIFF_H

#include "post/post.h"

/* `body` is UTF-8 with LF and ends in a NUL. */
PostFormat sniff_format(const char *body, size_t length);

#endif
