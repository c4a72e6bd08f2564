/* domains.c - what the DNS says about a sender; see doctor.h. */
#include <string.h>

#include "doctor/dmarc.h"
#include "doctor/doctor.h"
#include "doctor/private.h"

/* --- does the domain exist, and take mail --- */

static bool is_null_mx(const DnsAnswer *mx)
{
    return mx->status == DNS_FOUND && mx->values[1] == NULL &&
           g_str_has_suffix(mx->values[0], " .");
}

static void report_without_mx(const DnsLook *look, const char *domain,
                              const char *what, Verdict verdict)
{
    const DnsAnswer *a = resolver_ask(&look->resolver, domain, DNS_A);
    const DnsAnswer *aaaa = resolver_ask(&look->resolver, domain, DNS_AAAA);
    const DnsAnswer *failed = a->status == DNS_UNAVAILABLE      ? a
                              : aaaa->status == DNS_UNAVAILABLE ? aaaa
                                                                : NULL;
    if (a->status == DNS_FOUND || aaaa->status == DNS_FOUND)
        diagnosis_add(look->diagnosis, VERDICT_PASS, "mx", NULL,
                      "%s (%s) takes mail at its own address, without MX",
                      domain, what);
    else if (failed != NULL)
        diagnosis_add(look->diagnosis, VERDICT_UNKNOWN, "mx", ADVICE_RESOLVER,
                      "the DNS does not say whether %s (%s) takes mail: %s",
                      domain, what, failed->why);
    else
        diagnosis_add(look->diagnosis, verdict, "mx",
                      "use a domain that receives mail, or give this one an "
                      "MX record",
                      "%s (%s) %s, so no mail can come back", domain, what,
                      a->status == DNS_NO_NAME ? "does not exist"
                                               : "has neither MX nor address");
}

static void check_mail_domain(const DnsLook *look, const char *domain,
                              const char *what, Verdict verdict)
{
    const DnsAnswer *mx = resolver_ask(&look->resolver, domain, DNS_MX);
    if (mx->status == DNS_UNAVAILABLE)
        diagnosis_add(look->diagnosis, VERDICT_UNKNOWN, "mx", ADVICE_RESOLVER,
                      "the DNS does not say whether %s (%s) takes mail: %s",
                      domain, what, mx->why);
    else if (is_null_mx(mx))
        diagnosis_add(look->diagnosis, verdict, "mx",
                      "use a domain that receives mail",
                      "%s (%s) says by a null MX that it takes no mail "
                      "(RFC 7505)",
                      domain, what);
    else if (mx->status == DNS_FOUND)
        diagnosis_add(look->diagnosis, VERDICT_PASS, "mx", NULL,
                      "%s (%s) takes mail at %s", domain, what,
                      strchr(mx->values[0], ' ') + 1);
    else
        report_without_mx(look, domain, what, verdict);
}

static bool is_same(const char *a, const char *b)
{
    return a != NULL && b != NULL && g_ascii_strcasecmp(a, b) == 0;
}

static void check_mail_domains(const DnsLook *look)
{
    const char *reply = look->config->sender.reply_to.address.domain;
    check_mail_domain(look, look->from, "sender.from", VERDICT_FAIL);
    if (!is_same(look->envelope, look->from))
        check_mail_domain(look, look->envelope, "sender.bounce", VERDICT_FAIL);
    if (reply != NULL && !is_same(reply, look->from) &&
        !is_same(reply, look->envelope))
        check_mail_domain(look, reply, "sender.reply_to", VERDICT_WARN);
}

/* --- other people's domains --- */

