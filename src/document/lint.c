/* lint.c - small checks on the finished tree. */
#include "document/lint.h"

#include <string.h>

#include "document/contrast.h"
#include "document/place.h"

static const char *const BLOCKS[] = {
    "blockquote", "caption",    "col",    "colgroup", "dd",    "div", "dl",
    "dt",         "figcaption", "figure", "h1",       "h2",    "h3",  "h4",
    "h5",         "h6",         "hr",     "li",       "ol",    "p",   "pre",
    "section",    "table",      "tbody",  "td",       "tfoot", "th",  "thead",
    "tr",         "ul",         NULL,
};

static bool is_block(const Node *node)
{
    return node && node->kind == NODE_ELEMENT &&
           g_strv_contains(BLOCKS, node->name);
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\n\r\f")] == '\0';
}

static bool is_preformatted(const Node *node, const Node *root)
{
    for (; node && node != root; node = node->parent)
        if (node_is(node, "pre"))
            return true;
    return false;
}

/* A blank at the start or end of a block, or beside one. */
static bool means_nothing(const Node *text, const Node *root)
{
    bool before = text->previous ? is_block(text->previous)
                                 : is_block(text->parent);
    bool after = text->next ? is_block(text->next) : is_block(text->parent);

    return (before || after) && !is_preformatted(text->parent, root);
}

void lint_tidy(Document *document)
{
    Node *root = document_root(document);
    Node *node = root->first_child;

    while (node) {
        Node *next = node_following(node, root);
        if (node->line == 0)
            node->line = node->parent->line;
        if (node->kind == NODE_TEXT && is_blank(node->text) &&
            means_nothing(node, root))
            node_detach(node);
        node = next;
    }
}

typedef struct Lint {
    const Node *root;
    PlaceFinder finder;
    Findings *findings;
    int words_line; /* of the first text that is not blank; 0: none */
    int image_line; /* of the first image; 0: none */
} Lint;

static bool is_any_heading(const Node *node)
{
    return node->name[0] == 'h' && g_ascii_isdigit(node->name[1]) &&
           node->name[2] == '\0';
}

static void check_heading(Lint *lint, const Node *node)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Place place = place_of_tag(&lint->finder, node);
    glong length;

    node_append_text(node, text);
    length = g_utf8_strlen(text->str, -1);
    if (place.column == 0)
        place = place_of_line(&lint->finder, node->line);
    if (length > LINT_HEADING_MAX)
        findings_add(lint->findings, SEVERITY_WARNING, "heading", place,
                     "a heading of %ld characters; a paragraph directly "
                     "above `---` becomes one: put an empty line between them",
                     length);
}

static bool is_code(const Node *node, const Node *root)
{
    for (; node && node != root; node = node->parent)
        if (node_is(node, "code") || node_is(node, "pre") ||
            node_is(node, "samp") || node_is(node, "kbd"))
            return true;
    return false;
}

/* `] (` before a bare address, which has become a link by now. */
static const char *find_gap(const Node *node)
{
    static const char SIGN[] = "] (";
    size_t length = strlen(node->text);

    if (node_is(node->next, "a") && length >= strlen(SIGN) &&
        strcmp(node->text + length - strlen(SIGN), SIGN) == 0)
        return node->text + length - strlen(SIGN);
    return strstr(node->text, "] (http");
}

static void check_text(Lint *lint, const Node *node)
{
    const char *broken = strstr(node->text, "](");
    const char *sign = "](";
    int line = node->line;
    const char *at;

    if (!broken) {
        sign = "] (http";
        broken = find_gap(node);
    }
    if (!broken || !memchr(node->text, '[', (size_t)(broken - node->text)) ||
        is_code(node->parent, lint->root))
        return;
    for (at = node->text; at < broken; at++)
        if (*at == '\n')
            line++;
    findings_add(lint->findings, SEVERITY_WARNING, "syntax",
                 place_find(&lint->finder, line, sign),
                 "`%s` stands in the text; a link is written "
                 "[words](address), without a blank or a line break between "
                 "`]` and `(` or in the address",
                 sign);
}

/* --- images --- */

static bool has_extension(const char *address, const char *extension)
{
    size_t length = strcspn(address, "?#");
    size_t wanted = strlen(extension);

    return length > wanted && g_ascii_strncasecmp(address + length - wanted,
                                                  extension, wanted) == 0;
}

static void check_format(Lint *lint, Place place, const char *address)
{
    if (!g_str_has_prefix(address, "http"))
        return;
    if (has_extension(address, ".svg"))
        findings_add(lint->findings, SEVERITY_WARNING, "image", place,
                     "Gmail and Outlook show no SVG images; use a PNG");
    else if (has_extension(address, ".webp") || has_extension(address, ".avif"))
        findings_add(lint->findings, SEVERITY_NOTE, "image", place,
                     "Outlook on Windows shows no WebP and AVIF images; a "
                     "PNG or JPEG is seen by all");
}

static void check_image(Lint *lint, const Node *node)
{
    const char *address = node_attribute(node, "src");
    Place place = place_of_tag(&lint->finder, node);

    if (lint->image_line == 0)
        lint->image_line = node->line;
    if (address)
        check_format(lint, place, address);
    if (!node_attribute(node, "alt"))
        findings_add(lint->findings, SEVERITY_WARNING, "alt", place,
                     "an image without a description; write one, or alt=\"\" "
                     "if it only decorates");
}

/* --- code --- */

static void check_code(Lint *lint, const Node *node)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *at;
    glong widest = 0;

    node_append_text(node, text);
    for (at = text->str; *at;) {
        size_t length = strcspn(at, "\n");
        widest = MAX(widest, g_utf8_strlen(at, (gssize)length));
        at += length + (at[length] == '\n');
    }
    if (widest > LINT_CODE_MAX)
        findings_add(lint->findings, SEVERITY_NOTE, "wide",
                     (Place){lint->finder.file, node->line, 0},
                     "a line of code with %ld characters; it is wrapped on "
                     "phones and by programs that show the text part",
                     widest);
}

/* --- the walk --- */

static void check_element(Lint *lint, const Node *node)
{
    if (node->unclosed)
        findings_add(lint->findings, SEVERITY_WARNING, "unclosed",
                     place_of_tag(&lint->finder, node),
                     "<%s> is not closed before the block around it ends, so "
                     "it goes on in what follows; write </%s>",
                     node->name, node->name);
    if (node_is(node, "img"))
        check_image(lint, node);
    else if (node_is(node, "pre"))
        check_code(lint, node);
    else if (is_any_heading(node))
        check_heading(lint, node);
}

void lint_report(const Document *document, const char *file, Findings *findings)
{
    const Node *root = document_root_const(document);
    Lint lint = {.root = root, .findings = findings};
    const Node *node;

    if (!findings)
        return;
    place_finder_init(&lint.finder, document, file);
    for (node = root->first_child; node; node = node_following(node, root)) {
        if (node->kind == NODE_ELEMENT) {
            check_element(&lint, node);
        } else if (node->kind == NODE_TEXT && !is_blank(node->text)) {
            lint.words_line = lint.words_line ? lint.words_line : node->line;
            check_text(&lint, node);
        }
    }
    if (lint.image_line > 0 && lint.words_line == 0)
        findings_add(findings, SEVERITY_WARNING, "text",
                     (Place){file, lint.image_line, 0},
                     "the post has images only; who does not load them sees "
                     "nothing, and filters take such mail for spam");
    lint_links_report(document, file, findings);
    contrast_report(document, file, findings);
}
