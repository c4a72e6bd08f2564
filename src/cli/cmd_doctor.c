/* cmd_doctor.c - mirmail doctor: will receivers believe this sender? */
#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/doctor_report.h"
#include "cli/json_lines.h"

#define DNS_LIMIT_NS (30 * UNITS_SECOND_NS)

static bool look_at_mail(const Config *config, const Options *options,
                         Diagnosis *diagnosis, GError **error)
{
    g_autoptr(GError) fault = NULL;
    FileProblem problem;
    g_autoptr(GBytes) bytes = file_read(NULL, options->received,
                                        DOCTOR_MAIL_MAX, &problem, &fault);
    if (bytes == NULL) {
        error_set_at(error, (ErrorCode)fault->code,
                     (Place){options->received, 0, 0}, "%s", fault->message);
        return false;
    }
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    doctor_received(config, data, length, options->trust, diagnosis);
    return true;
}

/* Without one of the passwords no relay is opened: a login that must fail
 * counts against the account. */
static void look_at_relays(const Config *config, bool no_dns,
                           Diagnosis *diagnosis)
{
    size_t count = config_relay_count(config);
    char **passwords = g_new0(char *, count);
    bool ok = true;
    for (size_t i = 0; i < count; i++) {
        g_autoptr(GError) fault = NULL;
        if (config_password(config_relay_at(config, i), &passwords[i], &fault))
            continue;
        diagnosis_add(diagnosis, VERDICT_FAIL, "relay", NULL, "%s",
                      fault->message);
        ok = false;
    }
    const Clock *clock = clock_system();
    signal(SIGPIPE, SIG_IGN);
    DoctorRelays relays = {config, passwords, clock->wall_us(clock) / 1000000,
                           no_dns};
    if (ok)
        doctor_relay(&relays, diagnosis);
    for (size_t i = 0; i < count; i++)
        config_password_free(passwords[i]);
    g_free(passwords);
}

static bool look_at_sender(const Config *config, const Options *options,
                           Diagnosis *diagnosis, GError **error)
{
    g_autoptr(Dns) dns = dns_open(options->no_dns ? "" : options->resolver,
                                  DNS_LIMIT_NS, clock_system(), error);
    if (dns == NULL)
        return false;
    doctor_domains(config, dns, diagnosis);
    look_at_relays(config, options->no_dns, diagnosis);
    doctor_presets(config, diagnosis);
    if (options->post)
        doctor_endpoint(config, options->ca, diagnosis);
    diagnosis_add(diagnosis, VERDICT_INFO, "received",
                  "mirmail send --test YOU@EXAMPLE.ORG post.md, save what "
                  "arrives, and mirmail doctor --received FILE",
                  "whether the relay signs or rewrites mail, and what its "
                  "addresses are worth, shows only on a mail that arrived");
    return true;
}

static void show(const Diagnosis *diagnosis, const Options *options)
{
    if (options->json) {
        json_lines_diagnosis(diagnosis);
        return;
    }
    doctor_report(stdout, diagnosis, VERDICT_PASS);
    for (Verdict verdict = VERDICT_PASS; verdict <= VERDICT_FAIL; verdict++)
        printf("%s%zu %s", verdict > VERDICT_PASS ? ", " : "\n",
               diagnosis_with(diagnosis, verdict), verdict_name(verdict));
    putchar('\n');
}

static int run(const Options *options, GError **error)
{
    g_autoptr(Config) config = config_load(options->config, error);
    g_autoptr(Diagnosis) diagnosis = diagnosis_new();
    if (config == NULL || (options->relay != NULL &&
                           !config_set_relay(config, options->relay, error)))
        return 0;
    if (options->trust != NULL && options->received == NULL) {
        error_set(error, ERROR_USAGE, "--trust goes with --received");
        return 0;
    }
    if (options->ca != NULL && !options->post) {
        error_set(error, ERROR_USAGE, "--ca goes with --post");
        return 0;
    }
    if (options->post && options->received != NULL) {
        error_set(error, ERROR_USAGE,
                  "--received looks at a mail and --post asks a server; give "
                  "one of them");
        return 0;
    }
    bool ok = options->received != NULL
                  ? look_at_mail(config, options, diagnosis, error)
                  : look_at_sender(config, options, diagnosis, error);
    if (!ok)
        return 0;
    show(diagnosis, options);
    return diagnosis_with(diagnosis, VERDICT_FAIL) > 0 ? ERROR_INPUT : 0;
}

const Command command_doctor = {
    .name = "doctor",
    .synopsis = "[OPTION]...",
    .summary = "find out whether receivers will believe the sender",
    .example = "  mirmail doctor\n"
               "  mirmail doctor --post\n"
               "  mirmail doctor --received copy.eml --trust mx.google.com\n",
    .use = FOR_DOCTOR,
    .least = 0,
    .most = 0,
    .run = run,
};
