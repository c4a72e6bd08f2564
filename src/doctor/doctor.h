/*
 * doctor.h - will receivers believe this sender? Asked before the first mail.
 *
 *     Config, DNS ──doctor_domains()──> MX, SPF, DKIM, DMARC, alignment
 *     Config      ──doctor_relay()────> the relay's opening, its limits
 *     Config, keys ──doctor_endpoint()──> the page where people leave
 *     a mail that came back ──doctor_received()──> what the relay made of it
 *
 * Each adds lines to a Diagnosis and changes nothing. The rules are those of
 * the large receivers: SPF and DKIM, one of them in the domain of From, a
 * DMARC record, one-click unsubscription that is signed. One thread.
 */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "config/config.h"
#include "doctor/diagnosis.h"
#include "doctor/dns.h"

/* ERROR_CONFIG or ERROR_PERMISSION are lines too: nothing ends a look. */
void doctor_domains(const Config *config, Dns *dns, Diagnosis *diagnosis);

typedef struct DoctorRelays {
    const Config *config;
    char *const *passwords; /* of each, in their order; or NULL */
    int64_t now_seconds;    /* for certificates */
    bool no_dns; /* a relay that has a name is not opened, but on this
                    machine */
} DoctorRelays;

/* Opens every relay by the configuration. */
void doctor_relay(const DoctorRelays *relays, Diagnosis *diagnosis);
/* What is known about the relays without asking them. */
void doctor_presets(const Config *config, Diagnosis *diagnosis);

/* Asks the page of list.unsubscribe_url with a token of nobody, so that nobody
 * is taken off: it shows a page, takes a POST in both encodings and twice,
 * redirects nowhere, sets no cookie and refuses a forged token (RFC 8058).
 * `ca_file`: whom to believe its certificate from, PEM; NULL: as the system
 * does. */
void doctor_endpoint(const Config *config, const char *ca_file,
                     Diagnosis *diagnosis);

#define DOCTOR_MAIL_MAX 12582912 /* bytes */

/* `trust` is the name by which the receiving server signs its results, the
 * first word of Authentication-Results; NULL trusts none. */
void doctor_received(const Config *config, const char *bytes, size_t length,
                     const char *trust, Diagnosis *diagnosis);

#endif
