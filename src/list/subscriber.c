/* subscriber.c - see subscriber.h. */
#include "list/subscriber.h"

#include <string.h>

#include "list/cell.h"

struct Subscriber {
    Address address;
    char *name;       /* made from first and last name, or beside the address */
    Columns *columns; /* NULL: named on the command line */
    const char *label; /* then */
    int line;
    bool is_list;        /* as another row says */
    const char **values; /* one a column */
    size_t room;         /* of `values` */
    GPtrArray *owned;    /* values that do not stand in the row */
};

Subscriber *subscriber_new(void)
{
    Subscriber *subscriber = g_new0(Subscriber, 1);
    subscriber->owned = g_ptr_array_new_with_free_func(g_free);
    return subscriber;
}

static size_t value_count(const Subscriber *subscriber)
{
    return subscriber->columns ? columns_count(subscriber->columns) : 0;
}

void subscriber_free(Subscriber *subscriber)
{
    if (subscriber == NULL)
        return;
    address_clear(&subscriber->address);
    g_free(subscriber->name);
    columns_unref(subscriber->columns);
    g_free((void *)(uintptr_t)subscriber->values);
    g_ptr_array_unref(subscriber->owned);
    g_free(subscriber);
}

Subscriber *subscriber_copy(const Subscriber *subscriber)
{
    Subscriber *copy = subscriber_new();
    address_copy(&copy->address, &subscriber->address);
    copy->name = g_strdup(subscriber->name);
    copy->label = subscriber->label;
    copy->line = subscriber->line;
    copy->is_list = subscriber->is_list;
    if (subscriber->columns != NULL)
        copy->columns = columns_ref(subscriber->columns);
    copy->room = value_count(subscriber);
    copy->values = g_new0(const char *, copy->room + 1);
    for (size_t i = 0; i < copy->room; i++) {
        if (*subscriber->values[i] == '\0') {
            copy->values[i] = "";
            continue;
        }
        char *value = g_strdup(subscriber->values[i]);
        g_ptr_array_add(copy->owned, value);
        copy->values[i] = value;
    }
    return copy;
}

/* --- asking --- */

const Address *subscriber_address(const Subscriber *subscriber)
{
    return &subscriber->address;
}

const char *subscriber_file(const Subscriber *subscriber)
{
    return subscriber->columns ? columns_file(subscriber->columns)
                               : subscriber->label;
}

int subscriber_line(const Subscriber *subscriber)
{
    return subscriber->line;
}

static const char *full_name(const Subscriber *subscriber)
{
    int column = subscriber->columns ? columns_full_name(subscriber->columns)
                                     : COLUMNS_NONE;
    if (column != COLUMNS_NONE && *subscriber->values[column] != '\0')
        return subscriber->values[column];
    if (subscriber->name != NULL)
        return subscriber->name;
    return column != COLUMNS_NONE || subscriber->columns == NULL ? "" : NULL;
}

static bool can_make_name(const Columns *columns)
{
    return columns_first_name(columns) != COLUMNS_NONE ||
           columns_last_name(columns) != COLUMNS_NONE;
}

const char *subscriber_field(const Subscriber *subscriber, const char *name)
{
    const Columns *columns = subscriber->columns;
    if (g_ascii_strcasecmp(name, "email") == 0)
        return subscriber->address.text;
    if (g_ascii_strcasecmp(name, "name") == 0) {
        const char *full = full_name(subscriber);
        return full == NULL && can_make_name(columns) ? "" : full;
    }
    int column = columns ? columns_find(columns, name) : COLUMNS_NONE;
    if (column == COLUMNS_NONE)
        return NULL;
    if (column == columns_email(columns))
        return subscriber->address.text;
    return subscriber->values[column];
}

bool subscriber_is_list(const Subscriber *subscriber)
{
    for (size_t i = 0; i < value_count(subscriber); i++)
        if (columns_is_kind(subscriber->columns, i) &&
            columns_says_list(subscriber->values[i]))
            return true;
    return subscriber->is_list;
}

void subscriber_set_list(Subscriber *subscriber)
{
    subscriber->is_list = true;
}

void subscriber_redirect(Subscriber *subscriber, const Address *address)
{
    address_clear(&subscriber->address);
    address_copy(&subscriber->address, address);
}

/* --- filling --- */

static void start(Subscriber *subscriber, Columns *columns)
{
    address_clear(&subscriber->address);
    g_clear_pointer(&subscriber->name, g_free);
    subscriber->is_list = false;
    g_ptr_array_set_size(subscriber->owned, 0);
    if (subscriber->columns != columns) {
        columns_unref(subscriber->columns);
        subscriber->columns = columns ? columns_ref(columns) : NULL;
    }
    size_t wanted = value_count(subscriber);
    if (wanted > subscriber->room) {
        subscriber->values = g_renew(const char *, subscriber->values, wanted);
        subscriber->room = wanted;
    }
}

