/*
 * roll_yaml.c - a roll in YAML; see roll.h for the canonical form.
 *
 * The YAML reader says on which line an item is, not which bytes are its own.
 * Those are found by looking for lines that begin with `-` in the column of
 * the first one. When that gives another number of items, or one of them is
 * said to be elsewhere (`[a, b]` in one line, a text whose next line begins
 * with `-`), all rows are written anew.
 */
#include <string.h>

#include "base/value.h"
#include "list/quote.h"
#include "list/roll_private.h"

static char *list_source(const Value *list)
{
    GString *out = g_string_new("[");
    for (guint i = 0; i < list->items->len; i++) {
        const Value *item = g_ptr_array_index(list->items, i);
        g_autofree char *text = g_utf8_normalize(item->text, -1,
                                                 G_NORMALIZE_NFC);
        g_string_append(out, i > 0 ? ", " : "");
        quote_yaml(text, item->plain, out);
    }
    g_string_append_c(out, ']');
    return g_string_free(out, FALSE);
}

/* --- where the items stand --- */

typedef struct Split {
    GArray *starts; /* of size_t: each item's first byte */
    GArray *lines;  /* of int */
    size_t indent;
} Split;

static size_t line_length(const Roll *roll, size_t at)
{
    const char *end = memchr(roll->bytes + at, '\n', roll->length - at);
    return end ? (size_t)(end - roll->bytes) - at + 1 : roll->length - at;
}

static bool begins_item(const char *line, size_t length, size_t *indent)
{
    size_t blanks = 0;
    while (blanks < length && line[blanks] == ' ')
        blanks++;
    *indent = blanks;
    return blanks < length && line[blanks] == '-' &&
           (blanks + 1 == length || strchr(" \t\r\n", line[blanks + 1]));
}

static void split_items(const Roll *roll, Split *split)
{
    int number = 1;
    for (size_t at = 0; at < roll->length; number++) {
        size_t length = line_length(roll, at);
        size_t indent = 0;
        if (begins_item(roll->bytes + at, length, &indent) &&
            (split->starts->len == 0 || indent == split->indent)) {
            split->indent = indent;
            g_array_append_val(split->starts, at);
            g_array_append_val(split->lines, number);
        }
        at += length;
    }
}

/* Comments no deeper than the items, and empty lines: they belong to what
 * follows. So does the end of the document. */
static bool is_between(const Roll *roll, const Split *split, size_t at)
{
    size_t length = line_length(roll, at);
    const char *line = roll->bytes + at;
    size_t blanks = 0;
    while (blanks < length && strchr(" \t\r\n", line[blanks]) != NULL)
        blanks++;
    if (blanks == length)
        return true;
    return (line[blanks] == '#' && blanks <= split->indent) ||
           g_str_has_prefix(line, "...");
}

/* Where the item's own lines end. */
static size_t end_of_item(const Roll *roll, const Split *split, size_t start,
                          size_t next)
{
    size_t end = start;
    for (size_t at = start; at < next; at += line_length(roll, at))
        if (at == start || !is_between(roll, split, at))
            end = at + line_length(roll, at);
    return MIN(end, next);
}

static bool place_items(Roll *roll, const Split *split)
{
    size_t count = roll->rows->len;
    if (count == 0 || split->starts->len != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        RollRow *row = &g_array_index(roll->rows, RollRow, i);
        bool is_last = i + 1 == count;
        row->start = g_array_index(split->starts, size_t, i);
        size_t next = is_last ? roll->length
                              : g_array_index(split->starts, size_t, i + 1);
        int line = g_array_index(split->lines, int, i);
        if (row->line < line ||
            (!is_last && row->line >= g_array_index(split->lines, int, i + 1)))
            return false;
        row->lead = roll->tail;
        row->end = end_of_item(roll, split, row->start, next);
        if (i == 0)
            row->lead = row->start;
        roll->tail = row->end;
    }
    roll->head = g_array_index(split->starts, size_t, 0);
    roll->indent = (int)split->indent;
    return true;
}

