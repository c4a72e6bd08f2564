/* text_block.c - the blocks of the text part, and what stands between them. */
#include <string.h>

#include "document/ascii.h"
#include "document/cluster.h"
#include "document/element.h"
#include "document/text_inline.h"
#include "document/text_link.h"
#include "document/text_mark.h"

#define CODE_INDENT "    "
#define TAB_STOP 8
/* A rule of one or two dashes would be a bullet or the signature mark. */
#define RULE_MIN 3
/* Blank lines in a row that code keeps. */
#define CODE_BLANK_LINES_MAX 2

/* Blanks only, of whatever kind. */
static bool says_nothing(const char *text)
{
    while (*text) {
        if (g_ascii_isspace(*text))
            text++;
        else if (strncmp(text, TEXT_NO_BREAK_SPACE, 2) == 0)
            text += 2;
        else
            return false;
    }
    return true;
}

/* --- headings --- */

/* The heading's lines with a rule below; false when they are too many. */
static bool write_underlined(TextWriter *writer, const char *text, char rule)
{
    enum { LINES_MAX = 2 };
    TextOut *out = &writer->out;
    const WrapStyle style = {"", "", text_out_room(out)};
    g_autoptr(GString) filled = g_string_new(NULL);
    g_auto(GStrv) lines = NULL;
    g_autofree char *underline = NULL;
    guint count;
    int width = RULE_MIN;

    wrap_append(filled, text, strlen(text), &style);
    g_string_truncate(filled, filled->len > 0 ? filled->len - 1 : 0);
    lines = g_strsplit(filled->str, "\n", -1);
    count = g_strv_length(lines);
    if (count > LINES_MAX)
        return false;
    if (out->blank_lines > 0 && writer->heading_end != out->line_count)
        out->blank_lines = 2;
    for (guint i = 0; i < count; i++) {
        int line_width = wrap_width(lines[i], strlen(lines[i]));
        width = line_width > width ? line_width : width;
        text_out_line(out, lines[i], strlen(lines[i]));
    }
    underline = g_strnfill((gsize)width, rule);
    text_out_line(out, underline, (size_t)width);
    writer->heading_end = out->line_count;
    return true;
}

static bool is_longer_than_two_lines(const TextWriter *writer, const char *text)
{
    return wrap_width(text, strlen(text)) > 2 * text_out_room(&writer->out);
}

static void write_heading(TextWriter *writer, const Node *node, int level)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) marked = g_string_new(NULL);
    bool has_gap;
    int rank = level - writer->top_level + 1;

    if (writer->nesting == 0 && rank <= 2)
        text_link_write_section(writer);
    text_inline(writer, node->first_child, NULL, INLINE_HEADING, text);
    if (says_nothing(text->str))
        return;
    /* Its width differs from reader to reader: no rule fits. */
    has_gap = text_out_has_gap(&writer->out, text->str);
    if (writer->nesting == 0 && rank <= 2 && !has_gap) {
        if (!write_underlined(writer, text->str, rank == 1 ? '-' : '~'))
            text_out_paragraph(&writer->out, text->str, "");
        return;
    }
    if (is_longer_than_two_lines(writer, text->str))
        g_string_append(marked, text->str);
    else
        text_mark(marked, text, "*");
    text_out_paragraph(&writer->out, marked->str, "");
}

void text_write_title(TextWriter *writer, const char *title)
{
    text_out_separate(&writer->out, writer->out.line_count > 0 ? 2 : 0, NULL);
    writer->heading_end = -1;
    (void)write_underlined(writer, title, '-');
}

/* --- code --- */

