/*
 * html_scan.h - what an HTML text would cost, before a parser sees it.
 *
 * The parser's time grows with the square of the depth of open elements, and
 * formatting elements that are never closed are repeated in every block that
 * follows. html_scan() walks the tags once, keeps a stack of what the parser
 * would hold open (HTML 13.2.6, simplified on the side of caution), and
 * refuses such texts within milliseconds.
 */
#ifndef DOCUMENT_HTML_SCAN_H
#define DOCUMENT_HTML_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#define HTML_SCAN_DEPTH_MAX 500
#define HTML_SCAN_ATTRIBUTES_MAX 1000 /* on one tag */
#define HTML_SCAN_REPEATS_MAX 1000000 /* of formatting elements */

typedef enum {
    HTML_SCAN_FINE,
    HTML_SCAN_TOO_DEEP,
    HTML_SCAN_TOO_MANY_ATTRIBUTES,
    HTML_SCAN_TOO_MANY_REPEATS,
} HtmlScanResult;

/* `line` counts from 1 and says where the limit was passed. In a fragment,
 * unlike in a page, HTML inside svg and math does not end them. */
HtmlScanResult html_scan(const char *html, size_t length, bool fragment,
                         int *line);

#endif
