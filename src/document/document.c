/* document.c - the way from a post's body to its tree. */
#include "document/document.h"

#include <string.h>

#include "document/element.h"
#include "document/footnotes.h"
#include "document/html_read.h"
#include "document/links.h"
#include "document/lint.h"
#include "document/markdown.h"
#include "document/sanitize.h"
#include "document/shortcodes.h"

static bool check_bytes(const DocumentSource *source, GError **error)
{
    const char *end;
    Place place = {source->file, source->first_line, 0};
    const char *at;

    if (source->length > (size_t)DOCUMENT_BYTES_MAX) {
        error_set_at(error, ERROR_INPUT, place,
                     "the body is larger than %d bytes", DOCUMENT_BYTES_MAX);
        return false;
    }
    if (g_utf8_validate(source->text, (gssize)source->length, &end))
        return true;
    for (at = source->text; at < end; at++)
        if (*at == '\n')
            place.line++;
    error_set_at(error, ERROR_INPUT, place, "bytes that are not UTF-8");
    return false;
}

/* C0 but tab, LF and form feed, DEL, C1. */
static bool is_control(const char *at)
{
    unsigned char c = (unsigned char)*at;

    if (c < 0x20)
        return c != '\t' && c != '\n' && c != '\f';
    return c == 0x7f || (c == 0xc2 && (unsigned char)at[1] < 0xa0);
}

/* A lone CR ends a line for both parsers; then it has to do so for us. Other
 * control characters would come back as U+FFFD. */
static char *copy_text(const DocumentSource *source, size_t *length)
{
    char *text = g_malloc(source->length + 1);
    const char *at = source->text;
    const char *end = source->text + source->length;
    size_t used = 0;

    while (at < end) {
        if (*at == '\r')
            text[used++] = '\n';
        else if (!is_control(at))
            text[used++] = *at;
        else if ((unsigned char)*at == 0xc2)
            at++;
        at++;
    }
    text[used] = '\0';
    *length = used;
    return text;
}

static bool read_markdown(Document *document, const DocumentSource *source,
                          const HtmlText *text, Findings *findings,
                          GError **error)
{
    const Lines *lines = document_source(document);
    g_autoptr(MarkdownHtml)
        markdown = markdown_to_html(lines, source->file, findings, error);
    HtmlText html;

    if (!markdown)
        return false;
    html = *text;
    html.text = markdown->html->str;
    html.length = markdown->html->len;
    html.lines = &g_array_index(markdown->numbers, int, 0);
    html.line_count = markdown->numbers->len;
    if (!html_read_fragment(document, &html, error))
        return false;
    sanitize(document, source->file, markdown->mark, findings);
    return true;
}

static bool read_html(Document *document, const DocumentSource *source,
                      const HtmlText *text, Findings *findings, GError **error)
{
    g_autofree char *mark = token_choose_mark(text->text);

    if (!html_read_fragment(document, text, error))
        return false;
    if (mark)
        footnotes_recognise(document, mark);
    sanitize(document, source->file, mark, findings);
    return true;
}

static char *collapse(const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const char *at;

    for (at = text; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (!g_unichar_isspace(c))
            g_string_append_unichar(out, c);
        else if (out->len > 0 && out->str[out->len - 1] != ' ')
            g_string_append_c(out, ' ');
    }
    return g_strchomp(g_strdup(out->str));
}

static bool is_heading(const Node *node)
{
    return node->kind == NODE_ELEMENT && node->name[0] == 'h' &&
           node->name[1] >= '1' && node->name[1] <= '6';
}

/* The letter shows the title itself. */
static void drop_title(Document *document, const char *title)
{
    Node *root = document_root(document);
    Node *node = root->first_child;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *wanted = collapse(title);
    g_autofree char *found = NULL;

    while (node && !is_heading(node))
        node = node_following(node, root);
    if (!node)
        return;
    node_append_text(node, text);
    found = collapse(text->str);
    if (*wanted && strcmp(found, wanted) == 0)
        node_detach(node);
}

/* gfm_blocks.c names alerts in English, as they are written. */
static void name_alerts(Document *document)
{
    const DocumentWords *words = document_words(document);
    const DocumentWords *english = &document_words_english;
    Node *root = document_root(document);

    for (Node *node = root; node; node = node_following(node, root)) {
        Node *first = node->first_child;
        Node *name = first ? first->first_child : NULL;
        Node *text = name ? name->first_child : NULL;
        if (!element_has_class(node, "alert") || !node_is(name, "strong") ||
            !text || text->kind != NODE_TEXT)
            continue;
        for (int i = 0; i < WORDS_ALERTS; i++)
            if (strcmp(text->text, english->alerts[i]) == 0) {
                text->text = words->alerts[i];
                break;
            }
    }
}

Document *document_read(const DocumentSource *source, Findings *findings,
                        GError **error)
{
    g_autoptr(Document) document = document_new(source->gap_prefix);
    HtmlText text = {.file = source->file, .first_line = source->first_line};
    g_autofree char *copy = NULL;
    g_autoptr(Lines) lines = NULL;
    bool fine;

    if (!check_bytes(source, error))
        return NULL;
    document_set_words(document, source->words);
    copy = copy_text(source, &text.length);
    text.text = copy;
    lines = lines_split(copy, text.length, source->first_line);
    document_set_source(document, lines);
    if (source->format == DOCUMENT_MARKDOWN)
        fine = read_markdown(document, source, &text, findings, error);
    else
        fine = read_html(document, source, &text, findings, error);
    if (!fine)
        return NULL;
    links_resolve(document, source, findings);
    if (source->title)
        drop_title(document, source->title);
    name_alerts(document);
    lint_tidy(document);
    lint_report(document, source->file, findings);
    shortcodes_report(document, source->file, findings);
    document_set_source(document, NULL);
    return g_steal_pointer(&document);
}

Document *document_read_shell(const char *html, size_t length, const char *file,
                              const char *gap_prefix, GError **error)
{
    g_autoptr(Document) document = document_new(gap_prefix);
    HtmlText source = {
        .text = html, .length = length, .file = file, .first_line = 1};

    if (!html_read_page(document, &source, error))
        return NULL;
    return g_steal_pointer(&document);
}

static Node *copy_node(Document *document, const Node *from)
{
    Node *node = document_alloc(document, sizeof *node);
    Attribute **place = &node->attributes;
    const Attribute *attribute;

    node->kind = from->kind;
    node->name = from->name;
    node->line = from->line;
    if (from->text)
        node->text = document_copy_text(document, from->text,
                                        strlen(from->text));
    for (attribute = from->attributes; attribute; attribute = attribute->next) {
        Attribute *copy = document_alloc(document, sizeof *copy);
        copy->name = attribute->name;
        copy->value = document_copy_text(document, attribute->value,
                                         strlen(attribute->value));
        *place = copy;
        place = &copy->next;
    }
    return node;
}

void document_graft(Document *shell, Node *at, const Document *content)
{
    const Node *root = document_root_const(content);
    const Node *from = root->first_child;
    Node *top = at->parent;
    Node *into = top; /* the copy of from's parent */

    while (from) {
        Node *node = copy_node(shell, from);
        if (into == top)
            node_insert_before(at, node);
        else
            node_append(into, node);
        if (from->first_child) {
            into = node;
            from = from->first_child;
            continue;
        }
        while (from != root && !from->next) {
            from = from->parent;
            if (from != root)
                into = into->parent;
        }
        from = from == root ? NULL : from->next;
    }
    node_detach(at);
}
