/* roll.c - see roll.h. */
#include "list/roll.h"

#include <string.h>

#include "list/cell.h"
#include "list/roll_private.h"
#include "mail/address.h"

static RollCell *cell_at(const Roll *roll, size_t cell)
{
    return &g_array_index(roll->cells, RollCell, cell);
}

static const char *keep(Roll *roll, const char *text)
{
    return *text == '\0' ? "" : g_string_chunk_insert(roll->texts, text);
}

/* --- reading --- */

static const char *key_of(Roll *roll, const char *text)
{
    Mailbox mailbox = {0};
    AddressVerdict verdict = strchr(text, '<') != NULL
                                 ? mailbox_parse(text, &mailbox, NULL)
                                 : address_parse(text, strlen(text),
                                                 &mailbox.address, NULL);
    if (verdict != ADDRESS_OK)
        return NULL;
    const char *key = keep(roll, mailbox.address.key);
    mailbox_clear(&mailbox);
    return key;
}

static void take_fault(Roll *roll, RollRow *row, const Fault *fault)
{
    row->fault = keep(roll, fault->text);
    row->fault_line = fault->line;
    row->fault_column = fault->column;
    row->count = 0;
    row->key = NULL;
}

RollRow *roll_take_row(Roll *roll, const Row *read)
{
    RollRow row = {.first = roll->cells->len,
                   .line = read->line,
                   .start = (size_t)read->start,
                   .end = (size_t)read->end,
                   .twin = ROLL_NONE};
    g_array_append_val(roll->rows, row);
    RollRow *taken = roll_row(roll, roll->rows->len - 1);
    if (read->fault.text != NULL)
        take_fault(roll, taken, &read->fault);
    return taken;
}

/* What cannot be merged but is text, such as a note of many pages, stays as
 * it stands. */
static const char *clean(Roll *roll, Cell *cell, Fault *fault)
{
    g_autoptr(GPtrArray) owned = g_ptr_array_new_with_free_func(g_free);
    const char *value = cell_clean(cell, roll->path, owned, fault);
    if (value != NULL)
        return keep(roll, value);
    Fault worse = {0};
    bool is_text = cell_is_text(cell, roll->path, &worse);
    fault_clear(&worse);
    if (!is_text)
        return NULL;
    fault_clear(fault);
    return keep(roll, cell->text);
}

RollCell *roll_take_cell(Roll *roll, Cell *cell)
{
    RollRow *row = roll_row(roll, roll->rows->len - 1);
    if (row->fault != NULL)
        return NULL;
    Fault fault = {0};
    const char *text = cell->length > 0 ? clean(roll, cell, &fault) : "";
    if (text == NULL) {
        take_fault(roll, row, &fault);
        fault_clear(&fault);
        return NULL;
    }
    RollCell taken = {text, NULL};
    if ((int)row->count == roll->email)
        row->key = key_of(roll, text);
    row->count++;
    g_array_append_val(roll->cells, taken);
    return cell_at(roll, roll->cells->len - 1);
}

/* --- order --- */

static const char *sort_key(const Roll *roll, const RollRow *row)
{
    if (row->key != NULL)
        return row->key;
    bool has_text = roll->email >= 0 && row->count > (guint)roll->email;
    return has_text ? cell_at(roll, row->first + (size_t)roll->email)->text
                    : "";
}

int roll_compare_rows(const void *left, const void *right, void *data)
{
    const Roll *roll = data;
    size_t a = *(const size_t *)left;
    size_t b = *(const size_t *)right;
    int order = strcmp(sort_key(roll, roll_row(roll, a)),
                       sort_key(roll, roll_row(roll, b)));
    return order != 0 ? order : (a > b) - (a < b);
}

static bool is_in_order(const Roll *roll)
{
    for (size_t i = 1; i < roll->rows->len; i++)
        if (strcmp(sort_key(roll, roll_row(roll, i - 1)),
                   sort_key(roll, roll_row(roll, i))) > 0)
            return false;
    return true;
}

static void index_row(Roll *roll, size_t index)
{
    RollRow *row = roll_row(roll, index);
    if (row->key == NULL) {
        roll->has_stray = true;
        return;
    }
    size_t next = GPOINTER_TO_SIZE(g_hash_table_lookup(roll->by_key, row->key));
    row->twin = next > 0 ? next - 1 : ROLL_NONE;
    g_hash_table_insert(roll->by_key, (char *)(uintptr_t)row->key,
                        GSIZE_TO_POINTER(index + 1));
}

/* --- opening --- */

