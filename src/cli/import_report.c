/* import_report.c - see import_report.h. */
#include "cli/import_report.h"

#include <stdio.h>

#include "base/random.h"
#include "cli/command.h"
#include "cli/json_lines.h"
#include "cli/report.h"

typedef struct Report {
    const char *into;
    bool each; /* every row, and not only those refused */
    bool json;
} Report;

static void print_outcome(FILE *stream, const ImportOutcome *outcome)
{
    g_autofree char *file = error_printable(outcome->place.file);
    fprintf(stream, "%s:%d:", file, outcome->place.line);
    if (outcome->place.column > 0)
        fprintf(stream, "%d:", outcome->place.column);
    fprintf(stream, " %s", import_fate_name(outcome->fate));
    if (outcome->address != NULL)
        fprintf(stream, " %s", outcome->address);
    if (outcome->why != NULL) {
        g_autofree char *why = error_printable(outcome->why);
        fprintf(stream, ": %s", why);
    }
    fputc('\n', stream);
}

static void take_outcome(void *data, const ImportOutcome *outcome)
{
    const Report *report = data;
    if (report->json)
        json_lines_import(outcome);
    else if (outcome->fate == IMPORT_REFUSED)
        print_outcome(stderr, outcome);
    else if (report->each)
        print_outcome(stdout, outcome);
}

static void print_counts(const Report *report, const ImportCounts *counts,
                         bool dry_run)
{
    static const struct {
        ImportFate fate;
        const char *what;
    } rows[] = {
        {IMPORT_ADDED, "added"},
        {IMPORT_FILLED, "on the list already, with fields filled in"},
        {IMPORT_KEPT, "on the list already"},
        {IMPORT_DUPLICATE, "more rows of the same people, merged"},
        {IMPORT_SUPPRESSED, "left, and are suppressed from now on"},
        {IMPORT_LEFT, "left before or by another row, and stay away"},
        {IMPORT_UNCONFIRMED, "not subscribed there, not taken over"},
        {IMPORT_SKIPPED, "not suppressed: subscribed, or for now only"},
        {IMPORT_REFUSED, "refused"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int64_t count = counts->fates[rows[i].fate];
        bool is_main = report->into != NULL ? rows[i].fate == IMPORT_ADDED
                                            : rows[i].fate == IMPORT_SUPPRESSED;
        g_autofree char *text = report_count(count);
        if (is_main || count > 0)
            printf("%9s  %s\n", text, rows[i].what);
    }
    if (dry_run)
        puts("nothing was written");
}

int import_report_run(ImportOptions *import, const Options *options,
                      const char *suppressions, GError **error)
{
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(Suppressions) opened = suppressions_open(
        suppressions, clock_system(), random_system, error);
    if (opened == NULL)
        return 0;
    Report report = {import->into, options->dry_run, options->json};
    ImportCounts counts;
    import->paths = (const char *const *)options->arguments;
    import->from = options->from;
    import->suppressions = opened;
    import->dry_run = options->dry_run;
    import->findings = findings;
    import->visit = take_outcome;
    import->data = &report;
    bool ok = import_run(import, &counts, error);
    if (options->json)
        json_lines_findings(findings);
    else
        report_findings(stderr, findings);
    if (!ok)
        return 0;
    if (options->json)
        json_lines_import_counts(&counts);
    else
        print_counts(&report, &counts, options->dry_run);
    return counts.fates[IMPORT_REFUSED] > 0 ? EXIT_SOME_FAILED : 0;
}
