/*
 * fuzz_doctor.c - any bytes as the records of every name (SPF, DMARC, tags),
 * and as a mail that came back: an end, few lookups, printable lines.
 */
#include <stdint.h>
#include <string.h>

#include "doctor/dmarc.h"
#include "doctor/doctor.h"
#include "doctor/spf.h"
#include "doctor/tags.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef struct Everywhere {
    DnsAnswer answer;
    char *values[3];
    int asked;
} Everywhere;

static const DnsAnswer *ask(void *data, const char *name, DnsType type)
{
    Everywhere *everywhere = data;
    static DnsAnswer none = {.status = DNS_NO_DATA};
    (void)name;
    everywhere->asked++;
    return type == DNS_TXT ? &everywhere->answer : &none;
}

static void evaluate(char *record)
{
    Everywhere everywhere = {.values = {record}};
    Resolver resolver = {ask, &everywhere};
    everywhere.answer.status = DNS_FOUND;
    everywhere.answer.values = everywhere.values;
    char address[] = "192.0.2.1";
    char *addresses[] = {address, NULL};
    SpfQuestion question = {"a.example", addresses, NULL};
    SpfResult spf;
    spf_read(&resolver, &question, &spf);
    g_assert(spf.status != SPF_FINE || spf.lookups <= SPF_LOOKUPS_MAX);
    g_assert(everywhere.asked < 300);
    spf_result_clear(&spf);
    DmarcWalk walk;
    dmarc_walk(&resolver, "a.b.example", &walk);
    g_assert(walk.organisation != NULL);
    dmarc_walk_clear(&walk);
    g_autoptr(Tags) tags = tags_parse(record);
    if (tags != NULL)
        g_free(tags_get_packed(tags, "p"));
}

static void check_text(const char *text)
{
    for (; text != NULL && *text != '\0'; text = g_utf8_next_char(text))
        g_assert(!g_unichar_iscntrl(g_utf8_get_char(text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static Config *config;
    if (config == NULL) {
        static const char text[] = "sender: {from: a@a.example}\n"
                                   "list: {id: news.a.example}\n";
        config = config_parse(text, sizeof text - 1, NULL, NULL);
    }
    g_autofree char *record = g_strndup((const char *)bytes, size);
    evaluate(record);
    g_autoptr(Diagnosis) diagnosis = diagnosis_new();
    doctor_received(config, (const char *)bytes, size, "mx.example", diagnosis);
    for (size_t i = 0; i < diagnosis_count(diagnosis); i++) {
        check_text(diagnosis_at(diagnosis, i)->text);
        check_text(diagnosis_at(diagnosis, i)->advice);
    }
    return 0;
}
