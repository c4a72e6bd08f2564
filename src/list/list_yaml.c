/* list_yaml.c - see list_yaml.h. */
#include "list/list_yaml.h"

#include <string.h>

#include "base/value.h"
#include "list/list.h"

typedef struct YamlReader {
    Reader reader;
    ValueReader *values;
    GHashTable *indices; /* name -> column + 1 */
    GArray *cells;       /* of Cell, one a column */
    GPtrArray *owned;    /* texts of the row that were joined */
    Value *item;         /* of the row */
    size_t bare;         /* the column of an item that is a text only */
} YamlReader;

static void close_yaml(Reader *base)
{
    YamlReader *yaml = (YamlReader *)base;
    value_reader_close(yaml->values);
    g_clear_pointer(&yaml->indices, g_hash_table_unref);
    g_clear_pointer(&yaml->cells, g_array_unref);
    g_clear_pointer(&yaml->owned, g_ptr_array_unref);
    value_free(yaml->item);
    g_free(yaml);
}

/* --- the columns: all keys of all items --- */

typedef struct Keys {
    GHashTable *seen;
    GPtrArray *names;
    GArray *places; /* of Place, of each key's first occurrence */
    bool has_items;
    bool has_bare;
    Place first;
} Keys;

static bool add_keys(Keys *keys, const Value *item, GError **error)
{
    if (!keys->has_items)
        keys->first = item->place;
    keys->has_items = true;
    keys->has_bare |= item->kind != VALUE_MAP;
    for (guint i = 0; item->kind == VALUE_MAP && i < item->entries->len; i++) {
        const ValueEntry *entry = &g_array_index(item->entries, ValueEntry, i);
        if (g_hash_table_contains(keys->seen, entry->key))
            continue;
        if (keys->names->len == LIST_COLUMNS_MAX) {
            error_set_at(error, ERROR_INPUT, entry->key_place,
                         "more than %d different keys", LIST_COLUMNS_MAX);
            return false;
        }
        char *name = g_strdup(entry->key);
        g_hash_table_add(keys->seen, name);
        g_ptr_array_add(keys->names, name);
        g_array_append_val(keys->places, entry->key_place);
    }
    return true;
}

static bool scan_items(Keys *keys, const char *path, GError **error)
{
    ValueReader *values = value_reader_open(path, error);
    if (values == NULL)
        return false;
    GError *problem = NULL;
    bool ok = true;
    while (ok) {
        g_autoptr(Value) item = value_reader_next(values, &problem);
        if (item == NULL)
            break;
        ok = add_keys(keys, item, &problem);
    }
    value_reader_close(values);
    if (problem != NULL)
        g_propagate_error(error, problem);
    return problem == NULL;
}

static bool has_email(const Keys *keys)
{
    for (guint i = 0; i < keys->names->len; i++)
        if (columns_is_email(g_ptr_array_index(keys->names, i)))
            return true;
    return false;
}

static Columns *make_columns(Keys *keys, const char *path, Findings *findings,
                             GError **error)
{
    bool is_found = has_email(keys);
    if (keys->has_items && !keys->has_bare && !is_found) {
        Place place = {path, keys->first.line, keys->first.column};
        error_set_at(error, ERROR_INPUT, place, "no item has a key `email`");
        return NULL;
    }
    static const char *const always[] = {"email", "name"};
    for (size_t i = 0; i < G_N_ELEMENTS(always); i++) {
        if ((i == 0 && is_found) ||
            g_hash_table_contains(keys->seen, always[i]))
            continue;
        Place place = {path, 0, 0};
        g_ptr_array_add(keys->names, g_strdup(always[i]));
        g_array_append_val(keys->places, place);
    }
    for (guint i = 0; i < keys->places->len; i++)
        g_array_index(keys->places, Place, i).file = path;
    return columns_new(path, (char *const *)keys->names->pdata,
                       keys->names->len,
                       (const Place *)(void *)keys->places->data, findings);
}

static Columns *find_columns(const char *path, Findings *findings,
                             GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) places = g_array_new(FALSE, TRUE, sizeof(Place));
    Keys keys = {.seen = seen, .names = names, .places = places};
    if (!scan_items(&keys, path, error))
        return NULL;
    return make_columns(&keys, path, findings, error);
}

