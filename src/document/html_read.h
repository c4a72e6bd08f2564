/*
 * html_read.h - HTML source into nodes.
 *
 *     HtmlText ──html_read_fragment()──> children of the document's root
 *
 * The tree is the one that the HTML standard prescribes, whatever the
 * source's mistakes. The parser (gumbo) is known to this file only; its tree
 * is copied at once. Unknown elements keep their name, which is checked;
 * names that are not part of HTML are not interned. Control characters are
 * left out.
 *
 * Source that would make the parser slow is refused: html_scan.h, depth
 * DOCUMENT_DEPTH_MAX of the result, and HTML_READ_MEMORY_MAX bytes for the
 * parser's own tree. Each refusal is an ERROR_INPUT with its line.
 */
#ifndef DOCUMENT_HTML_READ_H
#define DOCUMENT_HTML_READ_H

#include <stdbool.h>

#include "document/document.h"

#define HTML_READ_MEMORY_MAX ((size_t)768 * 1024 * 1024)

typedef struct HtmlText {
    const char *text;
    size_t length;
    const char *file;
    int first_line;
    const int *lines; /* the file's line of each line; NULL: counted up from
                         first_line */
    size_t line_count;
} HtmlText;

bool html_read_fragment(Document *document, const HtmlText *source,
                        GError **error);

/* From doctype to </html>. Comments and control characters stay. */
bool html_read_page(Document *document, const HtmlText *source, GError **error);

#endif
