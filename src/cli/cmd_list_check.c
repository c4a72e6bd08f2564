/* cmd_list_check.c - mirmail list check: reads a list as a send would. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/json_lines.h"
#include "cli/lists.h"
#include "cli/report.h"

static bool read_all(List *list, GError **error)
{
    GError *failure = NULL;
    while (list_next(list, &failure) != NULL)
        continue;
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

static int run(const Options *options, GError **error)
{
    g_autoptr(Findings) findings = findings_new();
    g_auto(ListsReading) reading = {0};
    if (!lists_read(options, findings, &reading, error))
        return 0;
    const ListCounts *counts = list_counts(reading.list);
    bool ok = read_all(reading.list, error);
    if (options->json) {
        json_lines_findings(findings);
        json_lines_counts(counts);
    } else {
        report_findings(stderr, findings);
        report_list_counts(counts);
    }
    size_t problems = findings_count(findings, SEVERITY_ERROR);
    if (options->strict)
        problems += findings_count(findings, SEVERITY_WARNING);
    return ok && problems > 0 ? ERROR_INPUT : 0;
}

const Command command_list_check = {
    .name = "list check",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "read lists as a send would, and show what is wrong",
    .example = "  mirmail list check lists/news.csv\n",
    .use = FOR_LIST_CHECK,
    .least = 0,
    .most = 1000,
    .run = run,
};
