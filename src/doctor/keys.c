/* keys.c - DKIM keys and their records; see private.h. */
#include <string.h>

#include "config/presets.h"
#include "doctor/private.h"
#include "doctor/tags.h"
#include "mail/dkim_key.h"
#include "message/dkim.h"

bool doctor_is_below(const char *domain, const char *above)
{
    size_t length = strlen(domain);
    size_t tail = strlen(above);
    return length >= tail &&
           g_ascii_strcasecmp(domain + length - tail, above) == 0 &&
           (length == tail || domain[length - tail - 1] == '.');
}

char *doctor_key_name(const char *selector, const char *domain)
{
    return g_strdup_printf("%s._domainkey.%s", selector, domain);
}

/* What a receiver would not like about the record; NULL: nothing. */
static const char *judge_record(const Tags *tags, const DkimKey *key)
{
    const char *kind = tags_get(tags, "k");
    const char *hashes = tags_get(tags, "h");
    const char *services = tags_get(tags, "s");
    const char *flags = tags_get(tags, "t");
    g_autofree char *public_half = tags_get_packed(tags, "p");
    const char *wanted = dkim_key_algorithm(key) == DKIM_RSA_SHA256 ? "rsa"
                                                                    : "ed25519";
    if (tags_get(tags, "v") != NULL && !tags_begins(tags, "v", "DKIM1"))
        return "does not begin with v=DKIM1";
    if (public_half == NULL)
        return "has no p=";
    if (*public_half == '\0')
        return "says that the key was revoked";
    if (g_ascii_strcasecmp(kind != NULL ? kind : "rsa", wanted) != 0)
        return "is for another kind of key";
    if (!dkim_key_is_public(key, public_half))
        return "is that of another key than the one in key_file";
    if (hashes != NULL && !tags_has_word(hashes, "sha256"))
        return "does not allow sha256";
    if (services != NULL && !tags_has_word(services, "*") &&
        !tags_has_word(services, "email"))
        return "is not for mail";
    if (flags != NULL && tags_has_word(flags, "y"))
        return "is in test mode (t=y), so receivers may take the mail for "
               "unsigned";
    return NULL;
}

static void check_record(const char *name, const char *text, const DkimKey *key,
                         Diagnosis *diagnosis)
{
    g_autoptr(Tags) tags = tags_parse(text);
    g_autofree char *record = dkim_key_record(key, NULL);
    g_autofree char *advice = g_strdup_printf("publish at %s: %s", name,
                                              record ? record : "");
    const char *problem = tags == NULL ? "cannot be read"
                                       : judge_record(tags, key);
    if (problem != NULL)
        diagnosis_add(diagnosis, VERDICT_FAIL, "dkim", advice,
                      "the record at %s %s", name, problem);
    else
        diagnosis_add(diagnosis, VERDICT_PASS, "dkim", NULL,
                      "the record at %s belongs to the key, %s with %d bits",
                      name, dkim_key_algorithm_name(key), dkim_key_bits(key));
}

static void check_answer(const char *name, const DnsAnswer *answer,
                         const DkimKey *key, Diagnosis *diagnosis)
{
    g_autofree char *record = dkim_key_record(key, NULL);
    g_autofree char *advice = g_strdup_printf("publish at %s: %s", name,
                                              record ? record : "");
    if (answer->status == DNS_UNAVAILABLE)
        diagnosis_add(diagnosis, VERDICT_UNKNOWN, "dkim",
                      "ask again, or use another resolver with --resolver",
                      "the record at %s cannot be looked up: %s", name,
                      answer->why);
    else if (dns_is_absent(answer))
        diagnosis_add(diagnosis, VERDICT_FAIL, "dkim", advice,
                      "there is no record at %s, so every signature fails",
                      name);
    else if (answer->values[1] != NULL)
        diagnosis_add(diagnosis, VERDICT_FAIL, "dkim", advice,
                      "there are several records at %s; receivers take any "
                      "of them or none",
                      name);
    else
        check_record(name, answer->values[0], key, diagnosis);
}

static void check_key(const DkimConfig *config, const Resolver *resolver,
                      Diagnosis *diagnosis)
{
    g_autoptr(GError) fault = NULL;
    g_autoptr(DkimKey) key = dkim_load_key(config->key_file, &fault);
    if (key == NULL) {
        diagnosis_add(diagnosis, VERDICT_FAIL, "dkim",
                      "a send needs the key; mirmail keygen --dkim makes one",
                      "%s", fault->message);
        return;
    }
    if (dkim_key_algorithm(key) == DKIM_RSA_SHA256 &&
        dkim_key_bits(key) < DKIM_RSA_GOOD)
        diagnosis_add(diagnosis, VERDICT_WARN, "dkim",
                      "make a new one with mirmail keygen --dkim",
                      "%s has only %d bits", config->key_file,
                      dkim_key_bits(key));
    g_autofree char *name = doctor_key_name(config->selector, config->domain);
    check_answer(name, resolver_ask(resolver, name, DNS_TXT), key, diagnosis);
}

const Preset *doctor_preset(const RelayConfig *relay)
{
    const Preset *preset = preset_find(relay->preset);
    return preset != NULL ? preset : preset_for_host(relay->host);
}

static void report_no_key(const Config *config, Diagnosis *diagnosis)
{
    const Preset *preset = doctor_preset(config_relay_at(config, 0));
    bool signs = preset != NULL && preset->signs;
    diagnosis_add(diagnosis, VERDICT_INFO, "dkim",
                  "mirmail keygen --dkim makes a key; or send yourself a test "
                  "and look at it with mirmail doctor --received",
                  "nothing is signed here; %s%s",
                  signs ? preset->title : "the relay must sign",
                  signs ? " signs when the account is set up for it"
                        : ", List-Unsubscribe and List-Unsubscribe-Post too");
}

void doctor_keys(const Config *config, const Resolver *resolver,
                 Diagnosis *diagnosis)
{
    if (config->dkim.count == 0)
        report_no_key(config, diagnosis);
    for (size_t i = 0; i < config->dkim.count; i++)
        check_key(&config->dkim.items[i], resolver, diagnosis);
}
