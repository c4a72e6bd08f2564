/* sending.c - see sending.h. */
#include "cli/sending.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/moment.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/doctor_report.h"
#include "cli/json_lines.h"
#include "cli/report.h"
#include "cli/schedule.h"

/* Set by the first signal. A handler cannot be given an argument. */
static int stop_requested;

/* Nothing is in flight while a send waits for its time. */
static int is_under_way;

static void on_signal(int number)
{
    if (__atomic_exchange_n(&stop_requested, 1, __ATOMIC_RELAXED) != 0)
        _exit(128 + number);
    if (__atomic_load_n(&is_under_way, __ATOMIC_RELAXED) == 0)
        return;
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
    return ok && may_send(setup, options, error) &&
           doctor_may_send(setup->config, options, error);
}

static bool may_begin(const PipelinePlan *plan, const Options *options,
                      GError **error)
{
    g_autofree char *count = report_count(plan->to_send);
    g_autofree char *question = g_strdup_printf(
        "Send to %s %s?", count, plan->to_send == 1 ? "person" : "people");
    return options->yes || confirm(question, "nothing was sent", error);
}

static int status_of(DeliveryEnd end, const PipelinePlan *plan,
                     const DeliveryProgress *progress)
{
    if (end == DELIVERY_INTERRUPTED)
        return EXIT_INTERRUPTED;
    if (end == DELIVERY_DEFERRED)
        return ERROR_RETRY;
    if (end == DELIVERY_OVER)
        return EXIT_SOME_FAILED;
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
    if (left && !options->json && options->confirm != NULL)
        fputs("to go on: mirmail subscribe, with the same mail\n", stderr);
    else if (left && !options->json)
        fprintf(stderr, "to go on: mirmail resume %s\n", campaign);
    return true;
}

static void free_passwords(char **passwords, size_t count)
{
    for (size_t i = 0; i < count; i++)
        config_password_free(passwords[i]);
    g_free(passwords);
}

/* Of every relay. Before the wait: nobody is there to unlock them later. */
static char **read_passwords(const Config *config, GError **error)
{
    size_t count = config_relay_count(config);
    char **passwords = g_new0(char *, count + 1);
    for (size_t i = 0; i < count; i++)
        if (!config_password(config_relay_at(config, i), &passwords[i],
                             error)) {
            free_passwords(passwords, count);
            return NULL;
        }
    return passwords;
}

/* What a send has been asked for; borrowed. */
typedef struct Sending {
    Setup *setup;
    const Options *options;
    Schedule schedule;
    PipelinePlan plan;
} Sending;

static void report_over(const Sending *sending, const DeliveryProgress *totals)
{
    int64_t left = totals->total - totals->sent - totals->failed -
                   totals->unknown;
    g_autofree char *count = report_count(MAX(left, 0));
    g_autofree char *until = moment_to_text(sending->schedule.until_us);
    if (!sending->options->json)
        fprintf(stderr,
                "nobody is written to after %s, or nothing more could leave "
                "before: %s left out\n",
                until, count);
}

static int run_delivery(Sending *sending, Journal *journal, char **passwords,
                        GError **error)
{
    const Options *options = sending->options;
    g_autofree char *directory = g_get_current_dir();
    g_autofree char *arguments = schedule_arguments(&sending->schedule,
                                                    options);
    Progress progress;
    progress_init(&progress, options, clock_system());
    PipelineSend send = {
        .plan = &sending->plan,
        .arguments = arguments,
        .directory = directory,
        .passwords = passwords,
        .clock = clock_system(),
        .until_us = sending->schedule.until_us,
        .stop = &stop_requested,
        .report = progress_report,
        .report_data = &progress,
    };
    DeliveryEnd end = DELIVERY_COMPLETE;
    DeliveryProgress totals = {0};
    g_autoptr(GError) failure = NULL;
    __atomic_store_n(&is_under_way, 1, __ATOMIC_RELAXED);
    bool ok = pipeline_send(sending->setup->pipeline, journal, &send, &end,
                            &totals, &failure);
    progress_finish(&progress);
    int status = ok ? status_of(end, &sending->plan, &totals)
                    : error_exit_status(failure);
    if (ok && end == DELIVERY_OVER)
        report_over(sending, &totals);
    const char *campaign = pipeline_facts(sending->setup->pipeline).campaign;
    /* A run that could not begin has no campaign to sum up. */
    if ((ok || totals.total > 0) && !sum_up(journal, campaign, options, &totals,
                                            status, failure ? NULL : &failure))
        status = error_exit_status(failure);
    if (failure == NULL)
        return status;
    g_propagate_error(error, g_steal_pointer(&failure));
    return 0;
}

