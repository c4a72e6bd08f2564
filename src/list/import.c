/* import.c - see import.h. */
#include "list/import.h"

#include <string.h>

#include "list/import_person.h"
#include "list/import_reason.h"
#include "list/import_source.h"
#include "list/import_target.h"
#include "list/list_json.h"
#include "list/seen.h"

/* Why one that never changes is enough is said in seen.h. */
static const uint8_t seen_key[SEEN_KEY_BYTES] = "mirmail import.";

typedef struct Import {
    const ImportOptions *options;
    ImportCounts *counts;
    GPtrArray *sources;
    ImportTarget *target; /* NULL: suppressions only */
    Seen *left;           /* whoever left according to any row */
    Seen *suppressed;     /* of them, those that have an event */
    Seen *met;            /* subscribers of this import */
    GArray *events;       /* of SuppressionEvent */
    GPtrArray *addresses; /* of Address, of the events */
    ImportPerson *person; /* of the row; */
    Row row;              /* the row; */
    ImportSource *source; /* and the file that is read */
    GError *failure;      /* of the suppressions */
} Import;

const char *import_fate_name(ImportFate fate)
{
    static const char *const names[] = {
        [IMPORT_ADDED] = "added",
        [IMPORT_FILLED] = "filled",
        [IMPORT_KEPT] = "kept",
        [IMPORT_DUPLICATE] = "duplicate",
        [IMPORT_SUPPRESSED] = "suppressed",
        [IMPORT_LEFT] = "left",
        [IMPORT_UNCONFIRMED] = "unconfirmed",
        [IMPORT_SKIPPED] = "skipped",
        [IMPORT_REFUSED] = "refused",
    };
    return names[fate];
}

/* --- telling --- */

static void tell(Import *import, ImportFate fate, const char *why)
{
    import->counts->fates[fate]++;
    if (import->options->visit == NULL)
        return;
    const Fault *fault = &import->row.fault;
    ImportOutcome outcome = {
        .fate = fate,
        .place = {import->source->path,
                  fault->text ? fault->line : import->row.line,
                  fault->text ? fault->column : 0},
        .address = import->person->address.text,
        .why = why,
    };
    import->options->visit(import->options->data, &outcome);
}

/* What says that somebody left, or never joined. */
static char *told_by(const Import *import)
{
    const ImportPerson *person = import->person;
    if (person->told == NULL)
        return g_strdup("by the name of the file");
    return g_strdup_printf("`%s` is `%s`", person->told_by, person->told);
}

static void tell_told(Import *import, ImportFate fate)
{
    g_autofree char *why = told_by(import);
    tell(import, fate, why);
}

/* --- people who left --- */

static const char *reason_of(Standing standing)
{
    switch (standing) {
    case STANDING_BOUNCED:
        return SUPPRESSION_BOUNCED;
    case STANDING_UNSUBSCRIBED:
        return SUPPRESSION_UNSUBSCRIBED;
    case STANDING_COMPLAINED:
        return SUPPRESSION_COMPLAINED;
    case STANDING_SUBSCRIBED:
    case STANDING_UNCONFIRMED:
    case STANDING_SUPPRESSED:
    default:
        return SUPPRESSION_IMPORTED;
    }
}

static bool has_left(Standing standing)
{
    return standing > STANDING_UNCONFIRMED;
}

static void note_left(Import *import)
{
    const ImportPerson *person = import->person;
    SuppressionEvent event = {&person->address, reason_of(person->standing),
                              person->left_us};
    SuppressionVerdict verdict = SUPPRESSION_NEW;
    if (suppressions_judge(import->options->suppressions, &event, &verdict,
                           &import->failure) &&
        verdict != SUPPRESSION_LIFTED)
        seen_add(import->left, person->address.key);
}

static void add_event(Import *import, const SuppressionEvent *event)
{
    Address *address = g_new0(Address, 1);
    address_copy(address, event->address);
    g_ptr_array_add(import->addresses, address);
    SuppressionEvent kept = {address, event->reason, event->at_us};
    g_array_append_val(import->events, kept);
}

