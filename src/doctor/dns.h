/*
 * dns.h - what the DNS says about a name.
 *
 *     name, type ──resolver_ask()──> DnsAnswer
 *
 * An answer is one of four: records, a name without records of this type, no
 * such name, or nothing at all (SERVFAIL, REFUSED, a timeout, a broken
 * answer). The last is never taken for one of the others.
 *
 * dns_open() asks by c-ares, whose only user this file is. Questions can be
 * sent off together with dns_start(); each is asked once and its answer kept.
 * All of them have one time limit together, and a resolver that lets the
 * first questions run out is not asked any more.
 *
 * Whoever evaluates records takes a Resolver, so that a test can hand in a
 * zone. One thread.
 */
#ifndef DOCTOR_DNS_H
#define DOCTOR_DNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"

#define DNS_VALUES_MAX 100
#define DNS_TEXT_MAX 8192 /* bytes of one TXT record */

typedef enum { DNS_TXT, DNS_MX, DNS_A, DNS_AAAA } DnsType;

typedef enum {
    DNS_FOUND,
    DNS_NO_DATA, /* the name is there, such a record is not */
    DNS_NO_NAME, /* NXDOMAIN */
    DNS_UNAVAILABLE,
} DnsStatus;

typedef struct DnsAnswer {
    DnsStatus status;
    char *why;     /* with DNS_UNAVAILABLE, else NULL */
    char **values; /* NULL-terminated; TXT: its strings as one; A, AAAA: the
                      address; MX: "10 mx.example.org", the best first */
} DnsAnswer;

/* `data` is handed to `ask`. The answer stays the resolver's. */
typedef struct Resolver {
    const DnsAnswer *(*ask)(void *data, const char *name, DnsType type);
    void *data;
} Resolver;

const DnsAnswer *resolver_ask(const Resolver *resolver, const char *name,
                              DnsType type);
/* There is certainly no such record. */
bool dns_is_absent(const DnsAnswer *answer);

typedef struct Dns Dns;

/* `server` is "address" or "address:port", NULL for the system's; "" asks
 * nobody: every answer is DNS_UNAVAILABLE. ERROR_USAGE, ERROR_SYSTEM. */
Dns *dns_open(const char *server, int64_t limit_ns, const Clock *clock,
              GError **error);
void dns_close(Dns *dns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dns, dns_close)

void dns_start(Dns *dns, const char *name, DnsType type);
Resolver dns_resolver(Dns *dns);

#endif
