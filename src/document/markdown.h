/*
 * markdown.h - Markdown into HTML source that remembers its lines.
 *
 *     Lines ── short codes ── notes ── tables ──> Lines
 *           ── cmark ── gfm ──> MarkdownHtml ──> html_read
 *
 * cmark parses; this file walks its tree and writes HTML of which every line
 * knows the line of the post that it comes from. Raw HTML is passed on as it
 * is: sanitising comes later, on the tree. Classes of our own are written as
 * SANITIZE_MARK_ATTRIBUTE with `mark` before them.
 *
 * Sources that would make cmark slow (markdown_cost.h) or the result larger
 * than MARKDOWN_HTML_MAX are refused.
 */
#ifndef DOCUMENT_MARKDOWN_H
#define DOCUMENT_MARKDOWN_H

#include <stddef.h>

#include "base/finding.h"
#include "document/lines.h"

#define MARKDOWN_HTML_MAX ((size_t)32 * 1024 * 1024)

typedef struct MarkdownHtml {
    GString *html;
    GArray *numbers; /* of int: the post's line for each line of html */
    char *mark;
} MarkdownHtml;

void markdown_html_free(MarkdownHtml *html);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MarkdownHtml, markdown_html_free)

/* Errors are ERROR_INPUT with a line. */
MarkdownHtml *markdown_to_html(const Lines *lines, const char *file,
                               Findings *findings, GError **error);

/* Code, HTML and paragraphs of the text, in order: an array of Block. */
GArray *markdown_find_blocks(const Lines *lines);

#endif
