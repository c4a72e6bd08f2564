/* export.c - see export.h. */
#include "list/export.h"

#include <string.h>

#include "base/suggest.h"
#include "list/list_json.h"
#include "list/quote.h"
#include "list/reader.h"

struct Export {
    ExportFormat format;
    GPtrArray *names; /* of the columns but the address */
    bool guards;
    int64_t formulas;
};

bool export_format(const char *name, ExportFormat *format, GError **error)
{
    static const char *const names[] = {[EXPORT_CSV] = "csv",
                                        [EXPORT_YAML] = "yaml",
                                        [EXPORT_JSON] = "json",
                                        [EXPORT_MAILMAN] = "mailman",
                                        [EXPORT_ADDRESSES] = "addresses",
                                        NULL};
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0) {
            *format = (ExportFormat)i;
            return true;
        }
    }
    g_autofree char *hint = suggest_hint(name, names);
    error_set(error, ERROR_USAGE,
              "--format: `%s` is not one of csv, yaml, json, mailman, "
              "addresses%s",
              name, hint);
    return false;
}

/* --- columns --- */

static void add_columns(Export *export, GHashTable *known,
                        const Columns *columns)
{
    for (size_t i = 0; i < columns_count(columns); i++) {
        const char *name = columns_name(columns, i);
        char key[COLUMNS_KEY_MAX + 1];
        columns_make_key(name, key);
        if ((int)i != columns_email(columns) && *name != '\0' &&
            g_hash_table_add(known, g_strdup(key)))
            g_ptr_array_add(export->names, g_strdup(name));
    }
}

Export *export_open(ExportFormat format, const char *const *paths, bool guards,
                    GError **error)
{
    g_autoptr(Export) export = g_new0(Export, 1);
    export->format = format;
    export->guards = guards;
    export->names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable)
        known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (; *paths != NULL; paths++) {
        g_autoptr(Reader) reader = reader_open(*paths, NULL, NULL, error);
        if (reader == NULL)
            return NULL;
        add_columns(export, known, reader->columns);
    }
    return g_steal_pointer(&export);
}

void export_close(Export *export)
{
    if (export == NULL)
        return;
    g_ptr_array_unref(export->names);
    g_free(export);
}

int64_t export_formulas(const Export *export)
{
    return export->formulas;
}

/* --- CSV --- */

static void put_cell(Export *export, const char *text, bool is_first,
                     GString *out)
{
    static const char signs[] = ",;\t\"\r\n";
    bool is_formula = *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
    bool is_guarded = is_formula && export->guards;
    g_autofree char *guarded = is_guarded ? g_strconcat("'", text, NULL) : NULL;
    export->formulas += is_formula;
    if (!is_first)
        g_string_append_c(out, ',');
    quote_csv(guarded ? guarded : text, signs, is_first, out);
}

static const char *value_of(const Export *export, guint index,
                            const Subscriber *subscriber)
{
    const char *value = subscriber_field(
        subscriber, g_ptr_array_index(export->names, index));
    return value ? value : "";
}

static void put_csv(Export *export, const Subscriber *subscriber, GString *out)
{
    put_cell(export, subscriber_address(subscriber)->text, true, out);
    for (guint i = 0; i < export->names->len; i++)
        put_cell(export, value_of(export, i, subscriber), false, out);
    g_string_append_c(out, '\n');
}

/* --- the others --- */

static void put_yaml(Export *export, const Subscriber *subscriber, GString *out)
{
    g_string_append(out, "- email: ");
    quote_yaml(subscriber_address(subscriber)->text, false, out);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < export->names->len; i++) {
        const char *value = value_of(export, i, subscriber);
        if (*value == '\0')
            continue;
        g_string_append(out, "  ");
        quote_yaml(g_ptr_array_index(export->names, i), false, out);
        g_string_append(out, ": ");
        quote_yaml(value, false, out);
        g_string_append_c(out, '\n');
    }
}

static void put_json(Export *export, const Subscriber *subscriber, GString *out)
{
    g_string_append_c(out, '{');
    list_json_append(out, "email", subscriber_address(subscriber)->text);
    for (guint i = 0; i < export->names->len; i++) {
        const char *value = value_of(export, i, subscriber);
        if (*value == '\0')
            continue;
        g_string_append_c(out, ',');
        list_json_append(out, g_ptr_array_index(export->names, i), value);
    }
    g_string_append(out, "}\n");
}

/* Python's formataddr(), which Mailman reads back. */
static void put_mailbox(const Subscriber *subscriber, GString *out)
{
    const char *name = subscriber_field(subscriber, "name");
    const char *address = subscriber_address(subscriber)->text;
    if (name == NULL || *name == '\0') {
        g_string_append_printf(out, "%s\n", address);
        return;
    }
    bool is_quoted = strpbrk(name, "()<>[]:;@\\,.\"") != NULL;
    g_string_append(out, is_quoted ? "\"" : "");
    for (; *name != '\0'; name++) {
        if (*name == '"' || *name == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *name);
    }
    g_string_append_printf(out, "%s <%s>\n", is_quoted ? "\"" : "", address);
}

void export_begin(Export *export, GString *out)
{
    if (export->format != EXPORT_CSV)
        return;
    g_string_append(out, "email");
    for (guint i = 0; i < export->names->len; i++)
        put_cell(export, g_ptr_array_index(export->names, i), false, out);
    g_string_append_c(out, '\n');
}

void export_append(Export *export, const Subscriber *subscriber, GString *out)
{
    switch (export->format) {
    case EXPORT_YAML:
        put_yaml(export, subscriber, out);
        break;
    case EXPORT_JSON:
        put_json(export, subscriber, out);
        break;
    case EXPORT_MAILMAN:
        put_mailbox(subscriber, out);
        break;
    case EXPORT_ADDRESSES:
        g_string_append_printf(out, "%s\n",
                               subscriber_address(subscriber)->text);
        break;
    case EXPORT_CSV:
    default:
        put_csv(export, subscriber, out);
        break;
    }
}