static void collect_code(TextWriter *writer, const Node *node, GString *code)
{
    const char *href = node_is(node, "a") ? node_attribute(node, "href") : NULL;
    g_autoptr(GString) text = NULL;

    if (text_is_hidden(node))
        return;
    if (node->kind == NODE_TEXT)
        g_string_append(code, node->text);
    if (node_is(node, "br"))
        g_string_append_c(code, '\n');
    for (const Node *child = node->first_child; child; child = child->next)
        collect_code(writer, child, code);
    if (!href)
        return;
    text = g_string_new(NULL);
    node_append_text(node, text);
    if (!text_link_is_inside(node) && !says_nothing(text->str) &&
        text_link_kind(writer, href, text->str) == LINK_NUMBER)
        text_link_append_reference(writer, href, code);
}

static bool is_dropped_in_code(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x200B ||
           c == 0x2028 || c == 0x2029 || c == 0xFEFF ||
           (c >= 0x202A && c <= 0x202E);
}

/* Tabs become blanks, unbreakable blanks plain ones, controls nothing. */
static void append_code_line(GString *out, const char *text, size_t length)
{
    int column = 0;

    while (length > 0) {
        Cluster cluster = cluster_at(text, length);
        int fill = 0;
        if (*text == '\t')
            fill = TAB_STOP - column % TAB_STOP;
        else if (*text == WRAP_GLUE[0] || cluster.first == 0xA0 ||
                 cluster.first == 0x2007 || cluster.first == 0x202F)
            fill = 1;
        else if (!is_dropped_in_code(cluster.first))
            g_string_append_len(out, text, (gssize)cluster.length);
        column += fill > 0 ? fill : cluster.width;
        for (; fill > 0; fill--)
            g_string_append_c(out, ' ');
        text += cluster.length;
        length -= cluster.length;
    }
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
}

static void write_code(TextWriter *writer, const Node *node)
{
    g_autoptr(GString) code = g_string_new(NULL);
    g_autoptr(GString) line = g_string_new(NULL);
    TextIndent saved = text_out_push(&writer->out, CODE_INDENT, CODE_INDENT);
    bool has_begun = false;
    int blank_lines = 0;

    collect_code(writer, node, code);
    if (writer->style->ascii_lang) {
        g_autofree char *as_written = g_strdup(code->str);
        g_string_truncate(code, 0);
        ascii_append(code, as_written, strlen(as_written),
                     writer->style->ascii_lang);
    }
    for (const char *at = code->str; *at;) {
        size_t length = strcspn(at, "\n");
        g_string_truncate(line, 0);
        append_code_line(line, at, length);
        at += length + (at[length] == '\n');
        if (line->len == 0) {
            blank_lines++;
            continue;
        }
        blank_lines = MIN(blank_lines, CODE_BLANK_LINES_MAX);
        for (; has_begun && blank_lines > 0; blank_lines--)
            text_out_line(&writer->out, "", 0);
        blank_lines = 0;
        has_begun = true;
        text_out_line(&writer->out, line->str, line->len);
    }
    text_out_pop(&writer->out, saved);
}

/* --- the rest --- */

static void write_rule(TextWriter *writer)
{
    static const char rule[] = "* * *";
    int indent = (text_out_room(&writer->out) - (int)strlen(rule)) / 2;
    g_autofree char *line = g_strdup_printf("%*s%s", indent, "", rule);

    text_out_line(&writer->out, line, strlen(line));
}

static void write_quote(TextWriter *writer, const Node *node)
{
    TextIndent saved = text_out_push_quote(&writer->out);
    int list_depth = writer->list_depth;

    writer->list_depth = 0;
    writer->nesting++;
    text_write_children(writer, node, NULL);
    writer->nesting--;
    writer->list_depth = list_depth;
    text_out_pop(&writer->out, saved);
}

