/* text_table.c - tables: as columns, as records, or as their cells in turn. */
#include <stdlib.h>
#include <string.h>

#include "document/element.h"
#include "document/text_inline.h"

/* More columns than this are no table for a page of text. */
#define COLUMNS_MAX 40
/* A column is not made narrower than this to save another. */
#define COLUMN_NARROW 8
#define COLUMN_GAP 2
#define TABLE_INDENT "  "
/* Wide enough that nothing is wrapped. */
#define WIDTH_UNLIMITED (1 << 24)

typedef enum { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT } Align;

typedef struct Cell {
    char *text; /* inline text, never NULL */
    Align align;
} Cell;

typedef struct Table {
    GPtrArray *rows; /* of GArray of Cell */
    bool has_header; /* its first row */
    bool has_gap;
    guint columns;
    int natural[COLUMNS_MAX]; /* what the column would like */
    int least[COLUMNS_MAX];   /* what it needs */
    int width[COLUMNS_MAX];   /* what it gets */
} Table;

static bool is_cell(const Node *node)
{
    return node_is(node, "td") || node_is(node, "th");
}

static bool is_row_group(const Node *node)
{
    return node_is(node, "thead") || node_is(node, "tbody") ||
           node_is(node, "tfoot");
}

/* The row after `row` (NULL: the first) of the table. */
static const Node *next_row(const Node *table, const Node *row)
{
    const Node *node = row ? node_following_skip(row, table)
                           : node_following(table, table);

    while (node && !node_is(node, "tr"))
        node = is_row_group(node) ? node_following(node, table)
                                  : node_following_skip(node, table);
    return node;
}

/* The node whose children are the cell's text: one paragraph in a cell is no
 * block of its own. */
static const Node *cell_content(const Node *cell)
{
    const Node *only = NULL;

    for (const Node *node = cell->first_child; node; node = node->next) {
        if (node->kind == NODE_TEXT && element_is_blank_text(node->text))
            continue;
        if (only)
            return cell;
        only = node;
    }
    return node_is(only, "p") ? only : cell;
}

static bool is_header_row(const Node *row)
{
    bool has_cell = false;

    if (node_is(row->parent, "thead"))
        return true;
    for (const Node *cell = row->first_child; cell; cell = cell->next) {
        if (node_is(cell, "td"))
            return false;
        has_cell = has_cell || node_is(cell, "th");
    }
    return has_cell;
}

/* Does the table hold data, and not a page's layout? */
static bool is_data(const Node *table)
{
    const char *role = node_attribute(table, "role");
    bool has_header_cell = false;

    if (role &&
        (strcmp(role, "presentation") == 0 || strcmp(role, "none") == 0))
        return false;
    for (const Node *row = next_row(table, NULL); row;
         row = next_row(table, row)) {
        int columns = 0;
        for (const Node *cell = row->first_child; cell; cell = cell->next) {
            if (!is_cell(cell))
                continue;
            if (element_has_block(cell_content(cell)) ||
                ++columns > COLUMNS_MAX)
                return false;
            has_header_cell = has_header_cell || node_is(cell, "th");
        }
    }
    return has_header_cell;
}

static Align align_of(const Node *cell)
{
    const char *align = node_attribute(cell, "align");
    const char *style = node_attribute(cell, "style");

    if (align && g_ascii_strcasecmp(align, "center") == 0)
        return ALIGN_CENTER;
    if (align && g_ascii_strcasecmp(align, "right") == 0)
        return ALIGN_RIGHT;
    if (!align && style && strstr(style, "text-align")) {
        const char *value = strstr(style, "text-align") + strlen("text-align");
        value += strspn(value, " :");
        if (g_str_has_prefix(value, "center"))
            return ALIGN_CENTER;
        if (g_str_has_prefix(value, "right"))
            return ALIGN_RIGHT;
    }
    return ALIGN_LEFT;
}

static void clear_cell(gpointer data)
{
    Cell *cell = data;

    g_free(cell->text);
}

static guint span_of(const Node *cell)
{
    const char *span = node_attribute(cell, "colspan");
    guint64 columns = span ? g_ascii_strtoull(span, NULL, 10) : 1;

    return columns < 1 ? 1 : (guint)MIN(columns, COLUMNS_MAX);
}

static void add_cell(GArray *row, char *text, Align align)
{
    Cell cell = {text, align};

    if (row->len < COLUMNS_MAX)
        g_array_append_val(row, cell);
    else
        g_free(text);
}