static bool clean_values(Subscriber *subscriber, Row *row, const bool *used)
{
    const char *file = columns_file(subscriber->columns);
    for (size_t i = 0; i < row->count; i++) {
        Fault fault = {0};
        const char *value = cell_clean(&row->cells[i], file, subscriber->owned,
                                       &fault);
        subscriber->values[i] = value ? value : "";
        if (value != NULL)
            continue;
        if (used[i]) {
            row->fault = fault;
            return false;
        }
        fault_clear(&fault);
    }
    return true;
}

static bool says_left(const Subscriber *subscriber)
{
    const Columns *columns = subscriber->columns;
    if (columns_all_left(columns))
        return true;
    for (size_t i = 0; i < value_count(subscriber); i++)
        if (columns_is_status(columns, i) &&
            columns_says_left(columns, i, subscriber->values[i]))
            return true;
    return false;
}

/* Several pieces with an `@`, divided by what people put between them. */
static bool is_two_addresses(const char *text)
{
    g_auto(GStrv) pieces = g_strsplit_set(text, " ,;|/", -1);
    int found = 0;
    for (char **piece = pieces; *piece != NULL; piece++)
        found += strchr(*piece, '@') != NULL;
    return found > 1;
}

/* The address may stand alone or as `Name <address>`. */
static AddressVerdict read_address(Subscriber *subscriber, const char *text,
                                   GError **error)
{
    if (strchr(text, '<') == NULL)
        return address_parse(text, strlen(text), &subscriber->address, error);
    Mailbox mailbox;
    AddressVerdict verdict = mailbox_parse(text, &mailbox, error);
    if (verdict != ADDRESS_OK)
        return verdict;
    subscriber->address = mailbox.address;
    if (*mailbox.name != '\0')
        subscriber->name = mailbox_read_name(&mailbox);
    g_free(mailbox.name);
    return ADDRESS_OK;
}

static SubscriberVerdict judge_address(Subscriber *subscriber, const char *text,
                                       GError **error)
{
    g_autoptr(GError) problem = NULL;
    AddressVerdict verdict = read_address(subscriber, text, &problem);
    if (verdict == ADDRESS_OK)
        return SUBSCRIBER_OK;
    if (*text == '\0')
        error_set(error, ERROR_INPUT, "no address in this row");
    else if (verdict == ADDRESS_INVALID && is_two_addresses(text))
        error_set(error, ERROR_INPUT,
                  "two addresses in one cell; each needs a row of its own");
    else
        g_propagate_error(error, g_steal_pointer(&problem));
    return verdict == ADDRESS_INVALID ? SUBSCRIBER_INVALID
                                      : SUBSCRIBER_UNSUPPORTED;
}

/* First and last name to one, where the file has no column for both. */
static void make_name(Subscriber *subscriber)
{
    int first = columns_first_name(subscriber->columns);
    int last = columns_last_name(subscriber->columns);
    const char *first_name = first < 0 ? "" : subscriber->values[first];
    const char *last_name = last < 0 ? "" : subscriber->values[last];
    if (*first_name == '\0' && *last_name == '\0')
        return;
    bool both = *first_name != '\0' && *last_name != '\0';
    g_free(subscriber->name);
    subscriber->name = g_strconcat(first_name, both ? " " : "", last_name,
                                   NULL);
}

static void set_address_fault(const Subscriber *subscriber, Row *row,
                              const char *behind, const GError *problem)
{
    const Cell *cell = &row->cells[columns_email(subscriber->columns)];
    bool has_place = cell->line > 0;
    fault_set(&row->fault, has_place ? cell->line : row->line,
              has_place ? cell->column : 1, "%s%s", problem->message, behind);
}

SubscriberVerdict subscriber_fill(Subscriber *subscriber, Columns *columns,
                                  Row *row, const bool *used)
{
    start(subscriber, columns);
    subscriber->line = row->line;
    if (row->fault.text != NULL || !clean_values(subscriber, row, used))
        return SUBSCRIBER_INVALID;
    int email = columns_email(columns);
    g_autoptr(GError) problem = NULL;
    SubscriberVerdict verdict = judge_address(
        subscriber, subscriber->values[email], &problem);
    if (says_left(subscriber)) {
        if (verdict == SUBSCRIBER_INVALID &&
            strchr(subscriber->values[email], '@') != NULL)
            set_address_fault(subscriber, row,
                              "; so this row keeps nobody from being written "
                              "to",
                              problem);
        return SUBSCRIBER_LEFT;
    }
    if (verdict != SUBSCRIBER_OK) {
        set_address_fault(subscriber, row, "", problem);
        return verdict;
    }
    make_name(subscriber);
    return SUBSCRIBER_OK;
}

SubscriberVerdict subscriber_fill_address(Subscriber *subscriber,
                                          const char *label, const char *text,
                                          GError **error)
{
    start(subscriber, NULL);
    subscriber->label = label;
    subscriber->line = 0;
    return judge_address(subscriber, text, error);
}
