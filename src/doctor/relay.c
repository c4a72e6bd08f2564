/* relay.c - what the relays say when they are opened; see doctor.h. */
#include "delivery/probe.h"
#include "doctor/doctor.h"
#include "doctor/private.h"

#define LIMIT_NS (20 * UNITS_SECOND_NS)
#define DAY_SECONDS 86400
#define DAYS_FEW 14
#define SIZE_SMALL 1000000

static void report_certificate(const Probe *probe, const char *label,
                               int64_t now_seconds, Diagnosis *diagnosis)
{
    if (!probe->has_tls || probe->certificate_end == 0)
        return;
    int64_t days = (probe->certificate_end - now_seconds) / DAY_SECONDS;
    diagnosis_add(
        diagnosis, days < DAYS_FEW ? VERDICT_WARN : VERDICT_PASS, "certificate",
        days < DAYS_FEW ? "whoever runs the relay must renew it" : NULL,
        "the certificate of %s is good for %" G_GINT64_FORMAT " more days",
        label, days);
}

static void report_offer(const Probe *probe, const char *label,
                         Diagnosis *diagnosis)
{
    g_autofree char *size = probe->size_limit > 0
                                ? size_to_text(probe->size_limit)
                                : NULL;
    diagnosis_add(diagnosis, VERDICT_INFO, "relay", NULL,
                  "%s %s%s, and %s delivery reports", label,
                  size ? "takes mails of up to " : "says no limit of size",
                  size ? size : "", probe->has_dsn ? "offers" : "has no");
    if (probe->size_limit > 0 && probe->size_limit < SIZE_SMALL)
        diagnosis_add(diagnosis, VERDICT_WARN, "relay",
                      "keep images and attachments on the web",
                      "%s takes only small mails", label);
}

static void report_opening(const RelayConfig *relay, const Probe *probe,
                           const char *label, Diagnosis *diagnosis)
{
    diagnosis_add(diagnosis, VERDICT_PASS, "relay", NULL, "%s answers%s%s",
                  label,
                  probe->has_tls ? " with TLS and a certificate of its name"
                                 : " without TLS",
                  probe->has_logged_in ? ", and takes the login" : "");
    if (relay->user == NULL && probe->auth_names != NULL)
        diagnosis_add(diagnosis, VERDICT_INFO, "relay",
                      "set relay.user when it refuses mail",
                      "%s offers a login (%s), and none is configured", label,
                      probe->auth_names);
}

static void open_relay(const DoctorRelays *relays, const RelayConfig *relay,
                       const char *password, Diagnosis *diagnosis)
{
    const char *from = relays->config->sender.from.address.domain;
    const char *hello = relay->hello != NULL ? relay->hello : from;
    g_autofree char *label = config_relay_label(relay);
    g_autoptr(GError) fault = NULL;
    Probe probe;
    if (probe_relay(relay, hello != NULL ? hello : "localhost", password,
                    LIMIT_NS, &probe, &fault)) {
        report_opening(relay, &probe, label, diagnosis);
        report_certificate(&probe, label, relays->now_seconds, diagnosis);
        report_offer(&probe, label, diagnosis);
    } else if (fault->code == ERROR_RETRY) {
        diagnosis_add(diagnosis, VERDICT_UNKNOWN, "relay", "try again later",
                      "%s", fault->message);
    } else {
        diagnosis_add(diagnosis, VERDICT_FAIL, "relay", NULL, "%s",
                      fault->message);
    }
    probe_clear(&probe);
}

void doctor_relay(const DoctorRelays *relays, Diagnosis *diagnosis)
{
    for (size_t i = 0; i < config_relay_count(relays->config); i++) {
        const RelayConfig *relay = config_relay_at(relays->config, i);
        if (relay->host == NULL) {
            diagnosis_add(diagnosis, VERDICT_FAIL, "relay",
                          "set relay.host in mirmail.yaml",
                          "there is no relay");
        } else if (relays->no_dns && !config_is_loopback(relay->host) &&
                   !g_hostname_is_ip_address(relay->host)) {
            g_autofree char *label = config_relay_label(relay);
            diagnosis_add(diagnosis, VERDICT_UNKNOWN, "relay",
                          "leave --no-dns away",
                          "%s was not opened: its name would have to be "
                          "looked up",
                          label);
        } else {
            open_relay(relays, relay,
                       relays->passwords != NULL ? relays->passwords[i] : NULL,
                       diagnosis);
        }
    }
}

void doctor_presets(const Config *config, Diagnosis *diagnosis)
{
    for (size_t i = 0; i < config_relay_count(config); i++) {
        const Preset *preset = doctor_preset(config_relay_at(config, i));
        if (preset == NULL)
            continue;
        diagnosis_add(diagnosis, VERDICT_INFO, "limits", NULL, "%s: %s",
                      preset->title, preset->hint);
        if (preset->rewrites != NULL)
            diagnosis_add(diagnosis, VERDICT_INFO, "limits", NULL,
                          "%s writes %s anew, so a signature made here leaves "
                          "them out",
                          preset->title, preset->rewrites);
    }
}
