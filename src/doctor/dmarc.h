/*
 * dmarc.h - what a domain wants done with mail that fails, and which domains
 * belong together (RFC 9989).
 *
 *     domain ──dmarc_walk()──> DmarcWalk: policy, organisational domain
 *
 * The record is looked for at the domain and then, name by name, above it
 * (4.10); there is no list of public suffixes. Two domains are aligned when
 * their organisational domains are the same, or, with `s`, they themselves.
 */
#ifndef DOCTOR_DMARC_H
#define DOCTOR_DMARC_H

#include "doctor/dns.h"

typedef enum {
    DMARC_FOUND,
    DMARC_NONE,
    DMARC_UNAVAILABLE,
} DmarcStatus;

typedef struct DmarcWalk {
    DmarcStatus status;
    char *why;          /* with DMARC_UNAVAILABLE */
    char *found_at;     /* the domain whose record counts */
    char *organisation; /* the organisational domain; the domain itself when
                           no record says otherwise */
    char *policy;       /* "none", "quarantine", "reject" */
    bool is_strict_dkim;
    bool is_strict_spf;
    bool is_testing;   /* t=y */
    bool has_old_tags; /* pct, rf, ri: RFC 9989 has them no more */
    char *problem;     /* a record that receivers pass over, or half of it */
} DmarcWalk;

void dmarc_walk(const Resolver *resolver, const char *domain, DmarcWalk *walk);
void dmarc_walk_clear(DmarcWalk *walk);

#endif
