/* cmd_list_look.c - mirmail list show and stats. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "cli/command.h"
#include "cli/json_lines.h"
#include "cli/lists.h"
#include "cli/report.h"
#include "list/roll.h"
#include "list/stats.h"

/* --- show --- */

static void show_row(const Roll *roll, const char *path, size_t row, bool json)
{
    const char *const *names = roll_columns(roll);
    bool has_left = roll_has_left(roll, row);
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    for (size_t i = 0; names[i] != NULL; i++)
        g_ptr_array_add(values,
                        (void *)(uintptr_t)roll_value(roll, row, names[i]));
    if (json) {
        json_lines_row(path, roll_line(roll, row), has_left, names,
                       (const char *const *)values->pdata);
        return;
    }
    g_autofree char *file = error_printable(path);
    printf("\n%s:%d%s\n", file, roll_line(roll, row),
           has_left ? "  (left)" : "");
    for (size_t i = 0; names[i] != NULL; i++) {
        g_autofree char *name = error_printable(names[i]);
        g_autofree char *value = error_printable(g_ptr_array_index(values, i));
        if (*value != '\0')
            printf("  %-14s %s\n", name, value);
    }
}

static bool show_rows(const char *path, const Address *address, bool json,
                      int *found, GError **error)
{
    g_autoptr(Roll) roll = roll_open(path, ROLL_READ, error);
    if (roll == NULL)
        return false;
    size_t row = roll_find(roll, address->key, 0);
    for (; row != ROLL_NONE; row = roll_find(roll, address->key, row + 1)) {
        show_row(roll, path, row, json);
        (*found)++;
    }
    return true;
}

static bool show_suppression(Suppressions *suppressions, const Address *address,
                             bool json, GError **error)
{
    Suppression why;
    bool is_suppressed = false;
    if (!suppressions_find(suppressions, address, &is_suppressed, &why, error))
        return false;
    if (json) {
        if (is_suppressed)
            json_lines_suppression(address->text, &why);
        return true;
    }
    g_autofree char *text = is_suppressed ? suppression_to_text(&why) : NULL;
    printf("\n%s%s\n", is_suppressed ? "is not written to: " : "not suppressed",
           text ? text : "");
    return true;
}

static void show_entry(void *data, const char *campaign, const Entry *entry)
{
    const bool *json = data;
    if (*json) {
        json_lines_entry(campaign, entry);
        return;
    }
    g_autoptr(GDateTime)
        at = g_date_time_new_from_unix_local(entry->at_us / 1000000);
    g_autofree char *when = at ? g_date_time_format(at, "%Y-%m-%d %H:%M")
                               : g_strdup("?");
    g_autofree char *reply = reply_to_line(&entry->reply);
    g_autofree char *line = error_printable(reply);
    printf("%-8s  %s  %s%s%s\n", outcome_name(entry->outcome), when, campaign,
           *line ? "  " : "", line);
}

/* Those who were forgotten stand there by their hash. */
static bool show_campaigns(const Config *config, Suppressions *suppressions,
                           const Address *address, bool json, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(Journal) journal = journal_open(config->journal, JOURNAL_READ,
                                              clock_system(), &problem);
    if (journal == NULL) {
        if (problem->code == ERROR_MISSING)
            return true;
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    g_autofree char *hash = suppressions_known_hash(suppressions, address);
    if (!json)
        putchar('\n');
    return journal_visit_person(journal, address->key, show_entry, &json,
                                error) &&
           (hash == NULL ||
            journal_visit_person(journal, hash, show_entry, &json, error));
}

static bool show(const Options *options, const Config *config,
                 const Address *address, GError **error)
{
    const char *const *path = lists_paths(options, config, error);
    if (path == NULL)
        return false;
    if (!options->json)
        printf("%s\n", address->text);
    int found = 0;
    for (; *path != NULL; path++)
        if (!show_rows(*path, address, options->json, &found, error))
            return false;
    if (found == 0 && !options->json)
        puts("\non no list");
    g_autoptr(Suppressions) suppressions = suppressions_open(
        config->suppressions, clock_system(), random_system, error);
    return suppressions != NULL &&
           show_suppression(suppressions, address, options->json, error) &&
           show_campaigns(config, suppressions, address, options->json, error);
}

static int run_show(const Options *options, GError **error)
{
    g_autoptr(Config) config = config_load(options->config, error);
    Mailbox person;
    if (config == NULL || !lists_person(options->arguments[0], &person, error))
        return 0;
    show(options, config, &person.address, error);
    mailbox_clear(&person);
    return 0;
}

const Command command_list_show = {
    .name = "list show",
    .synopsis = "[OPTION]... ADDRESS",
    .summary = "show one person: rows, suppression, campaigns",
    .example = "  mirmail list show ada@example.org\n",
    .use = FOR_LIST_SHOW,
    .least = 1,
    .most = 1,
    .run = run_show,
};

/* --- stats --- */

#define STATS_SHOWN 10 /* values of a group, but for months */

static const struct {
    StatsGroup group;
    const char *name;
    const char *title;
} groups[] = {
    {STATS_DOMAIN, "domain", "domains"},
    {STATS_LANGUAGE, "language", "languages"},
    {STATS_STATUS, "status", "status"},
    {STATS_MONTH, "month", "joined"},
};

static void print_stat(const char *value, int64_t count)
{
    g_autofree char *shown = error_printable(*value ? value : "(empty)");
    g_autofree char *number = report_count(count);
    printf("%9s  %s\n", number, shown);
}

static void print_group(const ListStats *stats, size_t group, bool json)
{
    g_autoptr(GArray) found = list_stats_of(stats, groups[group].group);
    bool is_months = groups[group].group == STATS_MONTH;
    guint shown = is_months || json ? found->len : MIN(found->len, STATS_SHOWN);
    int64_t others = 0;
    if (found->len > 0 && !json)
        printf("\n%s\n", groups[group].title);
    for (guint i = 0; i < found->len; i++) {
        const ListStat *stat = &g_array_index(found, ListStat, i);
        if (json)
            json_lines_stat(groups[group].name, stat->value, stat->count);
        else if (i < shown)
            print_stat(stat->value, stat->count);
        else
            others += stat->count;
    }
    if (others > 0) {
        g_autofree char *text = g_strdup_printf("%u others",
                                                found->len - shown);
        print_stat(text, others);
    }
}

static int run_stats(const Options *options, GError **error)
{
    g_auto(ListsReading) reading = {0};
    if (!lists_read(options, NULL, &reading, error))
        return 0;
    g_autoptr(ListStats) stats = list_stats_read(reading.list, error);
    if (stats == NULL)
        return 0;
    const ListCounts *counts = list_counts(reading.list);
    if (options->json)
        json_lines_counts(counts);
    else
        report_list_counts(counts);
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++)
        print_group(stats, i, options->json);
    return 0;
}

const Command command_list_stats = {
    .name = "list stats",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "count people by domain, language, status and month",
    .example = "  mirmail list stats lists/news.csv\n",
    .use = FOR_LIST_STATS,
    .least = 0,
    .most = 1000,
    .run = run_stats,
};
