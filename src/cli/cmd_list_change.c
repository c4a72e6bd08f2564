/* cmd_list_change.c - mirmail list add, remove and format. */
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/lists.h"
#include "list/doubt.h"
#include "list/roll.h"
#include "list/suppression.h"

/* What is said when, and only when, the file was written. */
static void say(GString *said, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void say(GString *said, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *raw = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *line = error_printable(raw);
    g_string_append_printf(said, "%s\n", line);
}

static bool write_and_say(Roll *roll, const GString *said, GError **error)
{
    if (!roll_write(roll, error))
        return false;
    fputs(said->str, stdout);
    return true;
}

/* --- add --- */

/* All borrowed. */
typedef struct Adding {
    const char *path;
    const Mailbox *person;
    char *const *fields; /* "name=Ada" */
    bool may_return;     /* --resubscribe */
    GString *said;
} Adding;

static bool check_field(const char *field, GError **error)
{
    const char *equals = strchr(field, '=');
    if (equals == NULL || equals == field) {
        error_set(error, ERROR_USAGE,
                  "`%s` is no field; one is written name=value", field);
        return false;
    }
    if (!g_utf8_validate(field, -1, NULL)) {
        error_set(error, ERROR_USAGE, "`%s` is not UTF-8", field);
        return false;
    }
    for (const char *at = field; *at != '\0'; at = g_utf8_next_char(at)) {
        if (g_unichar_iscntrl(g_utf8_get_char(at))) {
            error_set(error, ERROR_USAGE, "`%s` has a control character in it",
                      field);
            return false;
        }
    }
    return true;
}

/* A new column beside one of nearly the same name is a slip of the pen. */
static bool check_column(const Roll *roll, const char *name, GError **error)
{
    const char *const *columns = roll_columns(roll);
    if (columns[0] == NULL || roll_value(roll, roll_count(roll) - 1, name))
        return true;
    const char *near = suggest_nearest(name, columns);
    if (near == NULL)
        return true;
    error_set(error, ERROR_USAGE,
              "the list has no column `%s`; did you mean "
              "`%s`?",
              name, near);
    return false;
}

static bool set_fields(const Adding *adding, Roll *roll, size_t row,
                       GError **error)
{
    bool has_name = false;
    for (char *const *field = adding->fields; *field != NULL; field++) {
        const char *equals = strchr(*field, '=');
        g_autofree char *name = g_strndup(*field, (gsize)(equals - *field));
        g_autofree char *value = g_utf8_normalize(equals + 1, -1,
                                                  G_NORMALIZE_NFC);
        if (g_ascii_strcasecmp(name, "email") == 0) {
            error_set(error, ERROR_USAGE,
                      "`email` is the first argument, not a field");
            return false;
        }
        if (!check_column(roll, name, error))
            return false;
        if (roll_value(roll, row, name) == NULL)
            say(adding->said, "%s: new column `%s`", adding->path, name);
        has_name |= g_ascii_strcasecmp(name, "name") == 0;
        roll_set(roll, row, name, g_strstrip(value));
    }
    if (!has_name && *adding->person->name != '\0')
        roll_set(roll, row, "name", adding->person->name);
    return true;
}

/* Somebody who is in the file: nothing is done twice, and who left comes back
 * only when that is asked for. */
static bool meet_again(const Adding *adding, Roll *roll, size_t row,
                       GError **error)
{
    const char *text = adding->person->address.text;
    int line = roll_line(roll, row);
    bool has_left = false;
    for (size_t i = row; i != ROLL_NONE;
         i = roll_find(roll, adding->person->address.key, i + 1)) {
        if (!roll_has_left(roll, i))
            continue;
        has_left = true;
        if (adding->may_return && roll_take_back(roll, i))
            continue;
        error_set_at(error, ERROR_INPUT,
                     (Place){adding->path, roll_line(roll, i), 0},
                     "%s left, as this row says; %s", text,
                     adding->may_return ? "so does the name of the file"
                                        : "with their consent: --resubscribe");
        return false;
    }
    if (has_left)
        say(adding->said, "%s:%d: %s is back", adding->path, line, text);
    else
        say(adding->said, "%s:%d: %s is already there%s", adding->path, line,
            text, adding->fields[0] ? "; the row was left as it is" : "");
    return true;
}

static bool add_to_list(const Adding *adding, GError **error)
{
    g_autoptr(Roll) roll = roll_open(adding->path, ROLL_CHANGE, error);
    if (roll == NULL)
        return false;
    const Address *address = &adding->person->address;
    size_t row = roll_find(roll, address->key, 0);
    if (row != ROLL_NONE) {
        if (!meet_again(adding, roll, row, error))
            return false;
    } else {
        row = roll_add(roll, address->text);
        if (!set_fields(adding, roll, row, error))
            return false;
        g_autofree char *doubt = doubt_domain(address->domain);
        say(adding->said, "%s: added %s%s%s", adding->path, address->text,
            doubt ? "; " : "", doubt ? doubt : "");
    }
    return write_and_say(roll, adding->said, error);
}

/* Whoever left is not put on a list again by an old file or a slip. */
static bool is_welcome(const Adding *adding, Suppressions *suppressions,
                       bool *is_suppressed, GError **error)
{
    Suppression why;
    if (!suppressions_find(suppressions, &adding->person->address,
                           is_suppressed, &why, error))
        return false;
    if (!*is_suppressed || adding->may_return)
        return true;
    g_autofree char *text = suppression_to_text(&why);
    error_set(error, ERROR_INPUT,
              "%s must not be written to (%s); with their consent: "
              "--resubscribe",
              adding->person->address.text, text);
    return false;
}

static bool add(const Adding *adding, const Config *config, GError **error)
{
    bool is_suppressed = false;
    g_autoptr(Suppressions) suppressions = suppressions_open(
        config->suppressions, clock_system(), random_system, error);
    if (suppressions == NULL ||
        !is_welcome(adding, suppressions, &is_suppressed, error) ||
        !add_to_list(adding, error))
        return false;
    return !is_suppressed ||
           suppressions_add(suppressions, &adding->person->address,
                            SUPPRESSION_ALLOWED, false, error);
}

static int run_add(const Options *options, GError **error)
{
    char *const *fields = options->arguments + 1;
    for (char *const *field = fields; *field != NULL; field++)
        if (!check_field(*field, error))
            return 0;
    g_autoptr(Config) config = config_load(options->config, error);
    const char *path = config ? lists_one(options, config, error) : NULL;
    Mailbox person;
    if (path == NULL || !lists_person(options->arguments[0], &person, error))
        return 0;
    g_autoptr(GString) said = g_string_new(NULL);
    Adding adding = {path, &person, fields, options->resubscribe, said};
    add(&adding, config, error);
    mailbox_clear(&person);
    return 0;
}

const Command command_list_add = {
    .name = "list add",
    .synopsis = "[OPTION]... ADDRESS [FIELD=VALUE]...",
    .summary = "put somebody on a list",
    .example = "  mirmail list add ada@example.org name='Ada Example'\n"
               "  mirmail list add --list lists/news.csv 'Ada "
               "<ada@example.org>' lang=en\n",
    .use = FOR_LIST_ADD,
    .least = 1,
    .most = 1000,
    .run = run_add,
};

/* --- remove --- */

static bool remove_from(const char *path, char *const *arguments, bool *found,
                        GError **error)
{
    g_autoptr(Roll) roll = roll_open(path, ROLL_CHANGE, error);
    g_autoptr(GString) said = g_string_new(NULL);
    if (roll == NULL)
        return false;
    for (size_t i = 0; arguments[i] != NULL; i++) {
        Mailbox person;
        if (!lists_person(arguments[i], &person, error))
            return false;
        size_t row = 0;
        const char *key = person.address.key;
        while ((row = roll_find(roll, key, row)) != ROLL_NONE) {
            say(said, "%s:%d: removed %s", path, roll_line(roll, row),
                person.address.text);
            roll_remove(roll, row);
            found[i] = true;
        }
        mailbox_clear(&person);
    }
    return write_and_say(roll, said, error);
}

static int run_remove(const Options *options, GError **error)
{
    g_autoptr(Config) config = config_load(options->config, error);
    const char *const *path = config ? lists_paths(options, config, error)
                                     : NULL;
    if (path == NULL)
        return 0;
    for (char *const *argument = options->arguments; *argument; argument++) {
        Mailbox person;
        if (!lists_person(*argument, &person, error))
            return 0;
        mailbox_clear(&person);
    }
    g_autofree bool *found = g_new0(bool, g_strv_length(options->arguments));
    for (; *path != NULL; path++)
        if (!remove_from(*path, options->arguments, found, error))
            return 0;
    for (size_t i = 0; options->arguments[i] != NULL; i++) {
        g_autofree char *shown = error_printable(options->arguments[i]);
        if (!found[i])
            printf("%s is on no list\n", shown);
    }
    return 0;
}

const Command command_list_remove = {
    .name = "list remove",
    .synopsis = "[OPTION]... ADDRESS...",
    .summary = "take people off the lists",
    .example = "  mirmail list remove ada@example.org\n",
    .use = FOR_LIST_REMOVE,
    .least = 1,
    .most = 1000,
    .run = run_remove,
};

/* --- format --- */

/* `changes`: whether the file is not, or was not, in the canonical form. */
static bool format_one(const char *path, bool only_checks, bool *changes,
                       GError **error)
{
    g_autoptr(Roll)
        roll = roll_open(path, only_checks ? ROLL_READ : ROLL_CHANGE, error);
    if (roll == NULL || !roll_format(roll, error))
        return false;
    *changes = roll_is_changed(roll);
    g_autofree char *shown = error_printable(path);
    if (*changes && only_checks)
        printf("%s: not in the canonical form; `mirmail list format` brings "
               "it there\n",
               shown);
    if (!*changes || only_checks)
        return true;
    g_autoptr(GString) said = g_string_new(NULL);
    say(said, "%s: formatted", path);
    return write_and_say(roll, said, error);
}

static int run_format(const Options *options, GError **error)
{
    int status = 0;
    g_autoptr(Config) config = config_load(options->config, error);
    const char *const *path = config ? lists_named(options, config, error)
                                     : NULL;
    for (; path != NULL && *path != NULL; path++) {
        bool changes = false;
        if (!format_one(*path, options->check, &changes, error))
            return 0;
        if (changes && options->check)
            status = ERROR_INPUT;
    }
    return status;
}

const Command command_list_format = {
    .name = "list format",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "bring lists to one form, so that changes are small diffs",
    .example = "  mirmail list format lists/news.csv\n"
               "  mirmail list format --check lists/news.csv\n",
    .use = FOR_LIST_FORMAT,
    .least = 0,
    .most = 1000,
    .run = run_format,
};
