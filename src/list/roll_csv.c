/* roll_csv.c - a roll in CSV; see roll.h for the canonical form. */
#include <string.h>

#include "list/quote.h"
#include "list/roll_private.h"

static bool read_csv(Roll *roll, Reader *reader, GError **error)
{
    Row row = {0};
    ReadResult result;
    size_t behind = (size_t)reader->body;
    roll->delimiter = reader->delimiter;
    roll->header = reader->delimiter ? (size_t)reader->header : behind;
    roll->head = behind;
    const char *line_end = memchr(roll->bytes, '\n', roll->length);
    bool is_crlf = line_end != NULL && line_end > roll->bytes &&
                   line_end[-1] == '\r';
    roll->line_end = is_crlf ? "\r\n" : "\n";
    while ((result = reader_next(reader, &row, error)) == READ_ROW) {
        RollRow *taken = roll_take_row(roll, &row);
        taken->lead = behind;
        behind = taken->end;
        for (size_t i = 0; row.fault.text == NULL && i < row.count; i++)
            roll_take_cell(roll, &row.cells[i]);
    }
    fault_clear(&row.fault);
    roll->tail = behind;
    return result == READ_END;
}

/* --- writing --- */

/* What stands before the header row is kept as comments. */
static void put_preamble(const Roll *roll, GString *out)
{
    bool has_mark = roll->length >= 3 &&
                    memcmp(roll->bytes, "\xef\xbb\xbf", 3) == 0;
    size_t start = has_mark ? 3 : 0;
    if (start >= roll->header)
        return;
    g_autofree char *text = g_utf8_make_valid(roll->bytes + start,
                                              (gssize)(roll->header - start));
    g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_strstrip(*line);
        if (**line != '\0')
            g_string_append_printf(out, "%s%s\n", **line == '#' ? "" : "# ",
                                   *line);
    }
}

static void put_head(const Roll *roll, GString *out)
{
    put_preamble(roll, out);
    if (roll->delimiter == '\0')
        return;
    /* Any of these could be taken for the column sign. */
    static const char signs[] = ",;\t\"\r\n";
    const char *const *name = roll_columns(roll);
    for (size_t i = 0; name[i] != NULL; i++) {
        if (i > 0)
            g_string_append_c(out, roll->delimiter);
        quote_csv(name[i], signs, i == 0, out);
    }
    g_string_append(out, roll->line_end);
}

static const char *cell_text(const Roll *roll, const RollRow *row, int column)
{
    if (column < 0 || (guint)column >= row->count)
        return "";
    return g_array_index(roll->cells, RollCell, row->first + (size_t)column)
        .text;
}

static void put_line(const Roll *roll, const RollRow *row, GString *out)
{
    const char *name = cell_text(roll, row, columns_full_name(roll->columns));
    g_string_append_printf(out, "%s%s%s%s", cell_text(roll, row, roll->email),
                           *name ? " " : "", name, roll->line_end);
}

static void put_row(const Roll *roll, const RollRow *row, GString *out)
{
    if (roll->delimiter == '\0') {
        put_line(roll, row, out);
        return;
    }
    const char signs[] = {roll->delimiter, '"', '\r', '\n', '\0'};
    size_t count = columns_count(roll->columns);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            g_string_append_c(out, roll->delimiter);
        quote_csv(cell_text(roll, row, (int)i), signs, i == 0, out);
    }
    g_string_append(out, roll->line_end);
}

const RollFormat roll_csv = {
    .read = read_csv,
    .put_head = put_head,
    .put_row = put_row,
};
