/* import_target.c - see import_target.h. */
#include "list/import_target.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "list/list.h"
#include "list/roll.h"
#include "list/seen.h"

static const uint8_t seen_key[SEEN_KEY_BYTES] = "mirmail import.";

struct ImportTarget {
    char *path;
    Roll *roll;       /* NULL: a dry run without a list */
    Columns *columns; /* of the roll */
    Seen *added;      /* without a roll */
    bool is_new;      /* nobody was on it */
    bool is_made;     /* there was no file */
    bool dry_run;
    bool is_full; /* a column more than a list may have was wanted */
};

static void learn_columns(ImportTarget *target)
{
    const char *const *names = roll_columns(target->roll);
    size_t count = 0;
    while (names[count] != NULL)
        count++;
    columns_unref(target->columns);
    target->columns = columns_new(target->path, (char *const *)(uintptr_t)names,
                                  count, NULL, NULL);
}

ImportTarget *import_target_open(const char *path, bool dry_run, GError **error)
{
    g_autoptr(ImportTarget) target = g_new0(ImportTarget, 1);
    target->path = g_strdup(path);
    target->dry_run = dry_run;
    if (dry_run && !g_file_test(path, G_FILE_TEST_EXISTS)) {
        target->added = seen_new(seen_key);
        return g_steal_pointer(&target);
    }
    target->is_made = !g_file_test(path, G_FILE_TEST_EXISTS);
    target->roll = roll_open(path, dry_run ? ROLL_READ : ROLL_MAKE, error);
    if (target->roll == NULL)
        return NULL;
    target->is_new = roll_count(target->roll) == 0;
    learn_columns(target);
    return g_steal_pointer(&target);
}

/* An import that failed, or had nobody to add, leaves no list behind. */
static void remove_empty(const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size == 0)
        unlink(path);
}

void import_target_close(ImportTarget *target)
{
    if (target == NULL)
        return;
    if (target->is_made)
        remove_empty(target->path);
    roll_close(target->roll); /* lets go of the lock */
    columns_unref(target->columns);
    seen_free(target->added);
    g_free(target->path);
    g_free(target);
}

/* --- fields --- */

static bool fill(ImportTarget *target, size_t row, const char *column,
                 const char *value)
{
    const char *had = roll_value(target->roll, row, column);
    if (value == NULL || *value == '\0' || (had != NULL && *had != '\0'))
        return false;
    if (had == NULL && columns_count(target->columns) == LIST_COLUMNS_MAX) {
        target->is_full = true;
        return false;
    }
    roll_set(target->roll, row, column, value);
    if (had == NULL)
        learn_columns(target);
    return true;
}

static char *whole_name(const ImportPerson *person)
{
    const char *name = import_person_field(person, "name");
    const char *first = import_person_field(person, "first_name");
    const char *last = import_person_field(person, "last_name");
    if (name != NULL)
        return g_strdup(name);
    if (first == NULL || last == NULL)
        return g_strdup(first ? first : last ? last : "");
    return g_strconcat(first, " ", last, NULL);
}

static bool fill_names(ImportTarget *target, size_t row,
                       const ImportPerson *person)
{
    int full = columns_full_name(target->columns);
    bool takes_parts = target->is_new || full == COLUMNS_NONE ||
                       columns_first_name(target->columns) != COLUMNS_NONE;
    bool changed = false;
    if (full != COLUMNS_NONE) {
        g_autofree char *name = whole_name(person);
        g_autofree char *column = g_strdup(
            columns_name(target->columns, (size_t)full));
        changed |= fill(target, row, column, name);
    } else {
        changed |= fill(target, row, "name",
                        import_person_field(person, "name"));
    }
    if (takes_parts) {
        changed |= fill(target, row, "first_name",
                        import_person_field(person, "first_name"));
        changed |= fill(target, row, "last_name",
                        import_person_field(person, "last_name"));
    }
    return changed;
}

static bool is_name(const char *field)
{
    return strcmp(field, "name") == 0 || strcmp(field, "first_name") == 0 ||
           strcmp(field, "last_name") == 0;
}

static bool fill_fields(ImportTarget *target, size_t row,
                        const ImportPerson *person)
{
    bool changed = fill_names(target, row, person);
    for (guint i = 0; i < person->fields->len; i++) {
        const ImportField *field = &g_array_index(person->fields, ImportField,
                                                  i);
        if (!is_name(field->name))
            changed |= fill(target, row, field->name, field->value);
    }
    return changed;
}

bool import_target_has(const ImportTarget *target, const char *key)
{
    return target->roll != NULL && roll_find(target->roll, key, 0) != ROLL_NONE;
}

static ImportFate merge(ImportTarget *target, const ImportPerson *person)
{
    const char *key = person->address.key;
    if (target->roll == NULL)
        return seen_add(target->added, key) ? IMPORT_ADDED : IMPORT_KEPT;
    size_t row = roll_find(target->roll, key, 0);
    if (row != ROLL_NONE)
        return fill_fields(target, row, person) ? IMPORT_FILLED : IMPORT_KEPT;
    row = roll_add(target->roll, person->address.text);
    fill_fields(target, row, person);
    return IMPORT_ADDED;
}

bool import_target_merge(ImportTarget *target, const ImportPerson *person,
                         ImportFate *fate, GError **error)
{
    *fate = merge(target, person);
    if (!target->is_full)
        return true;
    error_set(error, ERROR_INPUT,
              "%s: the people of this import have so many different fields "
              "that the list would get more than %d columns",
              target->path, LIST_COLUMNS_MAX);
    return false;
}

bool import_target_write(ImportTarget *target, GError **error)
{
    return target->dry_run || roll_write(target->roll, error);
}
