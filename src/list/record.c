/* record.c - see record.h. */
#include "list/record.h"

#include <string.h>

#include "list/list.h"

struct Record {
    const char *path;
    GPtrArray *names; /* of texts in `text`, while it grows: offsets */
    GArray *cells;    /* of Cell */
    GString *text;    /* names and values, a NUL behind each */
    GArray *starts;   /* of size_t: name, value, name, … */
    int line;
    int column;
    int first_line;
    bool is_over;
};

Record *record_new(const char *path)
{
    Record *record = g_new0(Record, 1);
    record->path = path;
    record->names = g_ptr_array_new();
    record->cells = g_array_new(FALSE, TRUE, sizeof(Cell));
    record->text = g_string_new(NULL);
    record->starts = g_array_new(FALSE, FALSE, sizeof(size_t));
    return record;
}

void record_free(Record *record)
{
    if (record == NULL)
        return;
    g_ptr_array_unref(record->names);
    g_array_unref(record->cells);
    g_string_free(record->text, TRUE);
    g_array_unref(record->starts);
    g_free(record);
}

void record_start(Record *record, int line, int column)
{
    g_ptr_array_set_size(record->names, 0);
    g_array_set_size(record->cells, 0);
    g_array_set_size(record->starts, 0);
    g_string_truncate(record->text, 0);
    record->first_line = line;
    record->is_over = false;
    record_place(record, line, column);
}

void record_place(Record *record, int line, int column)
{
    record->line = line;
    record->column = column;
}

static void keep(Record *record, const char *text)
{
    size_t start = record->text->len;
    g_array_append_val(record->starts, start);
    g_string_append_len(record->text, text, (gssize)strlen(text) + 1);
}

void record_add(Record *record, const char *name, const char *value)
{
    size_t length = strlen(name) + strlen(value);
    if (record->cells->len == LIST_COLUMNS_MAX ||
        record->text->len + length > LIST_ROW_MAX) {
        record->is_over = true;
        return;
    }
    Cell cell = {.length = strlen(value),
                 .line = record->line,
                 .column = record->column,
                 .form = CELL_REWRITTEN};
    keep(record, name);
    keep(record, value);
    g_array_append_val(record->cells, cell);
}

static bool has_names_of(const Record *record, const Columns *columns)
{
    if (columns == NULL || columns_count(columns) != record->names->len)
        return false;
    for (guint i = 0; i < record->names->len; i++)
        if (strcmp(columns_written_name(columns, i),
                   g_ptr_array_index(record->names, i)) != 0)
            return false;
    return true;
}

void record_give(Record *record, Reader *reader, Row *row)
{
    row->line = record->first_line;
    row->cells = (Cell *)(void *)record->cells->data;
    row->count = record->cells->len;
    for (guint i = 0; i < row->count; i++) {
        size_t name = (size_t)i * 2;
        const size_t *starts = &g_array_index(record->starts, size_t, name);
        g_ptr_array_add(record->names, record->text->str + starts[0]);
        row->cells[i].text = record->text->str + starts[1];
    }
    if (record->is_over)
        fault_set(&row->fault, record->first_line, 0,
                  "more than %d values or %d bytes in one row",
                  LIST_COLUMNS_MAX, LIST_ROW_MAX);
    if (has_names_of(record, reader->columns))
        return;
    columns_unref(reader->columns);
    reader->columns = columns_new(record->path,
                                  (char *const *)record->names->pdata,
                                  record->names->len, NULL, NULL);
}
