/* list.c - see list.h. */
#include "list/list.h"

#include <string.h>

#include "list/doubt.h"
#include "list/only.h"
#include "list/reader.h"
#include "list/seen.h"
#include "list/subscriber.h"

#define LABEL "--to"

/* Why one that never changes is enough is said in seen.h. */
static const uint8_t seen_key[SEEN_KEY_BYTES] = "mirmail list 1.";

struct List {
    ListOptions options;
    Findings *findings; /* NULL from the first rewind on */
    GPtrArray *columns; /* of Columns, one a file */
    GPtrArray *names;   /* of all columns, NULL-terminated */
    Only *only;
    Seen *seen;
    Seen *left;  /* whoever left according to any row */
    Seen *lists; /* addresses that are a list's according to any row */
    ListCounts counts;
    Address redirect; /* text NULL: none */
    Subscriber *subscriber;
    Row row;
    Reader *reader;        /* of the file being read, or NULL */
    size_t file;           /* the next one to open */
    bool *used;            /* a flag for each of its columns */
    GError *failure;       /* of the suppressions or of a condition */
    int suppression_lines; /* later ones do not count; 0: all do */
    size_t address;        /* the next of options.addresses */
};

/* --- files one after another --- */

static void restart(List *list)
{
    g_clear_pointer(&list->reader, reader_close);
    fault_clear(&list->row.fault);
    list->file = 0;
    list->address = 0;
}

/* What decides about a recipient counts whatever the letter uses. */
static void choose_used(List *list, const Columns *columns)
{
    size_t count = columns_count(columns);
    list->used = g_renew(bool, list->used, count);
    for (size_t i = 0; i < count; i++)
        list->used[i] = list->options.used == NULL ||
                        columns_is_status(columns, i) ||
                        columns_is_kind(columns, i);
    if (list->only != NULL)
        only_mark(list->only, columns, list->used);
    const int always[] = {columns_email(columns), columns_full_name(columns),
                          columns_first_name(columns),
                          columns_last_name(columns)};
    for (size_t i = 0; i < G_N_ELEMENTS(always); i++)
        if (always[i] != COLUMNS_NONE)
            list->used[always[i]] = true;
    const char *const *field = list->options.used;
    for (; field != NULL && *field != NULL; field++) {
        int column = columns_find(columns, *field);
        if (column != COLUMNS_NONE)
            list->used[column] = true;
    }
}

/* The next row of the files that `wanted` (or, NULL, all) says to read. */
static ReadResult next_row(List *list, bool (*wanted)(const Columns *),
                           GError **error)
{
    for (;;) {
        while (list->reader == NULL && list->file < list->columns->len) {
            size_t file = list->file++;
            Columns *known = g_ptr_array_index(list->columns, file);
            if (wanted != NULL && !wanted(known))
                continue;
            list->reader = reader_open(list->options.paths[file], known, NULL,
                                       error);
            if (list->reader == NULL)
                return READ_FAILED;
            choose_used(list, list->reader->columns);
        }
        if (list->reader == NULL)
            return READ_END;
        ReadResult result = reader_next(list->reader, &list->row, error);
        if (result != READ_END)
            return result;
        g_clear_pointer(&list->reader, reader_close);
    }
}

/* --- opening --- */

static bool open_files(List *list, GError **error)
{
    const char *const *path = list->options.paths;
    for (; path != NULL && *path != NULL; path++) {
        g_autoptr(Reader)
            reader = reader_open(*path, NULL, list->findings, error);
        if (reader == NULL)
            return false;
        g_ptr_array_add(list->columns, columns_ref(reader->columns));
        if (columns_all_left(reader->columns)) {
            Place place = {*path, 0, 0};
            findings_add(list->findings, SEVERITY_NOTE, "left", place,
                         "the file's name says that everybody in it left; "
                         "nobody in it is written to");
        }
    }
    return true;
}

static void add_name(List *list, GHashTable *known, const char *name)
{
    if (*name != '\0' && g_hash_table_add(known, (char *)(uintptr_t)name))
        g_ptr_array_add(list->names, (char *)(uintptr_t)name);
}

/* The names belong to the columns. */
static void collect_names(List *list)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    add_name(list, known, "email");
    add_name(list, known, "name");
    for (guint i = 0; i < list->columns->len; i++) {
        const Columns *columns = g_ptr_array_index(list->columns, i);
        for (size_t j = 0; j < columns_count(columns); j++)
            add_name(list, known, columns_name(columns, j));
    }
    g_ptr_array_add(list->names, NULL);
}

static bool may_tell(const Columns *columns)
{
    return columns_may_tell_left(columns) || columns_has_kind(columns);
}

/* A person who left must not be written to, and a list must not be given a
 * personal link, because another row stands first; so what rows say of others
 * is collected before any is given. */
