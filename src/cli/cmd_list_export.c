/* cmd_list_export.c - mirmail list export: whom a send would write to, for
 * another program. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/lists.h"
#include "cli/report.h"
#include "list/export.h"

#define FLUSH_BYTES 65536

static void flush(GString *out)
{
    fwrite(out->str, 1, out->len, stdout);
    g_string_truncate(out, 0);
}

static bool write_all(Export *export, List *list, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    GError *failure = NULL;
    const Subscriber *subscriber;
    export_begin(export, out);
    while ((subscriber = list_next(list, &failure)) != NULL) {
        export_append(export, subscriber, out);
        if (out->len >= FLUSH_BYTES)
            flush(out);
    }
    flush(out);
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* On standard error, so that the export may go into a file. */
static void say(const Export *export, const List *list, const Options *options)
{
    const ListCounts *counts = list_counts(list);
    g_autofree char *given = report_count(counts->given);
    g_autofree char *away = report_count(counts->left + counts->suppressed);
    fprintf(stderr, "%s exported, %s who left or are suppressed are not\n",
            given, away);
    if (export_formulas(export) > 0 && !options->spreadsheet)
        fprintf(stderr,
                "%" PRId64 " values begin with = + - or @; for a spreadsheet "
                "use --spreadsheet, or it may run them\n",
                export_formulas(export));
}

static int run(const Options *options, GError **error)
{
    ExportFormat format = EXPORT_CSV;
    if (options->format != NULL &&
        !export_format(options->format, &format, error))
        return 0;
    if (options->spreadsheet && format != EXPORT_CSV) {
        error_set(error, ERROR_USAGE, "--spreadsheet is for --format csv");
        return 0;
    }
    g_autoptr(Findings) findings = findings_new();
    g_auto(ListsReading) reading = {0};
    if (!lists_read(options, findings, &reading, error))
        return 0;
    g_autoptr(Export) export = export_open(format, reading.paths,
                                           options->spreadsheet, error);
    if (export == NULL || !write_all(export, reading.list, error))
        return 0;
    report_folded(stderr, findings, SEVERITY_WARNING);
    say(export, reading.list, options);
    return findings_count(findings, SEVERITY_ERROR) > 0 ? EXIT_SOME_FAILED : 0;
}

const Command command_list_export = {
    .name = "list export",
    .synopsis = "[OPTION]... [LIST...]",
    .summary = "print whom a send would write to, for another program",
    .example = "  mirmail list export --format mailman > members.txt\n"
               "  mirmail list export --spreadsheet lists/news.csv\n",
    .use = FOR_LIST_EXPORT,
    .least = 0,
    .most = 1000,
    .run = run,
};