static void write_definitions(TextWriter *writer, const Node *list)
{
    TextOut *out = &writer->out;

    for (const Node *node = list->first_child; node; node = node->next) {
        int lines = out->line_count;
        if (text_is_hidden(node) || node->kind != NODE_ELEMENT)
            continue;
        if (node_is(node, "dd")) {
            TextIndent saved = text_out_push(out, "    ", "    ");
            writer->nesting++;
            text_write_children(writer, node, NULL);
            writer->nesting--;
            text_out_pop(out, saved);
        } else if (node_is(node, "dt")) {
            text_write_children(writer, node, NULL);
        } else {
            write_definitions(writer, node);
        }
        if (out->line_count != lines)
            text_out_separate(out, node_is(node, "dt") ? 0 : 1, NULL);
    }
}

static void write_block(TextWriter *writer, const Node *node)
{
    int level = element_heading_level(node);

    if (level > 0) {
        write_heading(writer, node, level);
    } else if (element_is_list(node)) {
        (void)text_write_list(writer, node);
    } else if (node_is(node, "blockquote")) {
        write_quote(writer, node);
    } else if (node_is(node, "pre")) {
        write_code(writer, node);
    } else if (node_is(node, "hr")) {
        write_rule(writer);
    } else if (node_is(node, "table")) {
        text_write_table(writer, node);
    } else if (node_is(node, "dl")) {
        write_definitions(writer, node);
    } else if (node_is(node, "section") && element_has_class(node, "notes")) {
        text_link_write_section(writer);
        text_write_title(writer, writer->words->notes);
        text_out_separate(&writer->out, 1, NULL);
        text_write_children(writer, node, NULL);
    } else {
        text_write_children(writer, node, NULL);
    }
}

/* An inline element around blocks. A link cannot follow the words there, so
 * it follows the blocks. */
static void write_wrapper(TextWriter *writer, const Node *node)
{
    const char *href = node_is(node, "a") ? node_attribute(node, "href") : NULL;
    g_autoptr(GString) address = NULL;
    LinkKind kind;

    text_write_children(writer, node, NULL);
    if (!href || text_link_is_inside(node) ||
        writer->style->links == TEXT_LINKS_NONE)
        return;
    kind = text_link_kind(writer, href, "");
    address = g_string_new(NULL);
    if (kind == LINK_NUMBER) {
        text_link_append_address(writer, href, address);
    } else if (kind == LINK_MAIL) {
        g_autofree char *mail = text_link_mail(href);
        g_string_append_printf(address, "<%s>", mail);
    } else {
        return;
    }
    text_out_paragraph(&writer->out, address->str, "");
}

static bool is_inline(const Node *node)
{
    return text_is_hidden(node) ||
           (!element_is_block(node) && !element_has_block(node));
}

/* Writes the block or the run of inline nodes at `node`; gives the node
 * behind it. */
static const Node *write_next(TextWriter *writer, const Node *node)
{
    const Node *stop = node;
    g_autoptr(GString) text = NULL;

    if (element_is_block(node)) {
        write_block(writer, node);
        return node->next;
    }
    if (!is_inline(node)) {
        write_wrapper(writer, node);
        return node->next;
    }
    while (stop && is_inline(stop))
        stop = stop->next;
    text = g_string_new(NULL);
    text_inline(writer, node, stop, INLINE_BODY, text);
    if (!says_nothing(text->str))
        text_out_paragraph(&writer->out, text->str, "");
    return stop;
}

TextCount text_write_children(TextWriter *writer, const Node *parent,
                              GPtrArray *owner)
{
    TextOut *out = &writer->out;
    TextCount count = {0};
    const Node *node = parent->first_child;

    while (node) {
        int lines = out->line_count;
        if (owner && element_is_list(node)) {
            if (out->blank_lines > 0)
                out->blank_owner = owner;
            if (text_write_list(writer, node))
                count.has_loose_list = true;
            if (out->line_count != lines)
                count.lists++;
            node = node->next;
        } else {
            node = write_next(writer, node);
            count.own_lines += out->line_count - lines;
            if (out->line_count != lines)
                count.blocks++;
        }
        if (out->line_count != lines)
            text_out_separate(out, 1, NULL);
    }
    return count;
}