static void find_items(Roll *roll)
{
    Split split = {.starts = g_array_new(FALSE, FALSE, sizeof(size_t)),
                   .lines = g_array_new(FALSE, FALSE, sizeof(int))};
    split_items(roll, &split);
    if (!place_items(roll, &split)) {
        for (guint i = 0; i < roll->rows->len; i++) {
            RollRow *row = &g_array_index(roll->rows, RollRow, i);
            row->lead = row->start = row->end = 0;
        }
        roll->head = roll->tail = roll->length;
        roll->indent = 0;
        roll->is_anew = true;
    }
    g_array_unref(split.starts);
    g_array_unref(split.lines);
}

/* --- reading --- */

static const Value *value_of(const Roll *roll, const Value *item, size_t column)
{
    const char *name = g_ptr_array_index(roll->names, column);
    if (item->kind == VALUE_TEXT)
        return (int)column == roll->email ? item : NULL;
    return value_get(item, name);
}

/* A number without quotes stays one; a list stays a list. */
static void take_value(Roll *roll, Cell *cell, const Value *value)
{
    RollCell *taken = roll_take_cell(roll, cell);
    if (taken == NULL || value == NULL || *taken->text == '\0')
        return;
    if (value->kind == VALUE_LIST) {
        g_autofree char *source = list_source(value);
        taken->source = g_string_chunk_insert(roll->texts, source);
    } else if (value->plain && quote_yaml_is_plain(taken->text)) {
        taken->source = taken->text;
    }
}

static bool read_yaml(Roll *roll, Reader *reader, GError **error)
{
    ValueReader *values = value_reader_open(roll->path, error);
    if (values == NULL)
        return false;
    Row row = {0};
    ReadResult result;
    roll->line_end = "\n";
    while ((result = reader_next(reader, &row, error)) == READ_ROW) {
        g_autoptr(Value) item = value_reader_next(values, NULL);
        if (item == NULL)
            break;
        roll_take_row(roll, &row);
        for (size_t i = 0; row.fault.text == NULL && i < row.count; i++)
            take_value(roll, &row.cells[i], value_of(roll, item, i));
    }
    fault_clear(&row.fault);
    value_reader_close(values);
    find_items(roll);
    return result == READ_END;
}

/* --- writing --- */

static void put_head(const Roll *roll, GString *out)
{
    bool is_empty = true;
    for (guint i = 0; is_empty && i < roll->rows->len; i++)
        is_empty = g_array_index(roll->rows, RollRow, i).is_removed;
    roll_put_comments(roll, 0, roll->head, out);
    if (is_empty)
        g_string_append(out, "[]\n");
}

static bool is_bare(const Roll *roll, const RollRow *row)
{
    for (guint i = 0; i < row->count; i++)
        if ((int)i != roll->email &&
            *g_array_index(roll->cells, RollCell, row->first + i).text != '\0')
            return false;
    return true;
}

static void put_value(const RollCell *cell, GString *out)
{
    if (cell->source != NULL)
        g_string_append(out, cell->source);
    else
        quote_yaml(cell->text, false, out);
    g_string_append_c(out, '\n');
}

static void put_row(const Roll *roll, const RollRow *row, GString *out)
{
    bool bare = is_bare(roll, row);
    const char *sign = "- ";
    for (guint i = 0; i < row->count; i++) {
        const RollCell *cell = &g_array_index(roll->cells, RollCell,
                                              row->first + i);
        if (*cell->text == '\0' && !(bare && (int)i == roll->email))
            continue;
        g_string_append_printf(out, "%*s%s", roll->indent, "", sign);
        if (!bare) {
            quote_yaml(g_ptr_array_index(roll->names, i), false, out);
            g_string_append(out, ": ");
        }
        put_value(cell, out);
        sign = "  ";
    }
}

const RollFormat roll_yaml = {
    .read = read_yaml,
    .put_head = put_head,
    .put_row = put_row,
};
