/* cmd_suppress.c - mirmail suppress add, remove and list. */
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "cli/command.h"
#include "cli/json_lines.h"
#include "cli/lists.h"
#include "list/suppression.h"

static Suppressions *open_suppressions(const Options *options, GError **error)
{
    g_autoptr(Config) config = config_load(options->config, error);
    return config ? suppressions_open(config->suppressions, clock_system(),
                                      random_system, error)
                  : NULL;
}

/* All are looked at before anything is written. */
static bool check_people(char *const *arguments, GError **error)
{
    for (; *arguments != NULL; arguments++) {
        Mailbox person;
        if (!lists_person(*arguments, &person, error))
            return false;
        mailbox_clear(&person);
    }
    return true;
}

static bool describe(Suppressions *suppressions, const Address *address,
                     GError **error)
{
    Suppression why;
    bool is_suppressed = false;
    if (!suppressions_find(suppressions, address, &is_suppressed, &why, error))
        return false;
    g_autofree char *text = is_suppressed ? suppression_to_text(&why) : NULL;
    if (is_suppressed)
        printf("%s is not written to: %s\n", address->text, text);
    else
        printf("%s may be written to\n", address->text);
    return true;
}

static int change(const Options *options, const char *reason, GError **error)
{
    g_autoptr(Suppressions) suppressions = NULL;
    if (!check_people(options->arguments, error) ||
        (suppressions = open_suppressions(options, error)) == NULL)
        return 0;
    for (char *const *argument = options->arguments; *argument; argument++) {
        Mailbox person;
        bool ok = lists_person(*argument, &person, error) &&
                  suppressions_add(suppressions, &person.address, reason,
                                   options->hash, error) &&
                  describe(suppressions, &person.address, error);
        mailbox_clear(&person);
        if (!ok)
            return 0;
    }
    return 0;
}

static int run_add(const Options *options, GError **error)
{
    const char *reason = options->reason ? options->reason : SUPPRESSION_MANUAL;
    if (!suppression_is_reason(reason)) {
        error_set(error, ERROR_USAGE,
                  "--reason: `%s` is no word of up to %d letters a-z", reason,
                  SUPPRESSION_REASON_MAX);
        return 0;
    }
    if (strcmp(reason, SUPPRESSION_ALLOWED) == 0) {
        error_set(error, ERROR_USAGE,
                  "--reason: `allowed` takes a suppression back; `mirmail "
                  "suppress remove` does that");
        return 0;
    }
    return change(options, reason, error);
}

const Command command_suppress_add = {
    .name = "suppress add",
    .synopsis = "[OPTION]... ADDRESS...",
    .summary = "people who are not written to, whatever a list says",
    .example = "  mirmail suppress add ada@example.org\n"
               "  mirmail suppress add --hash --reason unsubscribed "
               "ada@example.org\n",
    .use = FOR_SUPPRESS_ADD,
    .least = 1,
    .most = 1000,
    .run = run_add,
};

static int run_remove(const Options *options, GError **error)
{
    return change(options, SUPPRESSION_ALLOWED, error);
}

const Command command_suppress_remove = {
    .name = "suppress remove",
    .synopsis = "[OPTION]... ADDRESS...",
    .summary = "take that back, with their consent",
    .example = "  mirmail suppress remove ada@example.org\n",
    .use = FOR_SUPPRESS_REMOVE,
    .least = 1,
    .most = 1000,
    .run = run_remove,
};

static void print_one(void *data, const char *who,
                      const Suppression *suppression)
{
    const Options *options = data;
    if (options->json) {
        json_lines_suppression(who, suppression);
        return;
    }
    g_autoptr(GDateTime)
        date = g_date_time_new_from_unix_utc(suppression->at_us / 1000000);
    g_autofree char *day = date ? g_date_time_format(date, "%Y-%m-%d")
                                : g_strdup("?");
    g_autofree char *shown = error_printable(who);
    printf("%-10s  %-12s  %s\n", day, suppression->reason, shown);
}

static int run_list(const Options *options, GError **error)
{
    g_autoptr(Suppressions) suppressions = open_suppressions(options, error);
    if (suppressions != NULL)
        suppressions_visit(suppressions, print_one, (void *)(uintptr_t)options,
                           error);
    return 0;
}

const Command command_suppress_list = {
    .name = "suppress list",
    .synopsis = "[OPTION]...",
    .summary = "show who is not written to, why and since when",
    .example = "  mirmail suppress list\n",
    .use = FOR_SUPPRESS_LIST,
    .least = 0,
    .most = 0,
    .run = run_list,
};