static int deliver(Sending *sending, Journal *journal, GError **error)
{
    const Config *config = sending->setup->config;
    char **passwords = read_passwords(config, error);
    int status = EXIT_INTERRUPTED;
    if (passwords == NULL)
        return 0;
    catch_signals();
    if (schedule_wait(&sending->schedule, sending->options, clock_system(),
                      &stop_requested))
        status = run_delivery(sending, journal, passwords, error);
    else if (!sending->options->json)
        fputs("nothing was sent\n", stderr);
    free_passwords(passwords, config_relay_count(config));
    return status;
}

/* Everybody has an outcome already: say so, and how to send once more. */
static int nothing_left(const Sending *sending, Journal *journal,
                        GError **error)
{
    const char *campaign = pipeline_facts(sending->setup->pipeline).campaign;
    DeliveryProgress none = {0};
    int status = status_of(DELIVERY_COMPLETE, &sending->plan, &none);
    if (!pipeline_end(sending->setup->pipeline, journal, error))
        return 0;
    if (sending->options->json) {
        json_lines_summary(campaign, &none, status);
        return status;
    }
    if (sending->options->confirm != NULL) {
        if (!sending->options->quiet)
            fprintf(stderr, "%s: all of these were asked before\n", campaign);
        return status;
    }
    if (!report_summary(stderr, journal, campaign, error))
        return 0;
    fprintf(stderr, "nobody is left to write to; --campaign NAME sends it "
                    "again under another name\n");
    return status;
}

static bool choose_policy(const char *text, UnknownPolicy *policy,
                          GError **error)
{
    *policy = UNKNOWN_LEAVE;
    if (text == NULL)
        return true;
    bool is_resend = strcmp(text, "resend") == 0;
    if (!is_resend && strcmp(text, "skip") != 0) {
        g_autofree char *shown = error_printable(text);
        error_set(error, ERROR_USAGE,
                  "--unknown: `%.40s` is neither resend nor skip", shown);
        return false;
    }
    *policy = is_resend ? UNKNOWN_RESEND : UNKNOWN_SKIP;
    return true;
}

static void show_plan(const Sending *sending)
{
    PipelineFacts facts = pipeline_facts(sending->setup->pipeline);
    if (sending->options->json)
        json_lines_plan(&facts, &sending->plan);
    else if (sending->options->confirm == NULL)
        report_plan(stderr, sending->setup, &sending->plan, &sending->schedule);
}

static int plan_and_send(Sending *sending, GError **error)
{
    Pipeline *pipeline = sending->setup->pipeline;
    const Options *options = sending->options;
    PipelinePlanning planning = {.revise = options->revise,
                                 .clock = clock_system()};
    if (!choose_policy(options->unknown, &planning.unknown, error))
        return 0;
    g_autoptr(Journal) journal = journal_open(
        sending->setup->config->journal, JOURNAL_WRITE, clock_system(), error);
    if (journal == NULL ||
        !pipeline_plan(pipeline, journal, &planning, &sending->plan, error))
        return 0;
    show_plan(sending);
    if (pipeline_facts(pipeline).recipients == 0) {
        error_set(error, ERROR_INPUT, "the list has no recipients");
        return 0;
    }
    bool is_nobody_left = sending->plan.to_send == 0;
    if ((!is_nobody_left && !may_begin(&sending->plan, options, error)) ||
        !pipeline_settle_unknown(journal, &sending->plan, error))
        return 0;
    return is_nobody_left ? nothing_left(sending, journal, error)
                          : deliver(sending, journal, error);
}

int sending_run(const Options *options, GError **error)
{
    Setup setup = {0};
    Sending sending = {.setup = &setup, .options = options};
    int status = 0;
    if (!schedule_read(&sending.schedule, options, clock_system(), error))
        return 0;
    if (prepare(&setup, options, error))
        status = plan_and_send(&sending, error);
    setup_clear(&setup);
    return status;
}
