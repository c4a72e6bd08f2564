/* markdown.c - cmark's tree as HTML with line numbers. */
#include "document/markdown.h"

#include <stdbool.h>
#include <string.h>

#define CMARK_NO_SHORT_NAMES
#include <cmark.h>

#include "document/gfm.h"
#include "document/markdown_cost.h"
#include "document/protect.h"
#include "document/shortcodes.h"

typedef struct Writer {
    const Lines *lines;
    GString *html;
    GArray *numbers;
    int line;   /* index into lines: where we are */
    bool begun; /* something stands on the current line of html */
} Writer;

/* --- parsing --- */

static cmark_node *parse(const Lines *lines)
{
    return cmark_parse_document(lines->text->str, lines->text->len,
                                CMARK_OPT_UNSAFE | CMARK_OPT_SOURCEPOS);
}

static int count_newlines(const char *text)
{
    int count = 0;

    while (text && (text = strchr(text, '\n'))) {
        count++;
        text++;
    }
    return count;
}

static Block block_of(cmark_node *node, BlockKind kind, int quotes)
{
    int first = cmark_node_get_start_line(node) - 1;
    int last = cmark_node_get_end_line(node) - 1;

    /* An end before the first column is the end of the line before. */
    if (cmark_node_get_end_column(node) == 0)
        last--;
    /* HTML that ends by its own rule is one line longer than cmark says. */
    if (cmark_node_get_type(node) == CMARK_NODE_HTML_BLOCK)
        last = MAX(last,
                   first + count_newlines(cmark_node_get_literal(node)) - 1);
    return (Block){kind, first, MAX(first, last),
                   cmark_node_get_start_column(node) - 1, quotes};
}

static bool is_underlined(const Lines *lines, cmark_node *heading)
{
    int line = cmark_node_get_start_line(heading) - 1;
    int column = cmark_node_get_start_column(heading) - 1;
    const char *text;
    size_t length;

    if (line < 0 || column < 0 || line >= lines_count(lines))
        return false;
    text = lines_at(lines, line, &length);
    return (size_t)column < length && text[column] != '#';
}

GArray *markdown_find_blocks(const Lines *lines)
{
    GArray *blocks = g_array_new(FALSE, FALSE, sizeof(Block));
    cmark_node *root = parse(lines);
    cmark_iter *iter = cmark_iter_new(root);
    cmark_event_type event;
    int quotes = 0;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        cmark_node_type type = cmark_node_get_type(node);
        Block block;
        if (type == CMARK_NODE_BLOCK_QUOTE)
            quotes += event == CMARK_EVENT_ENTER ? 1 : -1;
        if (event != CMARK_EVENT_ENTER)
            continue;
        if (type == CMARK_NODE_CODE_BLOCK || type == CMARK_NODE_HTML_BLOCK)
            block = block_of(node, BLOCK_OPAQUE, quotes);
        else if (type == CMARK_NODE_PARAGRAPH ||
                 (type == CMARK_NODE_HEADING && is_underlined(lines, node)))
            block = block_of(node, BLOCK_PARAGRAPH, quotes);
        else
            continue;
        g_array_append_val(blocks, block);
    }
    cmark_iter_free(iter);
    cmark_node_free(root);
    return blocks;
}

/* --- writing --- */

static void put_newline(Writer *writer)
{
    int number = lines_number(writer->lines, writer->line);

    g_string_append_c(writer->html, '\n');
    g_array_append_val(writer->numbers, number);
    writer->begun = false;
}

static void put(Writer *writer, const char *text)
{
    g_string_append(writer->html, text);
    writer->begun = writer->begun || *text;
}

/* The next thing begins on a line of its own, which is the node's. */
static void begin_block(Writer *writer, cmark_node *node)
{
    int line = cmark_node_get_start_line(node) - 1;

    if (line >= 0)
        writer->line = line;
    if (writer->begun)
        put_newline(writer);
    else
        g_array_index(writer->numbers, int,
                      writer->numbers->len - 1) = lines_number(writer->lines,
                                                               writer->line);
}

/* Text whose newlines are those of the post. */
static void put_lines(Writer *writer, const char *text, bool escape)
{
    for (; *text; text++) {
        if (*text == '\n') {
            writer->line++;
            put_newline(writer);
        } else if (escape && *text == '<') {
            put(writer, "&lt;");
        } else if (escape && *text == '>') {
            put(writer, "&gt;");
        } else if (escape && *text == '&') {
            put(writer, "&amp;");
        } else {
            g_string_append_c(writer->html, *text);
            writer->begun = true;
        }
    }
}

