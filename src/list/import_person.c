/* import_person.c - see import_person.h. */
#include "list/import_person.h"

#include <string.h>

#include "list/cell.h"
#include "list/import_moment.h"
#include "list/list.h"
#include "list/list_json.h"
#include "list/python_dict.h"

#define FIELD_NAME_MAX 50 /* bytes */
#define SECOND_US INT64_C(1000000)

/* What becomes of a column. */
typedef struct Part {
    ImportRole role;
    int rank;
    char *name;  /* of the field */
    bool judges; /* it has to do with whether somebody left */
} Part;

/* What is put together from several columns. */
typedef struct Gathered {
    const char *address;
    int64_t since_us; /* 0: not told */
    int since_rank;
    const char *date[3]; /* year, month, day */
    const char *changed; /* a moment */
    Fault fault;         /* of the address's cell */
} Gathered;

static void part_clear(void *data)
{
    g_free(((Part *)data)->name);
}

ImportPerson *import_person_new(const ImportSystem *system, Findings *findings)
{
    ImportPerson *person = g_new0(ImportPerson, 1);
    person->system = system;
    person->findings = findings;
    person->fields = g_array_new(FALSE, FALSE, sizeof(ImportField));
    person->owned = g_ptr_array_new_with_free_func(g_free);
    person->plan = g_array_new(FALSE, TRUE, sizeof(Part));
    g_array_set_clear_func(person->plan, part_clear);
    return person;
}

void import_person_free(ImportPerson *person)
{
    if (person == NULL)
        return;
    address_clear(&person->address);
    g_array_unref(person->fields);
    g_ptr_array_unref(person->owned);
    g_array_unref(person->plan);
    columns_unref(person->columns);
    g_free(person);
}

/* --- fields --- */

/* Short enough that two names differ by their keys too. A name that means the
 * address would make another column the address. */
static char *field_name(const char *written)
{
    g_autofree char *lower = g_utf8_strdown(written, -1);
    g_autofree char *composed = g_utf8_normalize(lower, -1, G_NORMALIZE_NFC);
    GString *name = g_string_new(NULL);
    for (const char *at = composed; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (name->len >= FIELD_NAME_MAX)
            break;
        if (g_unichar_isalnum(character) || g_unichar_ismark(character))
            g_string_append_unichar(name, character);
        else if (name->len > 0 && name->str[name->len - 1] != '_')
            g_string_append_c(name, '_');
    }
    if (name->len > 0 && name->str[name->len - 1] == '_')
        g_string_truncate(name, name->len - 1);
    if (columns_is_email(name->str))
        g_string_prepend(name, "other_");
    return g_string_free(name, FALSE);
}

static void make_plan(ImportPerson *person, Columns *columns)
{
    if (person->columns == columns)
        return;
    columns_unref(person->columns);
    person->columns = columns_ref(columns);
    g_array_set_size(person->plan, 0);
    for (size_t i = 0; i < columns_count(columns); i++) {
        Part part = {0};
        part.role = import_system_role(person->system, columns, i, &part.rank);
        part.name = field_name(columns_name(columns, i));
        part.judges = columns_is_status(columns, i) ||
                      part.role == ROLE_EMAIL || part.role == ROLE_MEMBER ||
                      part.role == ROLE_CHANGED || part.role == ROLE_ATTRIBUTES;
        g_array_append_val(person->plan, part);
    }
}

const char *import_person_field(const ImportPerson *person, const char *name)
{
    for (guint i = 0; i < person->fields->len; i++) {
        const ImportField *field = &g_array_index(person->fields, ImportField,
                                                  i);
        if (strcmp(field->name, name) == 0)
            return field->value;
    }
    return NULL;
}

static void tell_too_many(ImportPerson *person)
{
    if (!person->has_too_many)
        findings_add(person->findings, SEVERITY_WARNING, "value",
                     (Place){columns_file(person->columns), person->line, 0},
                     "more than %d fields; the others are left out",
                     IMPORT_FIELDS_MAX);
    person->has_too_many = true;
}

/* Both are borrowed. */
static void add_field(ImportPerson *person, const char *name, const char *value)
{
    if (person->judges_only || *value == '\0' || *name == '\0' ||
        import_person_field(person, name) != NULL)
        return;
    if (person->fields->len == IMPORT_FIELDS_MAX) {
        tell_too_many(person);
        return;
    }
    ImportField field = {name, value};
    g_array_append_val(person->fields, field);
}

static const char *own(ImportPerson *person, char *text)
{
    g_ptr_array_add(person->owned, text);
    return text;
}

static void warn(const ImportPerson *person, const Fault *fault,
                 const char *name)
{
    Place place = {columns_file(person->columns), fault->line, fault->column};
    findings_add(person->findings, SEVERITY_WARNING, "value", place,
                 "`%s` is left out: %s", name, fault->text);
}