/* Providers whose domains may only be in From when their own servers send. */
static const struct {
    const char *domain; /* or, with a dot at the end, any of its countries */
    const char *relays; /* what their servers are called, one of them */
} providers[] = {
    {"gmail.com", "gmail.com google.com"},
    {"googlemail.com", "gmail.com google.com"},
    {"yahoo.", "yahoo.com yahoodns.net"},
    {"ymail.com", "yahoo.com"},
    {"aol.com", "aol.com yahoo.com"},
    {"outlook.", "office365.com outlook.com"},
    {"hotmail.", "office365.com outlook.com"},
    {"live.", "office365.com outlook.com"},
    {"msn.com", "office365.com outlook.com"},
    {"icloud.com", "me.com icloud.com"},
    {"me.com", "me.com icloud.com"},
    {"mac.com", "me.com icloud.com"},
    {"gmx.", "gmx.net gmx.com"},
    {"web.de", "web.de"},
    {"t-online.de", "t-online.de"},
    {"proton.me", "protonmail.ch proton.me"},
    {"protonmail.com", "protonmail.ch proton.me"},
    {"mail.ru", "mail.ru"},
    {"yandex.", "yandex.ru yandex.com yandex.net"},
};

static bool is_provider_domain(const char *domain, const char *pattern)
{
    size_t length = strlen(pattern);
    if (pattern[length - 1] != '.')
        return g_ascii_strcasecmp(domain, pattern) == 0;
    return g_ascii_strncasecmp(domain, pattern, length) == 0;
}

static bool is_relay_of(const char *host, const char *relays)
{
    g_auto(GStrv) names = g_strsplit(relays, " ", -1);
    for (char **name = names; *name != NULL; name++)
        if (doctor_is_below(host, *name))
            return true;
    return false;
}

static void check_provider(const DnsLook *look)
{
    for (size_t i = 0; i < G_N_ELEMENTS(providers); i++) {
        if (!is_provider_domain(look->from, providers[i].domain))
            continue;
        for (size_t j = 0; j < config_relay_count(look->config); j++) {
            const char *host = config_relay_at(look->config, j)->host;
            if (host != NULL && !is_relay_of(host, providers[i].relays))
                diagnosis_add(look->diagnosis, VERDICT_FAIL, "from",
                              "write from a domain of your own, or send "
                              "through the provider's relay",
                              "From is at %s, but %s is not its relay: "
                              "receivers take that for a forgery",
                              look->from, host);
        }
        return;
    }
}

/* --- DMARC and alignment --- */

static void report_dmarc(const DnsLook *look, const DmarcWalk *walk)
{
    if (walk->problem != NULL)
        diagnosis_add(look->diagnosis, VERDICT_WARN, "dmarc",
                      "publish one record, such as: v=DMARC1; p=none", "%s",
                      walk->problem);
    if (walk->status == DMARC_NONE)
        diagnosis_add(look->diagnosis, VERDICT_FAIL, "dmarc",
                      "publish as TXT at _dmarc: v=DMARC1; p=none; "
                      "rua=mailto:you@your-domain",
                      "%s has no DMARC record; Gmail, Yahoo and Outlook want "
                      "one of whoever sends to many",
                      look->from);
    if (walk->status != DMARC_FOUND)
        return;
    diagnosis_add(look->diagnosis, VERDICT_PASS, "dmarc", NULL,
                  "%s has the DMARC policy %s%s (from _dmarc.%s)", look->from,
                  walk->policy, walk->is_testing ? ", in test mode" : "",
                  walk->found_at);
    if (walk->has_old_tags)
        diagnosis_add(look->diagnosis, VERDICT_WARN, "dmarc",
                      "take pct, rf and ri out of the record",
                      "the DMARC record of %s has tags that receivers ignore "
                      "since RFC 9989",
                      walk->found_at);
}

static bool is_aligned(const DnsLook *look, const DmarcWalk *from,
                       const char *domain, bool is_strict)
{
    if (is_same(domain, look->from))
        return true;
    if (is_strict)
        return false;
    DmarcWalk other;
    dmarc_walk(&look->resolver, domain, &other);
    bool same = from->status == DMARC_FOUND
                    ? is_same(other.organisation, from->organisation)
                    : doctor_is_below(domain, look->from) ||
                          doctor_is_below(look->from, domain);
    dmarc_walk_clear(&other);
    return same;
}