static void put_attribute(Writer *writer, const char *name, const char *value)
{
    put(writer, " ");
    put(writer, name);
    put(writer, "=\"");
    for (; *value; value++) {
        if (*value == '"')
            put(writer, "&quot;");
        else if (*value == '&')
            put(writer, "&amp;");
        else if (*value == '<')
            put(writer, "&lt;");
        else if (*value == '>')
            put(writer, "&gt;");
        else if (*value == '\n')
            put(writer, "&#10;");
        else
            g_string_append_c(writer->html, *value);
    }
    put(writer, "\"");
}

static void warn_html_as_code(const Writer *writer, cmark_node *node,
                              const char *file, Findings *findings)
{
    int line = cmark_node_get_start_line(node) - 1;
    int column = cmark_node_get_start_column(node) - 1;
    const char *literal = cmark_node_get_literal(node);
    Place place = {file, lines_number(writer->lines, line), 0};
    size_t length;
    const char *text;

    if (!literal || line < 0 || line >= lines_count(writer->lines))
        return;
    literal += strspn(literal, " \t");
    text = lines_at(writer->lines, line, &length);
    if (literal[0] != '<' ||
        (!g_ascii_isalpha(literal[1]) && literal[1] != '/' &&
         literal[1] != '!') ||
        (column >= 0 && (size_t)column < length && strchr("`~", text[column])))
        return;
    findings_add(findings, SEVERITY_WARNING, "code", place,
                 "an indented line that begins with a tag is shown as code; "
                 "take the indentation away if it is meant as HTML");
}

static void write_code_block(Writer *writer, cmark_node *node)
{
    begin_block(writer, node);
    put(writer, "<pre><code>");
    put_lines(writer, cmark_node_get_literal(node), true);
    put(writer, "</code></pre>");
}

/* The words of an image's description, without marks. */
static char *image_text(cmark_node *image)
{
    GString *text = g_string_new(NULL);
    cmark_iter *iter = cmark_iter_new(image);
    cmark_event_type event;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        cmark_node_type type = cmark_node_get_type(node);
        if (event != CMARK_EVENT_ENTER)
            continue;
        if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)
            g_string_append(text, cmark_node_get_literal(node));
        else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
            g_string_append_c(text, ' ');
    }
    cmark_iter_free(iter);
    return g_string_free(text, FALSE);
}

static void write_image(Writer *writer, cmark_node *node)
{
    g_autofree char *text = image_text(node);
    const char *title = cmark_node_get_title(node);

    put(writer, "<img");
    put_attribute(writer, "src", cmark_node_get_url(node));
    if (*text)
        put_attribute(writer, "alt", text);
    if (title && *title)
        put_attribute(writer, "title", title);
    put(writer, ">");
}

static void write_link(Writer *writer, cmark_node *node, bool enter)
{
    const char *title = cmark_node_get_title(node);

    if (!enter) {
        put(writer, "</a>");
        return;
    }
    put(writer, "<a");
    put_attribute(writer, "href", cmark_node_get_url(node));
    if (title && *title)
        put_attribute(writer, "title", title);
    put(writer, ">");
}

static void write_list(Writer *writer, cmark_node *node, bool enter)
{
    bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    int start = cmark_node_get_list_start(node);

    if (!enter) {
        put(writer, ordered ? "</ol>" : "</ul>");
        return;
    }
    begin_block(writer, node);
    put(writer, ordered ? "<ol" : "<ul");
    if (ordered && start != 1) {
        g_autofree char *number = g_strdup_printf("%d", start);
        put_attribute(writer, "start", number);
    }
    put(writer, ">");
}

static void write_heading(Writer *writer, cmark_node *node, bool enter)
{
    char tag[] = "<h1>";
    char end[] = "</h1>";

    tag[2] = end[3] = (char)('0' + cmark_node_get_heading_level(node));
    if (enter)
        begin_block(writer, node);
    put(writer, enter ? tag : end);
}

static void write_simple_block(Writer *writer, cmark_node *node, bool enter,
                               const Markup *markup)
{
    if (enter && *markup->open)
        begin_block(writer, node);
    put(writer, enter ? markup->open : markup->close);
}

static bool is_in_tight_list(cmark_node *paragraph)
{
    cmark_node *item = cmark_node_parent(paragraph);
    cmark_node *list = item ? cmark_node_parent(item) : NULL;

    return list && cmark_node_get_type(list) == CMARK_NODE_LIST &&
           cmark_node_get_list_tight(list);
}