/* Clean, "" when it cannot be. */
static const char *clean(ImportPerson *person, Cell *cell, const char *name)
{
    Fault fault = {0};
    const char *value = cell_clean(cell, columns_file(person->columns),
                                   person->owned, &fault);
    if (value == NULL)
        warn(person, &fault, name);
    fault_clear(&fault);
    return value ? value : "";
}

/* --- attributes --- */

typedef struct Attributes {
    ImportPerson *person;
    const Cell *cell;
} Attributes;

static void judge(ImportPerson *person, Standing standing, const char *by,
                  const char *value)
{
    int64_t at_us = 0;
    if (standing == STANDING_SUBSCRIBED)
        return;
    if (import_moment(value, &at_us))
        person->left_us = MAX(person->left_us, at_us);
    if (standing <= person->standing)
        return;
    person->standing = standing;
    person->told_by = by;
    person->told = value;
}

static void add_attribute(void *data, const char *name, const char *value)
{
    Attributes *attributes = data;
    ImportPerson *person = attributes->person;
    if (person->judges_only &&
        columns_standing_by_name(name, value) == STANDING_SUBSCRIBED)
        return;
    char *text = (char *)(uintptr_t)own(person, g_strdup(value));
    const char *own_name = own(person, field_name(name));
    Cell cell = {.text = text,
                 .length = strlen(text),
                 .line = attributes->cell->line,
                 .column = attributes->cell->column,
                 .form = CELL_REWRITTEN};
    const char *cleaned = clean(person, &cell, own_name);
    Standing standing = columns_standing_by_name(name, cleaned);
    judge(person, standing, own_name, cleaned);
    add_field(person, own_name, cleaned);
}

/* A cell that is no object is a value as any other. */
static void take_attributes(ImportPerson *person, Cell *cell, const char *name)
{
    Fault fault = {0};
    Attributes attributes = {person, cell};
    bool is_text = cell_is_text(cell, columns_file(person->columns), &fault);
    fault_clear(&fault);
    if (is_text && list_json_flatten(cell->text, add_attribute, &attributes))
        return;
    g_autofree char *json = is_text ? python_dict_to_json(cell->text) : NULL;
    if (json != NULL && list_json_flatten(json, add_attribute, &attributes))
        return;
    add_field(person, name, clean(person, cell, name));
}

/* --- tags --- */

/* `"VIP","Blog"`, `a;b` and `List A; List B; ` to `a, b`. */
static char *join_pieces(const char *text, const char *signs)
{
    GString *out = g_string_new(NULL);
    while (*text != '\0') {
        GString *piece = g_string_new(NULL);
        bool quoted = false;
        for (; *text != '\0' && (quoted || strchr(signs, *text) == NULL);
             text++) {
            if (*text == '"')
                quoted = !quoted;
            else
                g_string_append_c(piece, *text);
        }
        text += *text != '\0';
        g_strstrip(piece->str);
        if (*piece->str != '\0')
            g_string_append_printf(out, "%s%s", out->len ? ", " : "",
                                   piece->str);
        g_string_free(piece, TRUE);
    }
    return g_string_free(out, FALSE);
}

static void add_tags(ImportPerson *person, ImportRole role, const char *value)
{
    bool is_tags = role == ROLE_TAGS;
    if (!is_tags && strcmp(value, "No Lists") == 0)
        return;
    add_field(person, is_tags ? "tags" : "lists",
              own(person, join_pieces(value, is_tags ? ",;" : ";")));
}

/* --- the row --- */

/* What phpList puts before a value that a spreadsheet would run. */
static const char *unguard(const ImportPerson *person, const char *value)
{
    bool is_guarded = strcmp(person->system->id, "phplist") == 0 &&
                      g_str_has_prefix(value, "' ") && value[2] != '\0' &&
                      strchr("=+-@", value[2]) != NULL;
    return is_guarded ? value + 2 : value;
}

static void take_since(Gathered *gathered, const Part *part, const char *value)
{
    int64_t at_us = 0;
    if ((gathered->since_us > 0 && part->rank >= gathered->since_rank) ||
        !import_moment(value, &at_us))
        return;
    gathered->since_us = at_us;
    gathered->since_rank = part->rank;
}

/* Anything but a member gets no mail by this row. */
static void take_member(ImportPerson *person, const char *value,
                        const char *name)
{
    if (*value != '\0' && g_ascii_strcasecmp(value, "member") != 0)
        judge(person, STANDING_UNCONFIRMED, name, value);
}

