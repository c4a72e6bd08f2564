/*
 * style.h - a theme: a small subset of CSS, written into style attributes.
 *
 * Selectors: element, .class, element.class, each with :first-child or
 * :last-child, and descendants of up to three of these, separated by commas;
 * specificity and order as in CSS. Rules outside @-rules are inlined; @media
 * blocks and [data-og…] rules are kept as they are for the page's <style>.
 * Anything else is an ERROR_INPUT with line and column, and so is what could
 * load something or leave the <style>: url(), `<`. An element's own style
 * attribute wins over the theme.
 */
#ifndef DOCUMENT_STYLE_H
#define DOCUMENT_STYLE_H

#include "document/document.h"

#define STYLE_BYTES_MAX ((size_t)64 * 1024)

typedef struct Style Style;

Style *style_parse(const char *css, size_t length, const char *file,
                   GError **error);
void style_free(Style *style);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Style, style_free)

/* Writes the rules that apply to each element below `root` into its style
 * attribute. */
void style_apply(const Style *style, Document *document, Node *root);

/* The @-rules and client hooks, verbatim, for a <style> element. Those for
 * the dark (prefers-color-scheme, [data-og…]) can stand in an element of
 * their own, so that a mail program that refuses them keeps the others. */
typedef enum { STYLE_ALL, STYLE_PAGE, STYLE_DARK } StyleKept;

const char *style_kept(const Style *style, StyleKept which);

#endif
