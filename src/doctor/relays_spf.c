/* relays_spf.c - whether SPF lists the relays; see private.h. */
#include "doctor/private.h"
#include "doctor/spf.h"

static const DnsType address_types[] = {DNS_A, DNS_AAAA};

/* The addresses under which a relay is known. */
static char **relay_addresses(const DnsLook *look, const char *host)
{
    GPtrArray *all = g_ptr_array_new();
    bool is_address = host != NULL && g_hostname_is_ip_address(host);
    if (is_address)
        g_ptr_array_add(all, g_strdup(host));
    for (size_t i = 0;
         host != NULL && !is_address && i < G_N_ELEMENTS(address_types); i++) {
        const DnsAnswer *answer = resolver_ask(&look->resolver, host,
                                               address_types[i]);
        for (char **at = answer->values; at != NULL && *at != NULL; at++)
            g_ptr_array_add(all, g_strdup(*at));
    }
    g_ptr_array_add(all, NULL);
    return (char **)g_ptr_array_free(all, FALSE);
}

/* Why the DNS did not tell a relay's addresses; NULL: it did. */
static const char *why_unknown(const DnsLook *look, const char *host)
{
    if (host == NULL || g_hostname_is_ip_address(host))
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(address_types); i++) {
        const DnsAnswer *answer = resolver_ask(&look->resolver, host,
                                               address_types[i]);
        if (answer->status == DNS_UNAVAILABLE)
            return answer->why;
    }
    return NULL;
}

static void report_all(const DnsLook *look, const SpfResult *spf)
{
    if (spf->all == '+')
        diagnosis_add(look->diagnosis, VERDICT_FAIL, "spf",
                      "end the record with ~all or -all",
                      "the SPF record of %s ends with +all: everybody may "
                      "send for it",
                      look->envelope);
    else if (spf->all != '-' && spf->all != '~')
        diagnosis_add(look->diagnosis, VERDICT_WARN, "spf",
                      "end the record with ~all or -all",
                      "the SPF record of %s ends without -all or ~all, so it "
                      "forbids nobody",
                      look->envelope);
}

static void report_listed(const DnsLook *look, const SpfResult *spf,
                          const char *host, const char *include)
{
    const char *unknown = why_unknown(look, host);
    const char *relay = host != NULL ? host : "the relay";
    bool is_only = config_relay_count(look->config) == 1;
    g_autofree char *advice = g_strdup_printf(
        "%s%s; `mirmail doctor --received` shows whether a test mail passed",
        include ? "put into the record include:"
                : "add what the relay's own "
                  "pages say",
        include ? include : "");
    if (spf->has_sender)
        diagnosis_add(look->diagnosis, VERDICT_PASS, "spf", NULL,
                      "the SPF record of %s lists %s, with %d of 10 lookups",
                      look->envelope, is_only ? "the relay" : relay,
                      spf->lookups);
    else if (spf->has_macros)
        diagnosis_add(look->diagnosis, VERDICT_INFO, "spf", advice,
                      "the SPF record of %s has macros, so whether it lists "
                      "%s shows only on a mail",
                      look->envelope, relay);
    else if (unknown != NULL)
        diagnosis_add(look->diagnosis, VERDICT_UNKNOWN, "spf", ADVICE_RESOLVER,
                      "whether the SPF record of %s lists %s is not known: %s",
                      look->envelope, relay, unknown);
    else
        diagnosis_add(
            look->diagnosis, VERDICT_WARN, "spf", advice,
            "the SPF record of %s does not list %s by its address%s%s",
            look->envelope, relay, include ? " or its include" : "",
            spf->has_rest ? "; what stands behind `all` does not count" : "");
}

static void report_no_spf(const DnsLook *look, const SpfResult *spf)
{
    bool signs = look->config->dkim.count > 0;
    if (spf->status == SPF_NONE)
        diagnosis_add(look->diagnosis, signs ? VERDICT_WARN : VERDICT_FAIL,
                      "spf",
                      "publish one as TXT, such as: v=spf1 "
                      "include:YOUR-RELAY ~all",
                      "%s has no SPF record; large receivers want both SPF "
                      "and DKIM",
                      look->envelope);
    else if (spf->status == SPF_UNAVAILABLE)
        diagnosis_add(look->diagnosis, VERDICT_UNKNOWN, "spf", ADVICE_RESOLVER,
                      "the SPF record of %s cannot be followed: %s",
                      look->envelope, spf->problem);
    else
        diagnosis_add(look->diagnosis, VERDICT_FAIL, "spf",
                      "mend the record: receivers treat it as an error and "
                      "none of it counts",
                      "the SPF record of %s is broken: %s", look->envelope,
                      spf->problem);
}

/* Several accounts at one host are one sender. */
static bool is_repeated(const DnsLook *look, size_t index)
{
    const char *host = config_relay_at(look->config, index)->host;
    for (size_t i = 0; i < index; i++)
        if (g_strcmp0(host, config_relay_at(look->config, i)->host) == 0)
            return true;
    return false;
}

/* Every relay must be listed; what is wrong with the record is said once. */
void doctor_spf(const DnsLook *look)
{
    bool is_fine = true;
    for (size_t i = 0; is_fine && i < config_relay_count(look->config); i++) {
        if (is_repeated(look, i))
            continue;
        const RelayConfig *relay = config_relay_at(look->config, i);
        const Preset *preset = doctor_preset(relay);
        const char *include = preset != NULL ? preset->include : NULL;
        g_auto(GStrv) addresses = relay_addresses(look, relay->host);
        SpfQuestion question = {look->envelope, addresses, include};
        SpfResult spf;
        spf_read(&look->resolver, &question, &spf);
        is_fine = spf.status == SPF_FINE;
        if (is_fine)
            report_listed(look, &spf, relay->host, include);
        else
            report_no_spf(look, &spf);
        if (is_fine && i == 0)
            report_all(look, &spf);
        spf_result_clear(&spf);
    }
}
