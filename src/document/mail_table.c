/* mail_table.c - tables for mail programs. */
#include "document/mail_table.h"

#include <string.h>

#include "document/element.h"
#include "document/mail_edit.h"

/* What a phone of 320 pixels has room for, in characters of a table's size;
 * the space between two columns is worth three of them. */
#define PHONE_COLUMNS 32
#define GUTTER_COLUMNS 3
#define COLUMNS_MAX 100
/* A word longer than this may break behind one of these. */
#define WORD_LONG 16
#define JOINTS "._/"
#define PART_LEAST 3
#define BLANKS " \t\n\r\f"
/* From here on letters stand side by side without blanks and may be parted. */
#define EAST_ASIA 0x2E80

static void set_no_space(Document *document, Node *table)
{
    node_set_attribute(document, table, "cellpadding", "0");
    node_set_attribute(document, table, "cellspacing", "0");
    node_set_attribute(document, table, "border", "0");
}

void mail_table_box(Document *document, Node *block, const char *table_class,
                    const char *cell_class)
{
    Node *cell = mail_wrap(document, block, "td");
    Node *row;
    Node *table;

    node_set_attribute(document, cell, "class", cell_class);
    /* The parser would put a tbody in anyway. */
    row = mail_wrap(document, cell, "tr");
    table = mail_wrap(document, mail_wrap(document, row, "tbody"), "table");
    node_set_attribute(document, table, "role", "presentation");
    node_set_attribute(document, table, "class", table_class);
    node_set_attribute(document, table, "width", "100%");
    set_no_space(document, table);
}

/* --- long words --- */

/* Where the part of a word ends that begins at `from`: behind a joint, or at
 * `end`. Parts of fewer than three characters are none. */
static const char *end_of_part(const char *from, const char *end)
{
    const char *at = from + strcspn(from, JOINTS);

    while (at < end && at - from < PART_LEAST)
        at += 1 + strcspn(at + 1, JOINTS);
    return end - at > PART_LEAST ? at + 1 : end;
}

/* `relay.connections_at_once` may break where its parts meet. */
static void part_words(Document *document, Node *node)
{
    const char *text = node->text;
    const char *from = text; /* not in a node yet */

    for (const char *word = text; *word; word += strspn(word, BLANKS)) {
        const char *end = word + strcspn(word, BLANKS);
        bool is_long = end - word > WORD_LONG;
        const char *part = is_long ? end_of_part(word, end) : end;
        for (; part < end; part = end_of_part(part, end)) {
            size_t length = (size_t)(part - from);
            node_insert_before(
                node, node_new_text(document, from, length, node->line));
            node_insert_before(node,
                               node_new_element(document, "wbr", node->line));
            from = part;
        }
        word = end;
    }
    node->text = from;
}

static void part_all_words(Document *document, Node *table)
{
    for (Node *node = table; node; node = node_following(node, table))
        if (node->kind == NODE_TEXT && !element_is_blank_text(node->text))
            part_words(document, node);
}

/* --- how wide it is --- */

/* Characters of the longest word, which is what a cell cannot be narrower
 * than. */
static size_t longest_word(const Node *cell)
{
    g_autoptr(GString) text = g_string_new(NULL);
    size_t longest = 0;
    size_t length = 0;

    node_append_text(cell, text);
    for (const char *at = text->str; *at; at = g_utf8_next_char(at)) {
        bool parts = element_is_blank(*at) || g_utf8_get_char(at) >= EAST_ASIA;
        length = parts ? 0 : length + 1;
        longest = MAX(longest, length);
    }
    return longest;
}

static void measure_row(const Node *row, size_t widths[COLUMNS_MAX])
{
    size_t column = 0;

    for (const Node *cell = row->first_child; cell && column < COLUMNS_MAX;
         cell = cell->next) {
        if (!node_is(cell, "td") && !node_is(cell, "th"))
            continue;
        if (!node_attribute(cell, "colspan"))
            widths[column] = MAX(widths[column], longest_word(cell));
        column++;
    }
}

static bool is_wide(const Node *table)
{
    size_t widths[COLUMNS_MAX] = {0};
    size_t all = 0;

    for (const Node *node = table; node; node = node_following(node, table))
        if (node_is(node, "tr"))
            measure_row(node, widths);
    for (size_t i = 0; i < COLUMNS_MAX; i++)
        if (widths[i] > 0)
            all += widths[i] + (all > 0 ? GUTTER_COLUMNS : 0);
    return all > PHONE_COLUMNS;
}

/* --- cells --- */

static bool has_header_cell(const Node *table)
{
    const Node *node = node_following(table, table);

    for (; node; node = node_following(node, table))
        if (node_is(node, "th"))
            return true;
    return false;
}

/* In the head of the table, or in a row of nothing but headers. */
static bool heads_column(const Node *cell)
{
    const Node *row = cell->parent;

    if (!row || node_is(row->parent, "thead"))
        return true;
    for (const Node *at = row->first_child; at; at = at->next)
        if (node_is(at, "td"))
            return false;
    return true;
}

static void ready_header(Document *document, Node *cell)
{
    bool is_column = heads_column(cell);

    if (!node_attribute(cell, "scope"))
        node_set_attribute(document, cell, "scope", is_column ? "col" : "row");
    if (!node_attribute(cell, "valign"))
        node_set_attribute(document, cell, "valign",
                           is_column ? "bottom" : "top");
    if (is_column)
        mail_add_class(document, cell, "col");
    if (!node_attribute(cell, "align"))
        mail_add_class(document, cell, "start");
}

static void ready_cell(Document *document, Node *cell)
{
    if (node_is(cell, "th"))
        ready_header(document, cell);
    else if (node_is(cell, "td") && !node_attribute(cell, "valign"))
        node_set_attribute(document, cell, "valign", "top");
}

static bool is_empty(const Node *cell)
{
    for (const Node *at = cell; at; at = node_following(at, cell))
        if (at->kind == NODE_TEXT ? !element_is_blank_text(at->text)
                                  : node_is(at, "img"))
            return false;
    return true;
}

/* The corner above the first column heads nothing. */
static void unhead_empty(Node *table)
{
    for (Node *node = table; node; node = node_following(node, table)) {
        if (!node_is(node, "th") || !is_empty(node))
            continue;
        node->name = g_intern_static_string("td");
        node_remove_attribute(node, "scope");
    }
}

/* --- tables --- */

static void ready_data(Document *document, Node *table)
{
    Node *scroll;

    mail_add_class(document, table, "data");
    node_set_attribute(document, table, "width", "100%");
    set_no_space(document, table);
    for (Node *node = node_following(table, table); node;
         node = node_following(node, table))
        ready_cell(document, node);
    unhead_empty(table);
    scroll = mail_wrap(document, table, "div");
    node_set_attribute(document, scroll, "class", "scroll");
    part_all_words(document, table);
    if (is_wide(table))
        node_set_attribute(document, scroll, "tabindex", "0");
}

static void ready_cells(Document *document, Node *table)
{
    const char *width = node_attribute(table, "width");

    /* A page that was made for a wide screen. */
    if (width && !strchr(width, '%'))
        node_set_attribute(document, table, "width", "100%");
    node_set_attribute(document, table, "role", "presentation");
    mail_add_class(document, table, "cells");
    set_no_space(document, table);
    for (Node *node = node_following(table, table); node;
         node = node_following(node, table))
        ready_cell(document, node);
}

void mail_table_ready(Document *document, Node *table)
{
    if (!node_attribute(table, "role") && has_header_cell(table))
        ready_data(document, table);
    else
        ready_cells(document, table);
}