static Reader *open_yaml(const char *path, Columns *known, Findings *findings,
                         GError **error)
{
    g_autoptr(Columns) columns = known ? columns_ref(known)
                                       : find_columns(path, findings, error);
    if (columns == NULL)
        return NULL;
    ValueReader *values = value_reader_open(path, error);
    if (values == NULL)
        return NULL;
    YamlReader *yaml = g_new0(YamlReader, 1);
    yaml->values = values;
    yaml->indices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                          NULL);
    yaml->cells = g_array_new(FALSE, TRUE, sizeof(Cell));
    yaml->owned = g_ptr_array_new_with_free_func(g_free);
    yaml->bare = (size_t)columns_email(columns);
    for (size_t i = 0; i < columns_count(columns); i++) {
        g_hash_table_insert(yaml->indices,
                            g_strdup(columns_written_name(columns, i)),
                            GSIZE_TO_POINTER(i + 1));
    }
    yaml->reader.columns = g_steal_pointer(&columns);
    return &yaml->reader;
}

/* --- items to rows --- */

static char *join(const Value *list, Fault *fault)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < list->items->len; i++) {
        const Value *item = g_ptr_array_index(list->items, i);
        if (item->kind != VALUE_TEXT)
            fault_set(fault, item->place.line, item->place.column,
                      "a list of texts may stand here, not one of lists or "
                      "maps");
        else
            g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", item->text);
    }
    return g_string_free(out, FALSE);
}

static void set_cell(YamlReader *yaml, size_t column, const Value *value,
                     Fault *fault)
{
    Cell *cell = &g_array_index(yaml->cells, Cell, column);
    *cell = (Cell){.line = value->place.line,
                   .column = value->place.column,
                   .form = CELL_REWRITTEN};
    if (value->kind == VALUE_MAP) {
        fault_set(fault, cell->line, cell->column,
                  "a text or a list of texts may stand here, not a map");
    } else if (value->kind == VALUE_LIST) {
        cell->text = join(value, fault);
        g_ptr_array_add(yaml->owned, cell->text);
    } else if (!value_is_empty(value)) {
        cell->text = value->text;
    }
    cell->length = cell->text ? strlen(cell->text) : 0;
}

static void set_cells(YamlReader *yaml, const Value *item, Fault *fault)
{
    if (item->kind == VALUE_TEXT) {
        set_cell(yaml, yaml->bare, item, fault);
        return;
    }
    if (item->kind == VALUE_LIST) {
        fault_set(fault, item->place.line, item->place.column,
                  "an address or a map may stand here, not a list");
        return;
    }
    for (guint i = 0; i < item->entries->len; i++) {
        const ValueEntry *entry = &g_array_index(item->entries, ValueEntry, i);
        size_t column = GPOINTER_TO_SIZE(
            g_hash_table_lookup(yaml->indices, entry->key));
        if (column > 0)
            set_cell(yaml, column - 1, entry->value, fault);
        else
            fault_set(fault, entry->key_place.line, entry->key_place.column,
                      "the key `%s` is new: the file changed while it was read",
                      entry->key);
    }
}

static ReadResult next_yaml(Reader *base, Row *row, GError **error)
{
    YamlReader *yaml = (YamlReader *)base;
    GError *problem = NULL;
    g_clear_pointer(&yaml->item, value_free);
    yaml->item = value_reader_next(yaml->values, &problem);
    if (problem != NULL) {
        g_propagate_error(error, problem);
        return READ_FAILED;
    }
    if (yaml->item == NULL)
        return READ_END;
    g_ptr_array_set_size(yaml->owned, 0);
    g_array_set_size(yaml->cells, 0);
    g_array_set_size(yaml->cells, (guint)columns_count(base->columns));
    row->line = yaml->item->place.line;
    row->cells = (Cell *)(void *)yaml->cells->data;
    row->count = yaml->cells->len;
    set_cells(yaml, yaml->item, &row->fault);
    return READ_ROW;
}

const ReaderType list_yaml = {
    .open = open_yaml,
    .next = next_yaml,
    .close = close_yaml,
};
