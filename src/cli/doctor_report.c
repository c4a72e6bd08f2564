/* doctor_report.c - see doctor_report.h. */
#include "cli/doctor_report.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/units.h"
#include "cli/json_lines.h"

#define SEND_LIMIT_NS (6 * UNITS_SECOND_NS)

void doctor_report(FILE *stream, const Diagnosis *diagnosis, Verdict least)
{
    for (size_t i = 0; i < diagnosis_count(diagnosis); i++) {
        const DiagnosisLine *line = diagnosis_at(diagnosis, i);
        if (line->verdict < least)
            continue;
        fprintf(stream, "%-7s  %-11s  %s\n", verdict_name(line->verdict),
                line->check, line->text);
        if (line->advice != NULL)
            fprintf(stream, "%22s-> %s\n", "", line->advice);
    }
}

static bool has_far_relay(const Config *config)
{
    for (size_t i = 0; i < config_relay_count(config); i++) {
        const char *host = config_relay_at(config, i)->host;
        if (host != NULL && !config_is_loopback(host))
            return true;
    }
    return false;
}

/* What is unknown is said once: an offline machine has nothing but that. */
static void show(const Diagnosis *diagnosis, const Options *options)
{
    size_t unknown = diagnosis_with(diagnosis, VERDICT_UNKNOWN);
    if (options->json) {
        json_lines_diagnosis(diagnosis);
        return;
    }
    doctor_report(stderr, diagnosis, VERDICT_WARN);
    if (unknown > 0)
        fprintf(stderr,
                "the DNS did not answer %zu question%s about the sender; "
                "mirmail doctor shows which\n",
                unknown, unknown == 1 ? "" : "s");
}

bool doctor_may_send(const Config *config, const Options *options,
                     GError **error)
{
    bool is_asked = options->resolver != NULL;
    if (options->no_dns || (!is_asked && !has_far_relay(config)))
        return true;
    g_autoptr(Dns)
        dns = dns_open(options->resolver, SEND_LIMIT_NS, clock_system(), error);
    if (dns == NULL)
        return false;
    g_autoptr(Diagnosis) diagnosis = diagnosis_new();
    doctor_domains(config, dns, diagnosis);
    show(diagnosis, options);
    size_t failed = diagnosis_with(diagnosis, VERDICT_FAIL);
    if (failed == 0 || options->force)
        return true;
    error_set(error, ERROR_INPUT,
              "nothing was sent: %zu thing%s that receivers refuse mail for; "
              "mend %s, or send all the same with --force",
              failed, failed == 1 ? "" : "s", failed == 1 ? "it" : "them");
    return false;
}