static bool collect_told(List *list, GError **error)
{
    ReadResult result;
    while ((result = next_row(list, may_tell, error)) == READ_ROW) {
        SubscriberVerdict verdict = subscriber_fill(
            list->subscriber, list->reader->columns, &list->row, list->used);
        const char *key = subscriber_address(list->subscriber)->key;
        if (verdict == SUBSCRIBER_LEFT && key != NULL)
            seen_add(list->left, key);
        if (verdict == SUBSCRIBER_OK && subscriber_is_list(list->subscriber))
            seen_add(list->lists, key);
    }
    restart(list);
    return result == READ_END;
}

/* A wrong address on the command line ends the command. */
static bool check_addresses(List *list, GError **error)
{
    const char *const *text = list->options.addresses;
    for (; text != NULL && *text != NULL; text++) {
        g_autoptr(GError) problem = NULL;
        SubscriberVerdict verdict = subscriber_fill_address(
            list->subscriber, LABEL, *text, &problem);
        if (verdict != SUBSCRIBER_OK) {
            error_set(error, ERROR_USAGE, "%s: %s", LABEL, problem->message);
            return false;
        }
    }
    return true;
}

static bool parse_redirect(List *list, GError **error)
{
    const char *text = list->options.redirect;
    g_autoptr(GError) problem = NULL;
    if (text == NULL || address_parse(text, strlen(text), &list->redirect,
                                      &problem) == ADDRESS_OK)
        return true;
    error_set(error, ERROR_USAGE, "--test: %s", problem->message);
    return false;
}

/* Organisers try the link to leave too, and wonder about the next test. */
static bool check_redirect(const List *list, GError **error)
{
    Suppressions *suppressions = list->options.suppressions;
    const Address *address = &list->redirect;
    Suppression why;
    bool found = false;
    if (address->text == NULL || suppressions == NULL)
        return true;
    if (!suppressions_find(suppressions, address, &found, &why, error))
        return false;
    if (!found)
        return true;
    g_autofree char *reason = suppression_to_text(&why);
    error_set(error, ERROR_INPUT,
              "--test: %s is not written to: %s; `mirmail suppress remove %s` "
              "takes that back",
              address->text, reason, address->text);
    return false;
}

static void columns_free(void *columns)
{
    columns_unref(columns);
}

List *list_open(const ListOptions *options, Findings *findings, GError **error)
{
    g_autoptr(List) list = g_new0(List, 1);
    list->options = *options;
    list->findings = findings;
    list->columns = g_ptr_array_new_with_free_func(columns_free);
    list->names = g_ptr_array_new();
    list->seen = seen_new(seen_key);
    list->left = seen_new(seen_key);
    list->lists = seen_new(seen_key);
    list->subscriber = subscriber_new();
    if (!parse_redirect(list, error) || !check_redirect(list, error) ||
        !open_files(list, error))
        return NULL;
    collect_names(list);
    list->only = only_new(options->only, options->except, list_columns(list),
                          error);
    if (list->only == NULL || !check_addresses(list, error) ||
        !collect_told(list, error))
        return NULL;
    return g_steal_pointer(&list);
}

void list_close(List *list)
{
    if (list == NULL)
        return;
    restart(list);
    subscriber_free(list->subscriber);
    only_free(list->only);
    seen_free(list->seen);
    seen_free(list->left);
    seen_free(list->lists);
    g_ptr_array_unref(list->names);
    g_ptr_array_unref(list->columns);
    address_clear(&list->redirect);
    g_free(list->used);
    g_clear_error(&list->failure);
    g_free(list);
}

/* --- reading --- */

static void add_fault(List *list, Severity severity, const char *rule)
{
    const Fault *fault = &list->row.fault;
    Place place = {columns_file(list->reader->columns), fault->line,
                   fault->column};
    findings_add(list->findings, severity, rule, place, "%s", fault->text);
}

static Place place_of(const List *list)
{
    return (Place){subscriber_file(list->subscriber),
                   subscriber_line(list->subscriber), 0};
}

static void note_left_elsewhere(List *list)
{
    findings_add(list->findings, SEVERITY_NOTE, "left", place_of(list),
                 "%s left according to another row",
                 subscriber_address(list->subscriber)->text);
}

static void count_reason(ListCounts *counts, const char *reason)
{
    ListReason *entry = counts->reasons;
    const ListReason *last = entry + LIST_REASONS_MAX - 1;
    while (entry < last && *entry->reason != '\0' &&
           strcmp(entry->reason, reason) != 0)
        entry++;
    g_strlcpy(entry->reason, entry < last ? reason : "other",
              sizeof entry->reason);
    entry->count++;
}

