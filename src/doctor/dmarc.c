/* dmarc.c - see dmarc.h. */
#include "doctor/dmarc.h"

#include <string.h>

#include "doctor/tags.h"

#define LABELS_MAX 8 /* of a longer name the walk goes on with the last 7 */
#define LABELS_NEXT 7

/* A domain on the way up that has a record. */
typedef struct Step {
    const char *domain; /* borrowed from the walked name */
    Tags *tags;
} Step;

static void clear_step(void *data)
{
    tags_free(((Step *)data)->tags);
}

static int count_labels(const char *domain)
{
    int count = 1;
    for (; *domain != '\0'; domain++)
        count += *domain == '.';
    return count;
}

/* Where the walk goes next; NULL at the top (4.10 step 4 and 5). */
static const char *parent_of(const char *domain)
{
    int labels = count_labels(domain);
    int dropped = labels > LABELS_MAX ? labels - LABELS_NEXT : 1;
    while (domain != NULL && dropped-- > 0) {
        domain = strchr(domain, '.');
        domain = domain != NULL ? domain + 1 : NULL;
    }
    return domain;
}

/* The one DMARC record among TXT records; NULL: none, or several, which
 * counts as none. */
static Tags *pick_record(const DnsAnswer *answer, DmarcWalk *walk,
                         const char *domain)
{
    Tags *found = NULL;
    for (char **at = answer->values; at != NULL && *at != NULL; at++) {
        if (strstr(*at, "DMARC1") == NULL)
            continue;
        bool is_whole;
        g_autoptr(Tags) tags = tags_parse_loosely(*at, &is_whole);
        bool is_record = tags != NULL && tags_begins(tags, "v", "DMARC1");
        if (!is_record || !is_whole) {
            g_free(walk->problem);
            walk->problem = g_strdup_printf(
                is_record ? "a part of the record of _dmarc.%s cannot be read "
                            "and does not count"
                          : "a record of _dmarc.%s cannot be read",
                domain);
        }
        if (!is_record)
            continue;
        if (found != NULL) {
            g_free(walk->problem);
            walk->problem = g_strdup_printf(
                "_dmarc.%s has more than one record, and none counts", domain);
            tags_free(found);
            return NULL;
        }
        found = g_steal_pointer(&tags);
    }
    return found;
}

static bool has_value(const Tags *tags, const char *name, const char *value)
{
    const char *found = tags_get(tags, name);
    return found != NULL && g_ascii_strcasecmp(found, value) == 0;
}

/* Collects the records from the domain up. False: the DNS gave no answer. */
static bool collect(const Resolver *resolver, const char *domain,
                    DmarcWalk *walk, GArray *steps)
{
    for (; domain != NULL; domain = parent_of(domain)) {
        g_autofree char *name = g_strconcat("_dmarc.", domain, NULL);
        const DnsAnswer *answer = resolver_ask(resolver, name, DNS_TXT);
        if (answer->status == DNS_UNAVAILABLE) {
            walk->status = DMARC_UNAVAILABLE;
            walk->why = g_strdup_printf("%s: %s", name, answer->why);
            return false;
        }
        Step step = {domain, pick_record(answer, walk, domain)};
        if (step.tags == NULL)
            continue;
        g_array_append_val(steps, step);
        if (has_value(step.tags, "psd", "n") ||
            has_value(step.tags, "psd", "y"))
            break;
    }
    return true;
}

/* 4.10.2: psd=n is the organisational domain; psd=y stands one label above
 * it; otherwise it is the highest domain that has a record. */
static char *find_organisation(const char *domain, const GArray *steps)
{
    if (steps->len == 0)
        return g_strdup(domain);
    const Step *top = &g_array_index(steps, Step, steps->len - 1);
    if (!has_value(top->tags, "psd", "y") || strcmp(top->domain, domain) == 0)
        return g_strdup(top->domain);
    const char *below = top->domain - 1; /* the dot before it */
    while (below > domain && below[-1] != '.')
        below--;
    return g_strdup(below);
}

static char *read_policy(const Step *step, bool is_own)
{
    const char *policy = tags_get(step->tags, "p");
    const char *below = tags_get(step->tags, "sp");
    if (!is_own && below != NULL)
        policy = below;
    static const char *const words[] = {"quarantine", "reject"};
    for (size_t i = 0; policy != NULL && i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strcasecmp(policy, words[i]) == 0)
            return g_strdup(words[i]);
    return g_strdup("none");
}

static void read_record(DmarcWalk *walk, const Step *step, const char *domain)
{
    const char *policy = tags_get(step->tags, "p");
    static const char *const known[] = {"none", "quarantine", "reject", NULL};
    g_autofree char *lower = g_ascii_strdown(policy ? policy : "none", -1);
    walk->status = DMARC_FOUND;
    walk->found_at = g_strdup(step->domain);
    walk->policy = read_policy(step, strcmp(step->domain, domain) == 0);
    walk->is_strict_dkim = has_value(step->tags, "adkim", "s");
    walk->is_strict_spf = has_value(step->tags, "aspf", "s");
    walk->is_testing = has_value(step->tags, "t", "y");
    walk->has_old_tags = tags_get(step->tags, "pct") != NULL ||
                         tags_get(step->tags, "rf") != NULL ||
                         tags_get(step->tags, "ri") != NULL;
    if (walk->problem == NULL && !g_strv_contains(known, lower))
        walk->problem = g_strdup_printf("`p=%.40s` is no policy and counts as "
                                        "none",
                                        policy);
}

void dmarc_walk(const Resolver *resolver, const char *domain, DmarcWalk *walk)
{
    *walk = (DmarcWalk){.status = DMARC_NONE};
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(Step));
    g_array_set_clear_func(steps, clear_step);
    if (!collect(resolver, domain, walk, steps)) {
        walk->organisation = g_strdup(domain);
        return;
    }
    walk->organisation = find_organisation(domain, steps);
    for (guint i = 0; i < steps->len; i++) {
        const Step *step = &g_array_index(steps, Step, i);
        /* The domain's own record, else the organisation's (4.10.1). */
        if (strcmp(step->domain, domain) != 0 &&
            strcmp(step->domain, walk->organisation) != 0)
            continue;
        read_record(walk, step, domain);
        return;
    }
    /* Below a psd=y the record of the suffix counts when nobody else has
     * one. */
    if (steps->len > 0)
        read_record(walk, &g_array_index(steps, Step, steps->len - 1), domain);
}

void dmarc_walk_clear(DmarcWalk *walk)
{
    g_free(walk->why);
    g_free(walk->found_at);
    g_free(walk->organisation);
    g_free(walk->policy);
    g_free(walk->problem);
    *walk = (DmarcWalk){0};
}
