/*
 * zone.h - a zone in memory as a Resolver, for tests.
 */
#ifndef TEST_DOCTOR_ZONE_H
#define TEST_DOCTOR_ZONE_H

#include <string.h>

#include "doctor/dns.h"

typedef struct ZoneRecord {
    const char *name;
    DnsType type;
    const char *value; /* NULL: SERVFAIL */
} ZoneRecord;

typedef struct Zone {
    const ZoneRecord *records; /* ended by a NULL name */
    int asked;
    DnsAnswer answer;
    char *values[16];
} Zone;

/* The answer to the last question only, which is all that is needed. */
static inline const DnsAnswer *zone_ask(void *data, const char *name,
                                        DnsType type)
{
    Zone *zone = data;
    size_t count = 0;
    static char why[] = "SERVFAIL";
    zone->asked++;
    zone->answer = (DnsAnswer){.status = DNS_NO_NAME};
    for (const ZoneRecord *at = zone->records; at->name != NULL; at++) {
        if (g_ascii_strcasecmp(at->name, name) != 0)
            continue;
        if (at->value == NULL) {
            zone->answer = (DnsAnswer){.status = DNS_UNAVAILABLE, .why = why};
            return &zone->answer;
        }
        if (zone->answer.status == DNS_NO_NAME)
            zone->answer.status = DNS_NO_DATA;
        if (at->type == type && count < 15)
            zone->values[count++] = (char *)(uintptr_t)at->value;
    }
    zone->values[count] = NULL;
    if (count > 0)
        zone->answer = (DnsAnswer){.status = DNS_FOUND, .values = zone->values};
    return &zone->answer;
}

static inline Resolver zone_resolver(Zone *zone)
{
    return (Resolver){zone_ask, zone};
}

#endif
