/* sending.c - see sending.h. */
#include "cli/sending.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/json_lines.h"
#include "cli/report.h"

/* Set by the first signal. A handler cannot be given an argument. */
static int stop_requested;

static void on_signal(int number)
{
    if (__atomic_exchange_n(&stop_requested, 1, __ATOMIC_RELAXED) != 0)
        _exit(128 + number);
    static const char text[] =
        "\nstopping after the messages in flight; once more stops at once\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* Errors stop a send; with --strict, warnings do too. */
static bool may_send(const Setup *setup, const Options *options, GError **error)
{
    size_t errors = findings_count(setup->findings, SEVERITY_ERROR);
    size_t warnings = findings_count(setup->findings, SEVERITY_WARNING);
    if (options->strict)
        errors += warnings;
    if (errors == 0)
        return true;
    error_set(error, ERROR_INPUT,
              "nothing was sent: %zu problem%s to mend first; `mirmail check` "
              "shows all that was found",
              errors, errors == 1 ? "" : "s");
    return false;
}

static bool prepare(Setup *setup, const Options *options, GError **error)
{
    bool ok = setup_prepare(setup, options, error) &&
              config_check_sending(setup->config, error) &&
              pipeline_check(setup->pipeline, setup->findings, error);
    if (options->json)
        json_lines_findings(setup->findings);
    else if (setup->findings != NULL)
        report_folded(stderr, setup->findings, SEVERITY_WARNING);
    return ok && may_send(setup, options, error);
}

static bool confirm(const PipelinePlan *plan, const Options *options,
                    GError **error)
{
    if (options->yes)
        return true;
    if (isatty(STDIN_FILENO) != 1) {
        error_set(error, ERROR_USAGE,
                  "nothing was sent: there is no terminal to ask on; use "
                  "--yes in scripts");
        return false;
    }
    g_autofree char *count = report_count(plan->to_send);
    fprintf(stderr, "Send to %s %s? [y/N] ", count,
            plan->to_send == 1 ? "person" : "people");
    char answer[16] = "";
    if (fgets(answer, sizeof answer, stdin) != NULL &&
        (g_ascii_strcasecmp(answer, "y\n") == 0 ||
         g_ascii_strcasecmp(answer, "yes\n") == 0))
        return true;
    error_set(error, ERROR_USAGE, "nothing was sent");
    return false;
}

static int status_of(DeliveryEnd end, const PipelinePlan *plan,
                     const DeliveryProgress *progress)
{
    if (end == DELIVERY_INTERRUPTED)
        return EXIT_INTERRUPTED;
    if (end == DELIVERY_DEFERRED)
        return ERROR_RETRY;
    bool missed = progress->failed > 0 || progress->unknown > 0 ||
                  plan->done[OUTCOME_FAILED] > 0 ||
                  plan->done[OUTCOME_UNKNOWN] > 0;
    return missed ? EXIT_SOME_FAILED : EXIT_SENT;
}

static bool sum_up(Journal *journal, const char *campaign,
                   const Options *options, const DeliveryProgress *progress,
                   int status, GError **error)
{
    bool left = status == ERROR_RETRY || status == EXIT_INTERRUPTED;
    if (options->json)
        json_lines_summary(campaign, progress, status);
    else if (!report_summary(stderr, journal, campaign, error))
        return false;
    if (left && !options->json)
        fprintf(stderr, "to go on: mirmail resume %s\n", campaign);
    return true;
}

static int deliver(Setup *setup, Journal *journal, const PipelinePlan *plan,
                   const Options *options, GError **error)
{
    g_autofree char *directory = g_get_current_dir();
    char *password = NULL;
    if (!config_password(&setup->config->relay, &password, error))
        return 0;
    catch_signals();
    Progress progress;
    progress_init(&progress, options, clock_system());
    PipelineSend send = {
        .plan = plan,
        .arguments = options->given,
        .directory = directory,
        .password = password,
        .clock = clock_system(),
        .stop = &stop_requested,
        .report = progress_report,
        .report_data = &progress,
    };
    DeliveryEnd end = DELIVERY_COMPLETE;
    DeliveryProgress totals = {0};
    g_autoptr(GError) failure = NULL;
    bool ok = pipeline_send(setup->pipeline, journal, &send, &end, &totals,
                            &failure);
    config_password_free(password);
    progress_finish(&progress);
    int status = ok ? status_of(end, plan, &totals)
                    : error_exit_status(failure);
    const char *campaign = pipeline_facts(setup->pipeline).campaign;
    /* A run that could not begin has no campaign to sum up. */
    if ((ok || totals.total > 0) && !sum_up(journal, campaign, options, &totals,
                                            status, failure ? NULL : &failure))
        status = error_exit_status(failure);
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return 0;
    }
    return status;
}

/* Everybody has an outcome already: say so, and how to send once more. */
static int nothing_left(Setup *setup, Journal *journal,
                        const PipelinePlan *plan, const Options *options,
                        GError **error)
{
    const char *campaign = pipeline_facts(setup->pipeline).campaign;
    DeliveryProgress none = {0};
    int status = status_of(DELIVERY_COMPLETE, plan, &none);
    if (options->json) {
        json_lines_summary(campaign, &none, status);
        return status;
    }
    if (!report_summary(stderr, journal, campaign, error))
        return 0;
    fprintf(stderr, "nobody is left to write to; --campaign NAME sends it "
                    "again under another name\n");
    return status;
}

static int plan_and_send(Setup *setup, const Options *options, GError **error)
{
    g_autoptr(Journal) journal = journal_open(
        setup->config->journal, JOURNAL_WRITE, clock_system(), error);
    PipelinePlan plan;
    if (journal == NULL ||
        !pipeline_plan(setup->pipeline, journal, options->revise, &plan, error))
        return 0;
    PipelineFacts facts = pipeline_facts(setup->pipeline);
    if (options->json)
        json_lines_plan(&facts, &plan);
    else
        report_plan(stderr, setup, &plan);
    if (facts.recipients == 0) {
        error_set(error, ERROR_INPUT, "the list has no recipients");
        return 0;
    }
    if (plan.to_send == 0)
        return nothing_left(setup, journal, &plan, options, error);
    if (!confirm(&plan, options, error))
        return 0;
    return deliver(setup, journal, &plan, options, error);
}

int sending_run(const Options *options, GError **error)
{
    Setup setup;
    int status = 0;
    if (prepare(&setup, options, error))
        status = plan_and_send(&setup, options, error);
    setup_clear(&setup);
    return status;
}