static void write_inline(Writer *writer, cmark_node *node, bool enter)
{
    const char *text = cmark_node_get_literal(node);

    switch ((int)cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
        put_lines(writer, text, true);
        break;
    case CMARK_NODE_LINEBREAK:
        put(writer, "<br>");
        G_GNUC_FALLTHROUGH;
    case CMARK_NODE_SOFTBREAK:
        writer->line++;
        put_newline(writer);
        break;
    case CMARK_NODE_CODE:
        put(writer, "<code>");
        put_lines(writer, text, true);
        put(writer, "</code>");
        break;
    case CMARK_NODE_HTML_INLINE:
        put_lines(writer, text, false);
        break;
    case CMARK_NODE_CUSTOM_INLINE:
        put(writer, enter ? cmark_node_get_on_enter(node)
                          : cmark_node_get_on_exit(node));
        break;
    case CMARK_NODE_EMPH:
        put(writer, enter ? "<em>" : "</em>");
        break;
    case CMARK_NODE_STRONG:
        put(writer, enter ? "<strong>" : "</strong>");
        break;
    case CMARK_NODE_LINK:
        write_link(writer, node, enter);
        break;
    default:
        break;
    }
}

/* It has no place of its own, but what it holds has. */
static void write_custom_block(Writer *writer, cmark_node *node, bool enter)
{
    cmark_node *first = node;

    if (!enter) {
        put(writer, cmark_node_get_on_exit(node));
        return;
    }
    while (cmark_node_get_start_line(first) == 0 &&
           cmark_node_first_child(first))
        first = cmark_node_first_child(first);
    begin_block(writer, first);
    put(writer, cmark_node_get_on_enter(node));
}

static void write_block(Writer *writer, cmark_node *node, bool enter)
{
    static const Markup QUOTE = {"<blockquote>", "</blockquote>"};
    static const Markup ITEM = {"<li>", "</li>"};
    static const Markup PARAGRAPH = {"<p>", "</p>"};
    static const Markup RULE = {"<hr>", ""};

    switch ((int)cmark_node_get_type(node)) {
    case CMARK_NODE_BLOCK_QUOTE:
        write_simple_block(writer, node, enter, &QUOTE);
        break;
    case CMARK_NODE_LIST:
        write_list(writer, node, enter);
        break;
    case CMARK_NODE_ITEM:
        write_simple_block(writer, node, enter, &ITEM);
        break;
    case CMARK_NODE_CODE_BLOCK:
        write_code_block(writer, node);
        break;
    case CMARK_NODE_HTML_BLOCK:
        begin_block(writer, node);
        put_lines(writer, cmark_node_get_literal(node), false);
        break;
    case CMARK_NODE_CUSTOM_BLOCK:
        write_custom_block(writer, node, enter);
        break;
    case CMARK_NODE_PARAGRAPH:
        if (!is_in_tight_list(node))
            write_simple_block(writer, node, enter, &PARAGRAPH);
        else if (enter && cmark_node_get_start_line(node) > 0)
            writer->line = cmark_node_get_start_line(node) - 1;
        break;
    case CMARK_NODE_HEADING:
        write_heading(writer, node, enter);
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        write_simple_block(writer, node, enter, &RULE);
        break;
    default:
        break;
    }
}

static void write_node(Writer *writer, cmark_node *node, bool enter)
{
    const Markup *markup = cmark_node_get_user_data(node);

    if (markup)
        write_simple_block(writer, node, enter, markup);
    else if (cmark_node_get_type(node) <= CMARK_NODE_LAST_BLOCK)
        write_block(writer, node, enter);
    else
        write_inline(writer, node, enter);
}

static bool write_tree(Writer *writer, cmark_node *root, const Gfm *gfm,
                       GError **error)
{
    cmark_iter *iter = cmark_iter_new(root);
    cmark_event_type event;
    bool fits = true;

    while (fits && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        cmark_node_type type = cmark_node_get_type(node);
        bool enter = event == CMARK_EVENT_ENTER;
        if (type == CMARK_NODE_IMAGE) {
            if (enter) {
                write_image(writer, node);
                cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
            }
            continue;
        }
        if (type == CMARK_NODE_CODE_BLOCK)
            warn_html_as_code(writer, node, gfm->file, gfm->findings);
        write_node(writer, node, enter);
        fits = writer->html->len <= MARKDOWN_HTML_MAX;
    }
    cmark_iter_free(iter);
    if (!fits) {
        Place place = {gfm->file, lines_number(writer->lines, writer->line), 0};
        error_set_at(error, ERROR_INPUT, place,
                     "the post becomes larger than %zu bytes of HTML",
                     MARKDOWN_HTML_MAX);
    }
    return fits;
}