static void suppress(Import *import, const char *reason, int64_t at_us,
                     const char *why)
{
    SuppressionEvent event = {&import->person->address, reason, at_us};
    SuppressionVerdict verdict = SUPPRESSION_NEW;
    if (!suppressions_judge(import->options->suppressions, &event, &verdict,
                            &import->failure))
        return;
    if (verdict == SUPPRESSION_LIFTED) {
        tell(import, IMPORT_KEPT, "came back later, and so it stays");
    } else if (verdict == SUPPRESSION_KNOWN ||
               !seen_add(import->suppressed, event.address->key)) {
        tell(import, IMPORT_LEFT, why);
    } else {
        add_event(import, &event);
        tell(import, IMPORT_SUPPRESSED, why);
    }
}

static void take_left(Import *import)
{
    const ImportPerson *person = import->person;
    bool is_listed = import->target != NULL &&
                     import_target_has(import->target, person->address.key);
    g_autofree char *told = told_by(import);
    g_autofree char *why = g_strconcat(
        told, is_listed ? "; the list has them, and they get nothing" : "",
        NULL);
    suppress(import, reason_of(person->standing), person->left_us, why);
}

/* --- files of suppressions --- */

/* Where nothing is said of anybody, it is said of everybody. */
static void take_everybody(Import *import)
{
    const ImportPerson *person = import->person;
    const char *reason = import_reason(person, import->options->reason);
    if (reason == NULL)
        tell(import, IMPORT_SKIPPED,
             "a reason that does not last, or not theirs");
    else
        suppress(import, reason, import_reason_when(person), NULL);
}

static void take_suppression(Import *import)
{
    const ImportPerson *person = import->person;
    if (has_left(person->standing))
        take_left(import);
    else if (person->standing == STANDING_UNCONFIRMED)
        tell_told(import, IMPORT_UNCONFIRMED);
    else if (import_reason_spares(person))
        tell(import, IMPORT_SKIPPED, "a subscriber, as the export has it");
    else
        take_everybody(import);
}

/* --- people who did not --- */

static void take_subscriber(Import *import)
{
    const ImportPerson *person = import->person;
    Suppression why;
    bool found = false;
    if (!suppressions_find(import->options->suppressions, &person->address,
                           &found, &why, &import->failure))
        return;
    if (found) {
        g_autofree char *text = suppression_to_text(&why);
        tell(import, IMPORT_LEFT, text);
    } else if (seen_has(import->left, person->address.key)) {
        tell(import, IMPORT_LEFT, "left according to another row");
    } else {
        bool is_first = seen_add(import->met, person->address.key);
        ImportFate fate = IMPORT_KEPT;
        if (import_target_merge(import->target, person, &fate,
                                &import->failure))
            tell(import, is_first ? fate : IMPORT_DUPLICATE, NULL);
    }
}

static void take_person(Import *import)
{
    if (import->target == NULL)
        take_suppression(import);
    else if (has_left(import->person->standing))
        take_left(import);
    else if (import->person->standing == STANDING_UNCONFIRMED)
        tell_told(import, IMPORT_UNCONFIRMED);
    else
        take_subscriber(import);
}

/* --- rows --- */

static bool may_tell_left(const ImportSource *source, const Reader *reader)
{
    if (source->everybody != STANDING_SUBSCRIBED || reader->columns == NULL ||
        columns_may_tell_left(reader->columns))
        return true;
    for (size_t i = 0; i < columns_count(reader->columns); i++) {
        int rank = 0;
        if (import_system_role(source->system, reader->columns, i, &rank) ==
            ROLE_ATTRIBUTES)
            return true;
    }
    return false;
}

/* What is left out of a file, and what to know about it. */
static void tell_source(const Import *import, const Columns *columns)
{
    const ImportSource *source = import->source;
    Findings *findings = import->options->findings;
    Place place = {source->path, 0, 0};
    if (source->why != NULL)
        findings_add(findings, SEVERITY_NOTE, "import", place, "read as %s: %s",
                     source->system->title, source->why);
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < columns_count(columns); i++) {
        int rank = 0;
        if (import_system_role(source->system, columns, i, &rank) ==
            ROLE_NOTHING)
            g_string_append_printf(out, "%s%s", out->len ? ", " : "",
                                   columns_written_name(columns, i));
    }
    if (out->len > 0)
        findings_add(findings, SEVERITY_NOTE, "import", place,
                     "not taken over: %s", out->str);
    if (strcmp(source->system->id, "listmonk") == 0 &&
        columns_find(columns, "status") != COLUMNS_NONE &&
        columns_find(columns, "lists") == COLUMNS_NONE)
        findings_add(findings, SEVERITY_WARNING, "import", place,
                     "listmonk's `status` is not that of one list: who left "
                     "this list only is in here too, unless the export was "
                     "filtered by subscription status");
}