static bool is_signed_aligned(const DnsLook *look, const DmarcWalk *from)
{
    const DkimList *dkim = &look->config->dkim;
    for (size_t i = 0; i < dkim->count; i++)
        if (is_aligned(look, from, dkim->items[i].domain, from->is_strict_dkim))
            return true;
    return false;
}

static void check_alignment(const DnsLook *look, const DmarcWalk *from)
{
    bool by_spf = is_aligned(look, from, look->envelope, from->is_strict_spf);
    bool by_dkim = is_signed_aligned(look, from);
    bool is_signed_here = look->config->dkim.count > 0;
    if (by_spf && by_dkim)
        diagnosis_add(look->diagnosis, VERDICT_PASS, "alignment", NULL,
                      "the envelope's domain and the signature belong to %s",
                      look->from);
    else if (by_dkim)
        diagnosis_add(look->diagnosis, VERDICT_INFO, "alignment",
                      "set sender.bounce to an address below the domain of "
                      "From, when the relay allows it",
                      "the signature belongs to %s, the envelope's domain %s "
                      "does not",
                      look->from, look->envelope);
    else if (by_spf)
        diagnosis_add(look->diagnosis,
                      is_signed_here ? VERDICT_WARN : VERDICT_INFO, "alignment",
                      is_signed_here
                          ? "set dkim.domain to the domain of From or one of "
                            "the same organisation"
                          : "sign with a key of that domain: mirmail keygen "
                            "--dkim",
                      "the envelope's domain belongs to %s, %s", look->from,
                      is_signed_here ? "the signature does not"
                                     : "and nothing is signed here");
    else
        diagnosis_add(look->diagnosis,
                      is_signed_here ? VERDICT_FAIL : VERDICT_WARN, "alignment",
                      "sign with a key of the domain of From: mirmail keygen "
                      "--dkim",
                      "neither the envelope's domain nor a signature made "
                      "here belongs to %s, so DMARC fails unless the relay "
                      "signs for it",
                      look->from);
}

static void check_dmarc(const DnsLook *look)
{
    DmarcWalk walk;
    dmarc_walk(&look->resolver, look->from, &walk);
    report_dmarc(look, &walk);
    if (walk.status == DMARC_UNAVAILABLE)
        diagnosis_add(look->diagnosis, VERDICT_UNKNOWN, "dmarc",
                      ADVICE_RESOLVER,
                      "the DMARC record of %s cannot be looked up: %s",
                      look->from, walk.why);
    else
        check_alignment(look, &walk);
    dmarc_walk_clear(&walk);
}

/* --- all of it --- */

/* What is needed for certain is asked for at once. */
static void ask_ahead(Dns *dns, const DnsLook *look)
{
    g_autofree char *dmarc = g_strconcat("_dmarc.", look->from, NULL);
    dns_start(dns, look->from, DNS_MX);
    dns_start(dns, look->envelope, DNS_MX);
    dns_start(dns, look->envelope, DNS_TXT);
    dns_start(dns, dmarc, DNS_TXT);
    for (size_t i = 0; i < look->config->dkim.count; i++) {
        const DkimConfig *key = &look->config->dkim.items[i];
        g_autofree char *name = doctor_key_name(key->selector, key->domain);
        dns_start(dns, name, DNS_TXT);
    }
}

void doctor_domains(const Config *config, Dns *dns, Diagnosis *diagnosis)
{
    const char *from = config->sender.from.address.domain;
    const char *envelope = config->sender.bounce.plain.domain;
    if (from == NULL) {
        diagnosis_add(diagnosis, VERDICT_FAIL, "from",
                      "set sender.from in mirmail.yaml",
                      "there is no sender to look at");
        return;
    }
    DnsLook look = {
        .config = config,
        .resolver = dns_resolver(dns),
        .diagnosis = diagnosis,
        .from = from,
        .envelope = envelope != NULL ? envelope : from,
    };
    ask_ahead(dns, &look);
    check_provider(&look);
    check_mail_domains(&look);
    doctor_spf(&look);
    doctor_keys(config, &look.resolver, diagnosis);
    check_dmarc(&look);
}