/* --- all of it --- */

/* Puts `step`'s lines in the place of `*lines`, if there are any. */
static void take_step(Lines **lines, Lines *step)
{
    if (!step)
        return;
    lines_free(*lines);
    *lines = step;
}

static bool has(const Lines *lines, const char *text)
{
    return strstr(lines->text->str, text);
}

/* Everything that happens to the source. */
static Lines *prepare(const Lines *source, Gfm *gfm, Notes **notes,
                      Tables **tables)
{
    Lines *lines = lines_new();
    int i;

    for (i = 0; i < lines_count(source); i++) {
        size_t length;
        const char *text = lines_at(source, i, &length);
        lines_add(lines, text, length, lines_number(source, i));
    }
    if (has(lines, "{:") || has(lines, "{%") || has(lines, "{{") ||
        has(lines, "{#")) {
        g_autoptr(GArray) blocks = markdown_find_blocks(lines);
        take_step(&lines,
                  shortcodes_replace(lines, blocks, gfm->file, gfm->findings));
    }
    if (has(lines, "[^")) {
        g_autoptr(GArray) blocks = markdown_find_blocks(lines);
        take_step(&lines, notes_lift(lines, blocks, gfm->mark, notes));
    }
    if ((has(lines, "\\~") && has(lines, "~~")) || has(lines, "://") ||
        has(lines, "www.")) {
        g_autoptr(GArray) blocks = markdown_find_blocks(lines);
        take_step(&lines, protect_characters(lines, blocks, gfm->mark));
    }
    if (has(lines, "|")) {
        g_autoptr(GArray) blocks = markdown_find_blocks(lines);
        take_step(&lines, tables_lift(lines, blocks, gfm->mark, tables,
                                      gfm->file, gfm->findings));
    }
    return lines;
}

static MarkdownHtml *markdown_html_new(const char *mark)
{
    MarkdownHtml *html = g_new0(MarkdownHtml, 1);
    int first = 0;

    html->html = g_string_new(NULL);
    html->numbers = g_array_new(FALSE, FALSE, sizeof(int));
    html->mark = g_strdup(mark);
    g_array_append_val(html->numbers, first);
    return html;
}

void markdown_html_free(MarkdownHtml *html)
{
    if (!html)
        return;
    g_string_free(html->html, TRUE);
    g_array_unref(html->numbers);
    g_free(html->mark);
    g_free(html);
}

static MarkdownHtml *convert(Gfm *gfm, GError **error)
{
    cmark_node *root = parse(gfm->lines);
    g_autoptr(MarkdownHtml) html = markdown_html_new(gfm->mark);
    Writer writer = {gfm->lines, html->html, html->numbers, 0, false};
    bool fine;

    gfm->root = root;
    gfm_apply(gfm);
    fine = write_tree(&writer, root, gfm, error);
    cmark_node_free(root);
    return fine ? g_steal_pointer(&html) : NULL;
}

MarkdownHtml *markdown_to_html(const Lines *source, const char *file,
                               Findings *findings, GError **error)
{
    g_autofree char *mark = token_choose_mark(source->text->str);
    g_autoptr(Lines) lines = NULL;
    g_autoptr(Notes) notes = NULL;
    g_autoptr(GPtrArray) tables = NULL;
    g_autoptr(GPtrArray) markups = g_ptr_array_new_with_free_func(g_free);
    GStringChunk *strings;
    Gfm gfm = {.mark = mark, .file = file, .findings = findings};
    MarkdownHtml *html;

    if (!mark) {
        error_set_at(error, ERROR_INPUT, (Place){file, 0, 0},
                     "the post uses every mark that could stand for its "
                     "notes and tables");
        return NULL;
    }
    if (!markdown_check_cost(source, file, error))
        return NULL;
    lines = prepare(source, &gfm, &notes, &tables);
    strings = g_string_chunk_new(4096);
    gfm.lines = lines;
    gfm.notes = notes;
    gfm.tables = tables;
    gfm.strings = strings;
    gfm.markups = markups;
    html = convert(&gfm, error);
    g_string_chunk_free(strings);
    return html;
}