static void learn_columns(Roll *roll)
{
    g_ptr_array_set_size(roll->names, 0);
    for (size_t i = 0; i < columns_count(roll->columns); i++)
        g_ptr_array_add(roll->names,
                        g_strdup(columns_written_name(roll->columns, i)));
    g_ptr_array_add(roll->names, NULL);
    roll->email = columns_email(roll->columns);
}

static bool read_bytes(Roll *roll, GError **error)
{
    g_autoptr(GError) problem = NULL;
    if (g_file_get_contents(roll->path, &roll->bytes, &roll->length, &problem))
        return true;
    error_set_at(error, ERROR_SYSTEM, (Place){roll->path, 0, 0}, "%s",
                 problem->message);
    return false;
}

static bool read_rows(Roll *roll, GError **error)
{
    g_autoptr(Reader) reader = reader_open(roll->path, NULL, NULL, error);
    if (reader == NULL || !read_bytes(roll, error))
        return false;
    roll->format = reader_is_yaml(roll->path) ? &roll_yaml : &roll_csv;
    roll->columns = columns_ref(reader->columns);
    learn_columns(roll);
    if (!roll->format->read(roll, reader, error))
        return false;
    roll->is_sorted = is_in_order(roll);
    for (size_t i = roll->rows->len; i-- > 0;)
        index_row(roll, i);
    return true;
}

Roll *roll_open(const char *path, RollMode mode, GError **error)
{
    g_autoptr(Roll) roll = g_new0(Roll, 1);
    roll->path = g_strdup(path);
    roll->names = g_ptr_array_new_with_free_func(g_free);
    roll->rows = g_array_new(FALSE, FALSE, sizeof(RollRow));
    roll->cells = g_array_new(FALSE, FALSE, sizeof(RollCell));
    roll->texts = g_string_chunk_new(65536);
    roll->by_key = g_hash_table_new(g_str_hash, g_str_equal);
    if (mode != ROLL_READ) {
        roll->replace = replace_open(
            path, mode == ROLL_MAKE ? REPLACE_OR_MAKE : REPLACE_EXISTING,
            error);
        if (roll->replace == NULL)
            return NULL;
    }
    return read_rows(roll, error) ? g_steal_pointer(&roll) : NULL;
}

void roll_close(Roll *roll)
{
    if (roll == NULL)
        return;
    replace_close(roll->replace);
    columns_unref(roll->columns);
    g_ptr_array_unref(roll->names);
    g_array_unref(roll->rows);
    g_array_unref(roll->cells);
    g_string_chunk_free(roll->texts);
    g_hash_table_destroy(roll->by_key);
    g_free(roll->bytes);
    g_free(roll->path);
    g_free(roll);
}

/* --- asking --- */

size_t roll_count(const Roll *roll)
{
    return roll->rows->len;
}

int roll_line(const Roll *roll, size_t row)
{
    return roll_row(roll, row)->line;
}

bool roll_is_removed(const Roll *roll, size_t row)
{
    return roll_row(roll, row)->is_removed;
}

const char *roll_key(const Roll *roll, size_t row)
{
    return roll_row(roll, row)->key;
}

const char *roll_fault(const Roll *roll, size_t row)
{
    return roll_row(roll, row)->fault;
}

size_t roll_find(const Roll *roll, const char *key, size_t from)
{
    size_t found = GPOINTER_TO_SIZE(g_hash_table_lookup(roll->by_key, key));
    size_t row = found > 0 ? found - 1 : ROLL_NONE;
    while (row != ROLL_NONE && (row < from || roll_row(roll, row)->is_removed))
        row = roll_row(roll, row)->twin;
    return row;
}

const char *const *roll_columns(const Roll *roll)
{
    return (const char *const *)roll->names->pdata;
}

static int find_column(const Roll *roll, const char *name)
{
    if (g_ascii_strcasecmp(name, "email") == 0)
        return roll->email;
    return columns_find(roll->columns, name);
}

const char *roll_value(const Roll *roll, size_t row, const char *column)
{
    int index = find_column(roll, column);
    const RollRow *found = roll_row(roll, row);
    if (index == COLUMNS_NONE)
        return NULL;
    return (guint)index < found->count
               ? cell_at(roll, found->first + (size_t)index)->text
               : "";
}

/* --- changing --- */

/* A CSV of lines only gets a header row. */
static void give_header(Roll *roll)
{
    roll->delimiter = ',';
    roll->is_anew = true;
}

static bool is_lines(const Roll *roll)
{
    return roll->format == &roll_csv && roll->delimiter == '\0';
}

