/* cmd_check.c - mirmail check: all that a send would find, and sends nothing.
 */
#include <stdio.h>

#include "check/fold.h"
#include "cli/command.h"
#include "cli/json_lines.h"
#include "cli/preview_page.h"
#include "cli/report.h"

/* Everything is looked at, also when something before it was wrong. */
static bool look(Setup *setup, const Options *options, GError **error)
{
    Options looking = *options;
    looking.only_looks = true;
    if (!preview_prepare(setup, &looking, error))
        return false;
    /* Without a list there is a reader whom nobody has named. */
    setup->pipeline_options.no_list =
        options->to == NULL &&
        setup->pipeline_options.recipients.addresses != NULL;
    if (!pipeline_check(setup->pipeline, setup->findings, error))
        return false;
    return !options->links ||
           pipeline_check_links(setup->pipeline, setup->findings, error);
}

/* What ended the check early, if anything did, is for the caller to say. */
static void report(const Findings *findings, const Options *options,
                   const GError *problem, int status)
{
    if (options->json) {
        json_lines_findings(findings);
        json_lines_totals(findings, problem ? problem->message : NULL, status);
        return;
    }
    g_autofree char *totals = fold_totals(findings);
    report_folded(stdout, findings, SEVERITY_NOTE);
    if (problem == NULL)
        printf("%s\n", totals);
}

static int run(const Options *options, GError **error)
{
    Setup setup;
    g_autoptr(GError) problem = NULL;
    bool ok = look(&setup, options, &problem);
    int status = ok ? preview_status(&setup, options)
                    : error_exit_status(problem);
    if (setup.findings != NULL)
        report(setup.findings, options, problem, status);
    setup_clear(&setup);
    if (!ok)
        g_propagate_error(error, g_steal_pointer(&problem));
    return ok ? status : 0;
}

const Command command_check = {
    .name = "check",
    .synopsis = "[OPTION]... POST",
    .summary = "find what is wrong with a post, its list and the "
               "configuration",
    .example = "  mirmail check post.md\n"
               "  mirmail check --links --strict post.md\n",
    .use = FOR_CHECK,
    .least = 1,
    .most = 1,
    .run = run,
};
