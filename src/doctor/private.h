/*
 * private.h - what the files of this folder share.
 */
#ifndef DOCTOR_PRIVATE_H
#define DOCTOR_PRIVATE_H

#include "config/config.h"
#include "config/presets.h"
#include "doctor/diagnosis.h"
#include "doctor/dns.h"

#define ADVICE_RESOLVER "ask again, or use another resolver with --resolver"

/* What is asked of the DNS, and about whom. */
typedef struct DnsLook {
    const Config *config;
    Resolver resolver;
    Diagnosis *diagnosis;
    const char *from;     /* domains */
    const char *envelope; /* never NULL: From's when unset */
} DnsLook;

/* Is `domain` this one or below it? */
bool doctor_is_below(const char *domain, const char *above);

/* Where a key's record stands: "s._domainkey.example.org". */
char *doctor_key_name(const char *selector, const char *domain);

/* By its setting, or by its host; NULL: nothing is known about it. */
const Preset *doctor_preset(const RelayConfig *relay);

/* The keys that sign, and whether their records are what receivers need. */
void doctor_keys(const Config *config, const Resolver *resolver,
                 Diagnosis *diagnosis);

/* Whether the envelope's domain lets every relay send for it. */
void doctor_spf(const DnsLook *look);

#endif