static GArray *read_row(TextWriter *writer, Table *table, const Node *row,
                        bool is_header)
{
    GArray *cells = g_array_new(FALSE, FALSE, sizeof(Cell));

    g_array_set_clear_func(cells, clear_cell);
    for (const Node *cell = row->first_child; cell; cell = cell->next) {
        g_autoptr(GString) text = NULL;
        if (!is_cell(cell))
            continue;
        text = g_string_new(NULL);
        text_inline(writer, cell_content(cell)->first_child, NULL,
                    is_header ? INLINE_HEADING : INLINE_BODY, text);
        g_strstrip(text->str);
        table->has_gap = table->has_gap ||
                         text_out_has_gap(&writer->out, text->str);
        add_cell(cells, g_strdup(text->str), align_of(cell));
        for (guint i = span_of(cell); i > 1; i--)
            add_cell(cells, g_strdup(""), ALIGN_LEFT);
    }
    return cells;
}

/* Nothing in it takes room on a line. */
static bool is_empty_row(const GArray *cells)
{
    for (guint i = 0; i < cells->len; i++) {
        const char *text = g_array_index(cells, Cell, i).text;
        if (wrap_widest_word(text, strlen(text)) > 0)
            return false;
    }
    return true;
}

static void free_row(gpointer data)
{
    g_array_unref(data);
}

static void read_table(TextWriter *writer, const Node *node, Table *table)
{
    table->rows = g_ptr_array_new_with_free_func(free_row);
    for (const Node *row = next_row(node, NULL); row;
         row = next_row(node, row)) {
        bool is_header = table->rows->len == 0 && is_header_row(row);
        GArray *cells = read_row(writer, table, row, is_header);
        if (is_empty_row(cells)) {
            g_array_unref(cells);
            continue;
        }
        table->has_header = table->has_header || is_header;
        table->columns = MAX(table->columns, cells->len);
        g_ptr_array_add(table->rows, cells);
    }
}

static const Cell *cell_at(const Table *table, guint row, guint column)
{
    static char nothing[] = "";
    static const Cell empty = {nothing, ALIGN_LEFT};
    const GArray *cells = g_ptr_array_index(table->rows, row);

    return column < cells->len ? &g_array_index(cells, Cell, column) : &empty;
}

static char **fill_cell(const Cell *cell, int width)
{
    const WrapStyle style = {"", "", width};
    g_autoptr(GString) text = g_string_new(NULL);

    wrap_append(text, cell->text, strlen(cell->text), &style);
    if (text->len > 0)
        g_string_truncate(text, text->len - 1);
    return g_strsplit(text->str, "\n", -1);
}

static int widest_line(char **lines)
{
    int widest = 0;

    for (; *lines; lines++)
        widest = MAX(widest, wrap_width(*lines, strlen(*lines)));
    return widest;
}

static void measure_columns(Table *table)
{
    for (guint row = 0; row < table->rows->len; row++) {
        for (guint column = 0; column < table->columns; column++) {
            const Cell *cell = cell_at(table, row, column);
            g_auto(GStrv) lines = fill_cell(cell, WIDTH_UNLIMITED);
            int word = wrap_widest_word(cell->text, strlen(cell->text));
            table->natural[column] = MAX(table->natural[column],
                                         widest_line(lines));
            table->least[column] = MAX(table->least[column], word);
        }
    }
    for (guint column = 0; column < table->columns; column++) {
        int narrow = MIN(COLUMN_NARROW, table->natural[column]);
        table->least[column] = MAX(table->least[column], narrow);
        table->natural[column] = MAX(table->natural[column], 1);
    }
}

/* Takes from the widest column until all fit in `room`; false when they
 * cannot. */
static bool fit_columns(Table *table, int room)
{
    int total = COLUMN_GAP * ((int)table->columns - 1);

    for (guint column = 0; column < table->columns; column++) {
        /* More than the room is never given. */
        table->width[column] = MIN(table->natural[column], MAX(room, 1));
        if (table->least[column] > table->width[column])
            return false;
        total += table->width[column];
    }
    while (total > room) {
        int widest = -1;
        for (guint column = 0; column < table->columns; column++)
            if (table->width[column] > table->least[column] &&
                (widest < 0 || table->width[column] > table->width[widest]))
                widest = (int)column;
        if (widest < 0)
            return false;
        table->width[widest]--;
        total--;
    }
    return true;
}

static void append_padded(GString *line, const char *text, int width,
                          Align align)
{
    int left = MAX(width - wrap_width(text, strlen(text)), 0);
    int before = 0;

    if (align == ALIGN_RIGHT)
        before = left;
    else if (align == ALIGN_CENTER)
        before = left / 2;
    g_string_append_printf(line, "%*s%s%*s", before, "", text, left - before,
                           "");
}

