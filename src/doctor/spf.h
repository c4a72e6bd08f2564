/*
 * spf.h - who may send for a domain (RFC 7208), as far as it can be known
 * before a mail is sent.
 *
 *     domain, the relay's addresses ──spf_read()──> SpfResult
 *
 * The records are walked as a receiver would walk them for a mail that
 * nothing matches, so that every lookup counts: at most SPF_LOOKUPS_MAX, and
 * SPF_VOID_MAX of them without an answer (4.6.4). Terms with macros count and
 * are not followed; those behind `all` are only read (5.1).
 */
#ifndef DOCTOR_SPF_H
#define DOCTOR_SPF_H

#include "doctor/dns.h"

#define SPF_LOOKUPS_MAX 10
#define SPF_VOID_MAX 2

typedef enum {
    SPF_FINE,
    SPF_NONE,        /* no record */
    SPF_UNAVAILABLE, /* the DNS gave no answer somewhere on the way */
    SPF_BROKEN,      /* receivers call this permerror */
} SpfStatus;

typedef struct SpfResult {
    SpfStatus status;
    char *problem; /* with SPF_UNAVAILABLE and SPF_BROKEN */
    int lookups;
    int voids;
    char all;        /* '+', '-', '~', '?' of the domain's own `all`, through
                        redirect=; '\0': it ends without one */
    bool has_sender; /* an address of the relay passes, or its include does */
    bool has_macros; /* something was not followed */
    bool has_rest;   /* its own `all` is not its last mechanism */
} SpfResult;

typedef struct SpfQuestion {
    const char *domain;
    char *const *addresses; /* of the relay, NULL-terminated; or NULL */
    const char *include;    /* what the relay's users are to include; or NULL */
} SpfQuestion;

void spf_read(const Resolver *resolver, const SpfQuestion *question,
              SpfResult *result);
void spf_result_clear(SpfResult *result);

/* Is it an SPF record at all? */
bool spf_is_record(const char *text);

#endif