static int add_column(Roll *roll, const char *name)
{
    size_t count = columns_count(roll->columns);
    g_ptr_array_insert(roll->names, (int)count, g_strdup(name));
    columns_unref(roll->columns);
    roll->columns = columns_new(roll->path, (char *const *)roll->names->pdata,
                                count + 1, NULL, NULL);
    roll->email = columns_email(roll->columns);
    roll->is_anew |= roll->format == &roll_csv;
    return (int)count;
}

/* Cells of a row stand together, so a longer row moves to the end. */
static void widen(Roll *roll, RollRow *row, guint count)
{
    size_t first = roll->cells->len;
    guint had = row->count;
    g_array_set_size(roll->cells, roll->cells->len + count);
    for (guint i = 0; i < count; i++)
        *cell_at(roll, first + i) = i < had ? *cell_at(roll, row->first + i)
                                            : (RollCell){"", NULL};
    row->first = first;
    row->count = count;
}

/* A name with an `@` in it would make the line two addresses. */
static bool fits_line(const Roll *roll, int column, const char *value)
{
    if (column == roll->email)
        return true;
    return column == columns_full_name(roll->columns) &&
           strchr(value, '@') == NULL;
}

void roll_set(Roll *roll, size_t index, const char *column, const char *value)
{
    int at = find_column(roll, column);
    if (at == COLUMNS_NONE)
        at = add_column(roll, column);
    if (is_lines(roll) && !fits_line(roll, at, value))
        give_header(roll);
    RollRow *row = roll_row(roll, index);
    if ((guint)at >= row->count)
        widen(roll, row, (guint)columns_count(roll->columns));
    *cell_at(roll, row->first + (size_t)at) = (RollCell){keep(roll, value),
                                                         NULL};
    row->is_new = true;
}

static bool says_left(const Roll *roll, const RollRow *row, size_t column)
{
    return columns_is_status(roll->columns, column) &&
           columns_says_left(roll->columns, column,
                             cell_at(roll, row->first + column)->text);
}

bool roll_has_left(const Roll *roll, size_t index)
{
    const RollRow *row = roll_row(roll, index);
    if (columns_all_left(roll->columns))
        return true;
    for (guint i = 0; i < row->count; i++)
        if (says_left(roll, row, i))
            return true;
    return false;
}

bool roll_take_back(Roll *roll, size_t index)
{
    RollRow *row = roll_row(roll, index);
    if (columns_all_left(roll->columns))
        return false;
    for (guint i = 0; i < row->count; i++) {
        if (!says_left(roll, row, i))
            continue;
        *cell_at(roll, row->first + i) = (RollCell){"", NULL};
        row->is_new = true;
    }
    return true;
}

size_t roll_add(Roll *roll, const char *address)
{
    size_t index = roll->rows->len;
    RollRow row = {
        .is_new = true, .key = key_of(roll, address), .twin = ROLL_NONE};
    if (is_lines(roll) && index == 0)
        give_header(roll);
    g_array_append_val(roll->rows, row);
    roll_set(roll, index, "email", address);
    if (row.key == NULL)
        return index;
    size_t found = GPOINTER_TO_SIZE(g_hash_table_lookup(roll->by_key, row.key));
    if (found == 0) {
        index_row(roll, index);
        return index;
    }
    RollRow *last = roll_row(roll, found - 1);
    while (last->twin != ROLL_NONE)
        last = roll_row(roll, last->twin);
    last->twin = index;
    return index;
}

void roll_remove(Roll *roll, size_t row)
{
    roll_row(roll, row)->is_removed = true;
    /* A line that is no address may then be the first one, where it would be
     * taken for a header row. */
    if (is_lines(roll) && roll->has_stray)
        give_header(roll);
}

bool roll_check_rows(const Roll *roll, GError **error)
{
    for (size_t i = 0; i < roll->rows->len; i++) {
        const RollRow *row = roll_row(roll, i);
        if (row->fault == NULL || row->is_removed)
            continue;
        error_set_at(error, ERROR_INPUT,
                     (Place){roll->path, row->fault_line, row->fault_column},
                     "%s", row->fault);
        return false;
    }
    return true;
}

bool roll_format(Roll *roll, GError **error)
{
    if (!roll_check_rows(roll, error))
        return false;
    if (is_lines(roll) && roll->has_stray)
        give_header(roll);
    if (roll->delimiter != '\0')
        roll->delimiter = ',';
    roll->is_anew = roll->is_sorted = true;
    roll->line_end = "\n";
    roll->indent = 0;
    return true;
}