/* A file of suppressions that cannot be read lets nobody through. */
static bool is_suppressed(List *list)
{
    Suppressions *suppressions = list->options.suppressions;
    const Address *address = subscriber_address(list->subscriber);
    Suppression why;
    bool found = false;
    if (suppressions == NULL || list->failure != NULL ||
        !suppressions_find(suppressions, address, &found, &why,
                           &list->failure) ||
        !found)
        return list->failure != NULL;
    if (list->suppression_lines > 0 && why.line > list->suppression_lines)
        return false;
    list->counts.suppressed++;
    count_reason(&list->counts, why.reason);
    g_autofree char *reason = suppression_to_text(&why);
    findings_add(list->findings, SEVERITY_NOTE, "suppressed", place_of(list),
                 "%s is not written to: %s", address->text, reason);
    return true;
}

/* Asked once for each recipient: later passes have no findings. */
static void look_at_domain(List *list)
{
    const Address *address = subscriber_address(list->subscriber);
    g_autofree char *doubt = list->findings ? doubt_domain(address->domain)
                                            : NULL;
    if (doubt == NULL)
        return;
    findings_add(list->findings, SEVERITY_WARNING, "domain", place_of(list),
                 "%s: %s", address->text, doubt);
}

/* Whether the subscriber just filled is to be given. The filter comes before
 * the duplicates: a row that is not chosen must not hide one that is. */
static bool choose(List *list)
{
    const char *key = subscriber_address(list->subscriber)->key;
    if (seen_has(list->left, key)) {
        list->counts.left++;
        note_left_elsewhere(list);
        return false;
    }
    bool is_chosen = false;
    if (!only_holds(list->only, list->subscriber, &is_chosen, &list->failure))
        return false;
    if (!is_chosen) {
        list->counts.filtered++;
        return false;
    }
    if (!seen_add(list->seen, key)) {
        list->counts.duplicates++;
        return false;
    }
    if (is_suppressed(list))
        return false;
    if (seen_has(list->lists, key))
        subscriber_set_list(list->subscriber);
    look_at_domain(list);
    list->counts.given++;
    return true;
}

static bool take_row(List *list)
{
    list->counts.rows++;
    SubscriberVerdict verdict = subscriber_fill(
        list->subscriber, list->reader->columns, &list->row, list->used);
    switch (verdict) {
    case SUBSCRIBER_OK:
        return choose(list);
    case SUBSCRIBER_LEFT:
        list->counts.left++;
        if (list->row.fault.text != NULL)
            add_fault(list, SEVERITY_WARNING, "address");
        return false;
    case SUBSCRIBER_UNSUPPORTED:
        list->counts.unsupported++;
        add_fault(list, SEVERITY_WARNING, "address");
        return false;
    case SUBSCRIBER_INVALID:
    default:
        list->counts.invalid++;
        add_fault(list, SEVERITY_ERROR, "list");
        return false;
    }
}

static bool take_address(List *list, GError **error)
{
    const char *text = list->options.addresses[list->address++];
    list->counts.rows++;
    if (subscriber_fill_address(list->subscriber, LABEL, text, error) !=
        SUBSCRIBER_OK)
        return false;
    return choose(list);
}

/* True when list->subscriber is the next one. */
static bool take_next(List *list, GError **error)
{
    if (list->options.limit > 0 && list->counts.given >= list->options.limit)
        return false;
    for (;;) {
        ReadResult result = next_row(list, NULL, error);
        if (result == READ_FAILED)
            return false;
        if (result == READ_END)
            break;
        if (take_row(list))
            return true;
        if (list->failure != NULL)
            return false;
    }
    while (list->options.addresses != NULL &&
           list->options.addresses[list->address] != NULL)
        if (take_address(list, error))
            return true;
    return false;
}

const Subscriber *list_next(List *list, GError **error)
{
    if (!take_next(list, error)) {
        if (list->failure != NULL && (error == NULL || *error == NULL))
            g_propagate_error(error, g_steal_pointer(&list->failure));
        return NULL;
    }
    if (list->redirect.text != NULL)
        subscriber_redirect(list->subscriber, &list->redirect);
    return list->subscriber;
}

bool list_rewind(List *list, GError **error)
{
    (void)error; /* files are opened again when their turn comes */
    restart(list);
    seen_clear(list->seen);
    list->findings = NULL;
    list->counts = (ListCounts){0};
    return true;
}

void list_give_newly_suppressed(List *list)
{
    Suppressions *suppressions = list->options.suppressions;
    if (suppressions != NULL)
        list->suppression_lines = MAX(suppressions_lines(suppressions), 1);
}

const ListCounts *list_counts(const List *list)
{
    return &list->counts;
}

const char *const *list_columns(const List *list)
{
    return (const char *const *)list->names->pdata;
}
