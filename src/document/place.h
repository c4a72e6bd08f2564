/*
 * place.h - where in the author's file something was written, with its
 * column.
 *
 * The parsers tell lines only, and of Markdown they never saw the author's
 * own bytes. The column is found by looking in that line for what was
 * written: a tag's name, an address. When it is not there, or when a field
 * that was lifted out stands before it, the place has no column.
 *
 * One PlaceFinder serves one walk over a tree in document order: asked again
 * for the same words on the same line, it goes on behind the last hit.
 */
#ifndef DOCUMENT_PLACE_H
#define DOCUMENT_PLACE_H

#include "base/error.h"
#include "document/document.h"
#include "document/lines.h"

typedef struct PlaceFinder {
    const char *file;
    const char *gap_prefix; /* NULL */
    const Lines *lines;     /* the body as written; NULL: no columns */
    int line;               /* of the last hit */
    size_t behind;          /* where it ended */
    unsigned words;         /* what it was, hashed */
} PlaceFinder;

/* Takes the lines that document_set_source() gave the document. */
void place_finder_init(PlaceFinder *finder, const Document *document,
                       const char *file);

/* ASCII letters count in any case. */
Place place_find(PlaceFinder *finder, int line, const char *words);

/* Where `<name` stands on the node's line; for an image also `![`. */
Place place_of_tag(PlaceFinder *finder, const Node *node);

/* The first character of the line that is no blank. */
Place place_of_line(const PlaceFinder *finder, int line);

#endif
