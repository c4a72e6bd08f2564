/* text_write.c - the whole text part, and its first sentence. */
#include "document/text_write.h"

#include <string.h>

#include "document/cluster.h"
#include "document/element.h"
#include "document/text_inline.h"
#include "document/text_link.h"

/* A first sentence shorter than this takes the next one with it: "Hello!"
 * tells an inbox nothing. In characters. */
#define SENTENCE_SHORT 25

static bool is_ascii_tree(const Node *root)
{
    for (const Node *node = root; node; node = node_following(node, root)) {
        const Attribute *attribute = node->attributes;
        if (node->kind == NODE_TEXT && !g_str_is_ascii(node->text))
            return false;
        for (; attribute; attribute = attribute->next)
            if (!g_str_is_ascii(attribute->value))
                return false;
    }
    return true;
}

/* The highest level of the headings that stand in no quote and no item. */
static int top_heading_level(const Node *root)
{
    const Node *node = root;
    int top = 6;

    while (node) {
        int level = element_heading_level(node);
        if (node_is(node, "blockquote") || node_is(node, "li") ||
            node_is(node, "dd")) {
            node = node_following_skip(node, root);
            continue;
        }
        if (level > 0)
            top = MIN(top, level);
        node = node_following(node, root);
    }
    return top;
}

void text_writer_init(TextWriter *writer, const Document *document,
                      const TextStyle *style)
{
    const Node *root = document_root_const(document);

    *writer = (TextWriter){
        .style = style,
        .gap_prefix = document_gap_prefix(document),
        .numbers = g_hash_table_new(g_str_hash, g_str_equal),
        .addresses = g_ptr_array_new_with_free_func(g_free),
        .explained = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           NULL),
        .section_links = g_array_new(FALSE, FALSE, sizeof(int)),
        .words = document_words(document),
        .is_ascii = style->ascii_lang || is_ascii_tree(root),
        .top_level = top_heading_level(root),
        .heading_end = -1,
    };
    text_out_init(&writer->out, style->width, writer->gap_prefix);
}

void text_writer_clear(TextWriter *writer)
{
    g_hash_table_unref(writer->numbers);
    g_ptr_array_unref(writer->addresses);
    g_hash_table_unref(writer->explained);
    g_array_unref(writer->section_links);
}

GPtrArray *text_write(const Document *document, const TextStyle *style)
{
    TextWriter writer;
    GPtrArray *pieces;

    text_writer_init(&writer, document, style);
    text_write_children(&writer, document_root_const(document), NULL);
    text_link_write_section(&writer);
    text_link_write_list(&writer);
    pieces = text_out_finish(&writer.out);
    text_writer_clear(&writer);
    return pieces;
}

/* --- the first sentence --- */

static bool is_no_prose(const Node *node)
{
    static const char *const names[] = {
        "h1", "h2",    "h3",         "h4",      "h5",  "h6", "pre",
        "hr", "table", "figcaption", "details", "nav", NULL};
    const char *class = node_attribute(node, "class");

    return g_strv_contains(names, node->name) ||
           (class &&
            (strcmp(class, "media") == 0 || strcmp(class, "notes") == 0));
}

static bool has_letter(const char *text)
{
    for (; *text; text++)
        if (g_ascii_isalnum(*text) || ((unsigned char)*text & 0x80))
            return true;
    return false;
}

/* The text of the first paragraph that says something. */
static bool find_prose(TextWriter *writer, const Node *parent, bool may_quote,
                       GString *text)
{
    const Node *node = parent->first_child;

    while (node) {
        const Node *stop = node;
        if (text_is_hidden(node)) {
            node = node->next;
            continue;
        }
        if (element_is_block(node) || element_has_block(node)) {
            bool is_quote = node_is(node, "blockquote");
            if (!is_no_prose(node) && (may_quote || !is_quote) &&
                find_prose(writer, node, may_quote, text))
                return true;
            node = node->next;
            continue;
        }
        while (stop && !element_is_block(stop) && !element_has_block(stop))
            stop = stop->next;
        g_string_truncate(text, 0);
        text_inline(writer, node, stop, INLINE_PLAIN, text);
        if (has_letter(text->str))
            return true;
        node = stop;
    }
    return false;
}

/* Does a sentence end behind the `used` bytes? `at` is what follows. */
static bool ends_sentence(const char *text, size_t used)
{
    size_t end = used;
    const char *next = text + used;

    while (end > 0 && strchr(")\"'", text[end - 1]))
        end--;
    if (end >= 3 && (memcmp(text + end - 3, "\xE3\x80\x82", 3) == 0 ||
                     memcmp(text + end - 3, "\xEF\xBC\x81", 3) == 0 ||
                     memcmp(text + end - 3, "\xEF\xBC\x9F", 3) == 0))
        return true;
    if (end == 0 || !strchr(".!?", text[end - 1]) || *next != ' ')
        return false;
    /* "e.g. this", "J. Smith": no end before a small letter, none behind a
     * single one. */
    if (g_ascii_islower(next[1]))
        return false;
    return text[end - 1] != '.' || end < 3 || text[end - 3] != ' ' ||
           !g_ascii_isalpha(text[end - 2]);
}

/* Bytes of the first sentence; `limit` characters at most. */
static size_t sentence_length(const char *text, size_t limit, bool *is_cut)
{
    size_t length = strlen(text);
    size_t at = 0;
    size_t count = 0;
    size_t last_word = 0;

    *is_cut = false;
    while (at < length) {
        if (count == limit) {
            *is_cut = true;
            return last_word > 0 ? last_word : at;
        }
        if (text[at] == ' ')
            last_word = at;
        at += cluster_at(text + at, length - at).length;
        count++;
        if (count >= SENTENCE_SHORT && ends_sentence(text, at))
            return at;
    }
    return at;
}

static bool holds_gap(const char *text, const char *prefix)
{
    for (const char *at = text; prefix && (at = strstr(at, prefix)); at++)
        if (gap_match(at, prefix, NULL, NULL))
            return true;
    return false;
}

char *text_first_sentence(const Document *document, size_t limit)
{
    static const TextStyle style = {78, TEXT_LINKS_END, NULL};
    const WrapStyle one_line = {"", "", 1 << 24};
    const Node *root = document_root_const(document);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) line = g_string_new(NULL);
    TextWriter writer;
    size_t length;
    bool is_cut;

    text_writer_init(&writer, document, &style);
    if (!find_prose(&writer, root, false, text) &&
        !find_prose(&writer, root, true, text))
        g_string_truncate(text, 0);
    g_ptr_array_unref(text_out_finish(&writer.out));
    text_writer_clear(&writer);
    for (gsize i = 0; i < text->len; i++)
        if (text->str[i] == '\n')
            text->str[i] = ' ';
    wrap_append(line, text->str, text->len, &one_line);
    g_strchomp(line->str);
    length = sentence_length(line->str, limit, &is_cut);
    line->str[length] = '\0';
    if (holds_gap(line->str, document_gap_prefix(document)))
        return g_strdup("");
    return g_strconcat(line->str, is_cut ? "\xE2\x80\xA6" : "", NULL);
}