static void take_value(ImportPerson *person, size_t index, const Part *part,
                       const char *value, Gathered *gathered)
{
    const char *written = columns_written_name(person->columns, index);
    switch (part->role) {
    case ROLE_NAME:
        add_field(person, "name", value);
        break;
    case ROLE_FIRST_NAME:
        add_field(person, "first_name", value);
        break;
    case ROLE_LAST_NAME:
        add_field(person, "last_name", value);
        break;
    case ROLE_TAGS:
    case ROLE_LISTS:
        add_tags(person, part->role, value);
        break;
    case ROLE_MEMBER:
        take_member(person, value, written);
        break;
    case ROLE_SINCE:
        take_since(gathered, part, value);
        break;
    case ROLE_CHANGED:
        gathered->changed = value;
        break;
    case ROLE_YEAR:
    case ROLE_MONTH:
    case ROLE_DAY:
        gathered->date[part->role - ROLE_YEAR] = value;
        break;
    case ROLE_FIELD:
        add_field(person, part->name, value);
        judge(person, columns_standing(person->columns, index, value), written,
              value);
        break;
    case ROLE_STATUS:
        person->status = value;
        judge(person, columns_standing(person->columns, index, value), written,
              value);
        break;
    case ROLE_EMAIL:
    case ROLE_ATTRIBUTES:
    case ROLE_NOTHING:
    default:
        break;
    }
}

static void take_cell(ImportPerson *person, size_t index, Cell *cell,
                      Gathered *gathered)
{
    const Part *part = &g_array_index(person->plan, Part, index);
    if (cell->text == NULL || cell->length == 0 || part->role == ROLE_NOTHING ||
        (person->judges_only && !part->judges))
        return;
    if (part->role == ROLE_ATTRIBUTES) {
        take_attributes(person, cell, part->name);
        return;
    }
    if (part->role == ROLE_EMAIL) {
        gathered->address = cell_clean(cell, columns_file(person->columns),
                                       person->owned, &gathered->fault);
        return;
    }
    const char *value = unguard(person, clean(person, cell, part->name));
    if (*value != '\0')
        take_value(person, index, part, value, gathered);
}

static void add_since(ImportPerson *person, const Gathered *gathered)
{
    const char *const *date = gathered->date;
    int64_t at_us = gathered->since_us;
    if (date[0] != NULL && date[1] != NULL && date[2] != NULL) {
        g_autofree char *text = g_strdup_printf("%s-%s-%s", date[0], date[1],
                                                date[2]);
        if (!import_moment(text, &at_us))
            return;
    }
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(at_us / SECOND_US);
    if (at_us > 0 && at != NULL)
        add_field(person, "joined",
                  own(person, g_date_time_format(at, "%Y-%m-%d")));
}

/* Of somebody who left it is the best guess at when, where nothing better is
 * told. */
static void guess_when(ImportPerson *person, const Gathered *gathered)
{
    if (person->left_us == 0 && gathered->changed != NULL &&
        person->standing != STANDING_SUBSCRIBED &&
        !import_moment(gathered->changed, &person->left_us))
        person->left_us = 0;
}

static bool read_address(ImportPerson *person, const char *text, GError **error)
{
    if (text == NULL || *text == '\0') {
        error_set(error, ERROR_INPUT, "no address in this row");
        return false;
    }
    Mailbox mailbox = {0};
    AddressVerdict verdict = strchr(text, '<') != NULL
                                 ? mailbox_parse(text, &mailbox, error)
                                 : address_parse(text, strlen(text),
                                                 &mailbox.address, error);
    if (verdict != ADDRESS_OK)
        return false;
    person->address = mailbox.address;
    if (mailbox.name != NULL)
        add_field(person, "name", own(person, mailbox_read_name(&mailbox)));
    g_free(mailbox.name);
    return true;
}

static void start(ImportPerson *person, Columns *columns, Standing everybody)
{
    address_clear(&person->address);
    person->address = (Address){0};
    g_array_set_size(person->fields, 0);
    g_ptr_array_set_size(person->owned, 0);
    person->standing = everybody;
    person->told_by = person->told = person->status = NULL;
    person->left_us = 0;
    make_plan(person, columns);
}

bool import_person_fill(ImportPerson *person, Columns *columns, Row *row,
                        Standing everybody)
{
    start(person, columns, everybody);
    person->line = row->line;
    person->has_too_many = false;
    if (row->fault.text != NULL)
        return false;
    Gathered gathered = {0};
    for (size_t i = 0; i < row->count; i++)
        take_cell(person, i, &row->cells[i], &gathered);
    if (gathered.fault.text != NULL) {
        row->fault = gathered.fault;
        return false;
    }
    guess_when(person, &gathered);
    if (!person->judges_only)
        add_since(person, &gathered);
    g_autoptr(GError) problem = NULL;
    if (read_address(person, gathered.address, &problem))
        return true;
    int email = columns_email(columns);
    const Cell *cell = email < 0 ? NULL : &row->cells[email];
    fault_set(&row->fault, cell ? cell->line : row->line,
              cell ? cell->column : 1, "%s", problem->message);
    return false;
}