static void look_for_left(Import *import, bool is_right)
{
    if (is_right && has_left(import->person->standing))
        note_left(import);
}

static void take_row(Import *import, bool is_right)
{
    import->counts->rows++;
    if (is_right)
        take_person(import);
    else
        tell(import, IMPORT_REFUSED, import->row.fault.text);
}

typedef void (*RowVisit)(Import *import, bool is_right);

static bool read_rows(Import *import, Reader *reader, RowVisit visit,
                      GError **error)
{
    ReadResult result;
    bool is_first = true;
    while ((result = reader_next(reader, &import->row, error)) == READ_ROW) {
        if (is_first && visit == take_row)
            tell_source(import, reader->columns);
        is_first = false;
        bool is_right = import_person_fill(import->person, reader->columns,
                                           &import->row,
                                           import->source->everybody);
        visit(import, is_right);
        if (import->failure != NULL) {
            g_propagate_error(error, g_steal_pointer(&import->failure));
            return false;
        }
    }
    fault_clear(&import->row.fault);
    return result == READ_END;
}

static bool read_source(Import *import, RowVisit visit, GError **error)
{
    g_autoptr(Reader) reader = import_source_open(import->source, error);
    if (reader == NULL)
        return false;
    bool takes = visit == take_row;
    if (!takes && !may_tell_left(import->source, reader))
        return true;
    import->person = import_person_new(
        import->source->system, takes ? import->options->findings : NULL);
    import->person->judges_only = !takes;
    bool ok = read_rows(import, reader, visit, error);
    import_person_free(import->person);
    import->person = NULL;
    return ok;
}

/* --- the run --- */

static void free_address(void *address)
{
    address_clear(address);
    g_free(address);
}

static void free_source(void *source)
{
    import_source_free(source);
}

static void set_up(Import *import, const ImportOptions *options,
                   ImportCounts *counts)
{
    *counts = (ImportCounts){0};
    import->options = options;
    import->counts = counts;
    import->sources = g_ptr_array_new_with_free_func(free_source);
    import->left = seen_new(seen_key);
    import->suppressed = seen_new(seen_key);
    import->met = seen_new(seen_key);
    import->events = g_array_new(FALSE, FALSE, sizeof(SuppressionEvent));
    import->addresses = g_ptr_array_new_with_free_func(free_address);
}

static void tear_down(Import *import)
{
    g_ptr_array_unref(import->sources);
    import_target_close(import->target);
    seen_free(import->left);
    seen_free(import->suppressed);
    seen_free(import->met);
    g_array_unref(import->events);
    g_ptr_array_unref(import->addresses);
    fault_clear(&import->row.fault);
}

static bool find_sources(Import *import, GError **error)
{
    const ImportOptions *options = import->options;
    const ImportSystem *from = NULL;
    if (options->from != NULL) {
        from = import_system_find(options->from, error);
        if (from == NULL)
            return false;
    }
    for (const char *const *path = options->paths; *path != NULL; path++)
        if (!import_source_find(*path, from, import->sources, error))
            return false;
    return true;
}

static bool read_all(Import *import, bool takes, GError **error)
{
    for (guint i = 0; i < import->sources->len; i++) {
        import->source = g_ptr_array_index(import->sources, i);
        if (!read_source(import, takes ? take_row : look_for_left, error))
            return false;
    }
    return true;
}

static bool write_all(Import *import, GError **error)
{
    if (import->options->dry_run)
        return true;
    return suppressions_add_all(
               import->options->suppressions,
               (const SuppressionEvent *)(void *)import->events->data,
               import->events->len, error) &&
           (import->target == NULL ||
            import_target_write(import->target, error));
}

static bool run(Import *import, GError **error)
{
    const ImportOptions *options = import->options;
    if (!find_sources(import, error))
        return false;
    if (options->into != NULL) {
        import->target = import_target_open(options->into, options->dry_run,
                                            error);
        if (import->target == NULL || !read_all(import, false, error))
            return false;
    }
    return read_all(import, true, error) && write_all(import, error);
}

bool import_run(const ImportOptions *options, ImportCounts *counts,
                GError **error)
{
    Import import = {0};
    set_up(&import, options, counts);
    bool ok = run(&import, error);
    tear_down(&import);
    return ok;
}