/* Gives how many lines the row took. */
static guint write_row(TextWriter *writer, const Table *table, guint row)
{
    char **cells[COLUMNS_MAX];
    guint height = 1;

    for (guint column = 0; column < table->columns; column++) {
        cells[column] = fill_cell(cell_at(table, row, column),
                                  table->width[column]);
        height = MAX(height, g_strv_length(cells[column]));
    }
    for (guint i = 0; i < height; i++) {
        g_autoptr(GString) line = g_string_new(NULL);
        for (guint column = 0; column < table->columns; column++) {
            bool has_line = i < g_strv_length(cells[column]);
            if (column > 0)
                g_string_append_printf(line, "%*s", COLUMN_GAP, "");
            append_padded(line, has_line ? cells[column][i] : "",
                          table->width[column],
                          cell_at(table, row, column)->align);
        }
        text_out_line(&writer->out, line->str, line->len);
    }
    for (guint column = 0; column < table->columns; column++)
        g_strfreev(cells[column]);
    return height;
}

static void write_rule(TextWriter *writer, const Table *table)
{
    g_autoptr(GString) line = g_string_new(NULL);

    for (guint column = 0; column < table->columns; column++) {
        g_autofree char *dashes = g_strnfill((gsize)table->width[column], '-');
        g_string_append_printf(line, "%*s%s", column > 0 ? COLUMN_GAP : 0, "",
                               dashes);
    }
    text_out_line(&writer->out, line->str, line->len);
}

/* Does a cell of the body take more than one line? */
static bool has_tall_row(const Table *table)
{
    for (guint row = table->has_header ? 1 : 0; row < table->rows->len; row++) {
        for (guint column = 0; column < table->columns; column++) {
            g_auto(GStrv) lines = fill_cell(cell_at(table, row, column),
                                            table->width[column]);
            if (g_strv_length(lines) > 1)
                return true;
        }
    }
    return false;
}

static void write_columns(TextWriter *writer, const Table *table)
{
    TextIndent saved = text_out_push(&writer->out, TABLE_INDENT, TABLE_INDENT);
    bool is_tall = has_tall_row(table);

    for (guint row = 0; row < table->rows->len; row++) {
        (void)write_row(writer, table, row);
        if (row == 0 && table->has_header)
            write_rule(writer, table);
        else if (is_tall)
            text_out_separate(&writer->out, 1, NULL);
    }
    text_out_pop(&writer->out, saved);
}

/* Has no row anything to say in it but the header? */
static bool is_empty_column(const Table *table, guint column)
{
    for (guint row = 1; row < table->rows->len; row++)
        if (*cell_at(table, row, column)->text)
            return false;
    return true;
}

static void write_record_line(TextWriter *writer, const Table *table, guint row,
                              guint column)
{
    const Cell *cell = cell_at(table, row, column);
    const char *name = table->has_header ? cell_at(table, 0, column)->text : "";
    g_autoptr(GString) line = g_string_new(NULL);

    if (!*cell->text && (row != 1 || !*name || !is_empty_column(table, column)))
        return;
    if (*name && row > 0) {
        g_string_append(line, name);
        g_string_append(line, g_str_has_suffix(name, ":") ? " " : ": ");
    }
    g_string_append(line, cell->text);
    text_out_paragraph(&writer->out, line->str, "    ");
}

static void write_records(TextWriter *writer, const Table *table)
{
    TextOut *out = &writer->out;
    TextIndent saved = text_out_push(out, TABLE_INDENT, TABLE_INDENT);
    bool has_names = table->has_header && table->rows->len > 1;

    for (guint row = has_names ? 1 : 0; row < table->rows->len; row++) {
        int lines = out->line_count;
        for (guint column = 0; column < table->columns; column++)
            write_record_line(writer, table, row, column);
        if (out->line_count != lines)
            text_out_separate(out, 1, NULL);
    }
    text_out_pop(out, saved);
}

static void write_captions(TextWriter *writer, const Node *table)
{
    for (const Node *node = table->first_child; node; node = node->next) {
        int lines = writer->out.line_count;
        if (node_is(node, "caption"))
            text_write_children(writer, node, NULL);
        if (writer->out.line_count != lines)
            text_out_separate(&writer->out, 1, NULL);
    }
}

void text_write_table(TextWriter *writer, const Node *node)
{
    Table table = {0};
    int room = text_out_room(&writer->out) - (int)strlen(TABLE_INDENT);

    if (!is_data(node)) {
        text_write_children(writer, node, NULL);
        return;
    }
    write_captions(writer, node);
    read_table(writer, node, &table);
    measure_columns(&table);
    if (table.has_gap || !fit_columns(&table, room))
        write_records(writer, &table);
    else if (table.rows->len > 0)
        write_columns(writer, &table);
    g_ptr_array_unref(table.rows);
}
