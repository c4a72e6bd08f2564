/* spf.c - see spf.h. */
#include "doctor/spf.h"

#include <string.h>

#include <arpa/inet.h>

#define TERMS_MAX 200
#define MX_MAX 10 /* RFC 7208 4.6.4 */
#define DEPTH_MAX 12

typedef struct Walk {
    const Resolver *resolver;
    const SpfQuestion *question;
    SpfResult *result;
} Walk;

static bool read_domain(Walk *walk, const char *domain, int depth, bool is_own);

static void stop(Walk *walk, SpfStatus status, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void stop(Walk *walk, SpfStatus status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_free(walk->result->problem);
    walk->result->problem = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    walk->result->status = status;
}

bool spf_is_record(const char *text)
{
    return g_ascii_strncasecmp(text, "v=spf1", 6) == 0 &&
           (text[6] == '\0' || text[6] == ' ');
}

/* --- limits --- */

static bool count_lookup(Walk *walk)
{
    if (++walk->result->lookups <= SPF_LOOKUPS_MAX)
        return true;
    stop(walk, SPF_BROKEN, "it takes more than %d DNS lookups",
         SPF_LOOKUPS_MAX);
    return false;
}

/* False: the walk is over. */
static bool check_answer(Walk *walk, const DnsAnswer *answer, const char *name)
{
    if (answer->status == DNS_UNAVAILABLE) {
        stop(walk, SPF_UNAVAILABLE, "%s: %s", name, answer->why);
        return false;
    }
    if (answer->status == DNS_FOUND || ++walk->result->voids <= SPF_VOID_MAX)
        return true;
    stop(walk, SPF_BROKEN, "more than %d of its names do not exist, such as %s",
         SPF_VOID_MAX, name);
    return false;
}

/* --- addresses --- */

/* `length` leading bits are the same. */
static bool has_prefix(const unsigned char *a, const unsigned char *b,
                       int length)
{
    int whole = length / 8;
    unsigned mask = (unsigned)(0xff00 >> (length % 8)) & 0xff;
    return memcmp(a, b, (size_t)whole) == 0 &&
           (length % 8 == 0 || ((a[whole] ^ b[whole]) & mask) == 0);
}

/* Both are in text; -1: the network is no address of this family. */
static int covers(int family, const char *network, int length,
                  const char *address)
{
    unsigned char a[16];
    unsigned char b[16];
    if (inet_pton(family, network, a) != 1)
        return -1;
    return inet_pton(family, address, b) == 1 && has_prefix(a, b, length);
}

static void match_network(Walk *walk, int family, const char *network,
                          int length)
{
    char *const *address = walk->question->addresses;
    for (; address != NULL && *address != NULL; address++)
        if (covers(family, network, length, *address) == 1)
            walk->result->has_sender = true;
}

/* --- terms --- */

typedef struct Term {
    char qualifier;
    char *name;   /* "include", "ip4", "redirect" */
    char *domain; /* what stands behind : or =, or the record's own */
    int bits4;
    int bits6;
    bool is_modifier;
    bool is_after_all; /* never looked at by a receiver (5.1) */
} Term;

static void term_clear(Term *term)
{
    g_free(term->name);
    g_free(term->domain);
}

static bool read_bits(const char *text, int most, int *bits)
{
    guint64 value = 0;
    if (!g_ascii_string_to_unsigned(text, 10, 0, (guint64)most, &value, NULL))
        return false;
    *bits = (int)value;
    return true;
}

/* `rest` loses its /24, //64 or /24//64. */
static bool split_bits(char *rest, bool is_ip6, Term *term)
{
    char *slash = strchr(rest, '/');
    term->bits4 = 32;
    term->bits6 = 128;
    if (slash == NULL)
        return true;
    *slash++ = '\0';
    if (is_ip6)
        return read_bits(slash, 128, &term->bits6);
    char *second = strchr(slash, '/');
    if (second != NULL) {
        if (second[1] == '/')
            *second++ = '\0';
        else if (second != slash)
            return false;
        *second = '\0';
        if (!read_bits(second + 1, 128, &term->bits6))
            return false;
    }
    return *slash == '\0' || read_bits(slash, 32, &term->bits4);
}

/* `all` stands alone, `include` and `exists` need a domain. */
static bool has_its_form(const Term *term, bool has_value, bool has_bits)
{
    if (term->is_modifier)
        return true;
    if (strcmp(term->name, "all") == 0)
        return !has_value && !has_bits;
    return has_value || (strcmp(term->name, "include") != 0 &&
                         strcmp(term->name, "exists") != 0);
}

static bool read_term(const char *text, const char *own, Term *term)
{
    size_t length;
    *term = (Term){.qualifier = '+'};
    if (strchr("+-~?", *text) != NULL)
        term->qualifier = *text++;
    length = strcspn(text, ":=/");
    term->name = g_ascii_strdown(text, (gssize)length);
    term->is_modifier = text[length] == '=';
    bool has_value = text[length] == ':' || text[length] == '=';
    g_autofree char *rest = g_strdup(text + length + has_value);
    bool may_have_bits = !term->is_modifier &&
                         strcmp(term->name, "exists") != 0 &&
                         strcmp(term->name, "include") != 0;
    if (may_have_bits &&
        !split_bits(rest, strcmp(term->name, "ip6") == 0, term))
        return false;
    term->domain = g_strdup(has_value ? rest : own);
    return *term->name != '\0' && (!has_value || *rest != '\0') &&
           has_its_form(term, has_value, text[length] == '/');
}

static bool has_macro(Walk *walk, const char *domain)
{
    if (strchr(domain, '%') == NULL)
        return false;
    walk->result->has_macros = true;
    return true;
}

static bool match_host(Walk *walk, const char *host, const Term *term,
                       bool counts_void)
{
    const DnsAnswer *v4 = resolver_ask(walk->resolver, host, DNS_A);
    if ((counts_void || v4->status == DNS_UNAVAILABLE) &&
        !check_answer(walk, v4, host))
        return false;
    for (char **at = v4->values; at != NULL && *at != NULL; at++)
        match_network(walk, AF_INET, *at, term->bits4);
    if (walk->question->addresses == NULL)
        return true;
    const DnsAnswer *v6 = resolver_ask(walk->resolver, host, DNS_AAAA);
    if (v6->status == DNS_UNAVAILABLE && !walk->result->has_sender)
        return check_answer(walk, v6, host);
    for (char **at = v6->values; at != NULL && *at != NULL; at++)
        match_network(walk, AF_INET6, *at, term->bits6);
    return true;
}

static bool read_mx(Walk *walk, const Term *term)
{
    const DnsAnswer *answer = resolver_ask(walk->resolver, term->domain,
                                           DNS_MX);
    if (!check_answer(walk, answer, term->domain))
        return false;
    int count = 0;
    for (char **at = answer->values; at != NULL && *at != NULL; at++) {
        const char *host = strchr(*at, ' ') + 1;
        if (++count > MX_MAX) {
            stop(walk, SPF_BROKEN, "`mx` of %s has more than %d hosts",
                 term->domain, MX_MAX);
            return false;
        }
        if (strcmp(host, ".") != 0 && !match_host(walk, host, term, false))
            return false;
    }
    return true;
}

/* A receiver that finds no record behind an include calls that an error
 * (5.2). */
static bool read_include(Walk *walk, const Term *term, int depth)
{
    const char *wanted = walk->question->include;
    if (wanted != NULL && g_ascii_strcasecmp(wanted, term->domain) == 0)
        walk->result->has_sender = true;
    return read_domain(walk, term->domain, depth + 1, false);
}

static bool read_ip(Walk *walk, const Term *term, bool is_v4)
{
    int family = is_v4 ? AF_INET : AF_INET6;
    int bits = is_v4 ? term->bits4 : term->bits6;
    unsigned char bytes[16];
    if (inet_pton(family, term->domain, bytes) != 1) {
        stop(walk, SPF_BROKEN, "`%s` is no network", term->domain);
        return false;
    }
    match_network(walk, family, term->domain, bits);
    return true;
}

static bool read_mechanism(Walk *walk, const Term *term, int depth)
{
    const char *name = term->name;
    if (strcmp(name, "ip4") == 0 || strcmp(name, "ip6") == 0)
        return read_ip(walk, term, name[2] == '4');
    static const char *const asking[] = {"a",       "mx",     "ptr",
                                         "include", "exists", NULL};
    if (!g_strv_contains(asking, name)) {
        stop(walk, SPF_BROKEN, "`%s` is no mechanism", name);
        return false;
    }
    if (term->is_after_all)
        return true;
    if (!count_lookup(walk))
        return false;
    if (has_macro(walk, term->domain) || strcmp(name, "ptr") == 0)
        return true;
    if (strcmp(name, "include") == 0)
        return read_include(walk, term, depth);
    if (strcmp(name, "mx") == 0)
        return read_mx(walk, term);
    if (strcmp(name, "a") == 0)
        return match_host(walk, term->domain, term, true);
    return check_answer(walk, resolver_ask(walk->resolver, term->domain, DNS_A),
                        term->domain);
}

/* --- records --- */

/* The one SPF record; NULL: the walk is over, or there is none. */
static const char *find_record(Walk *walk, const char *domain, int depth)
{
    const DnsAnswer *answer = resolver_ask(walk->resolver, domain, DNS_TXT);
    const char *found = NULL;
    if (depth == 0 && dns_is_absent(answer)) {
        walk->result->status = SPF_NONE;
        return NULL;
    }
    if (!check_answer(walk, answer, domain))
        return NULL;
    for (char **at = answer->values; at != NULL && *at != NULL; at++) {
        if (!spf_is_record(*at))
            continue;
        if (found != NULL) {
            stop(walk, SPF_BROKEN, "%s has more than one SPF record", domain);
            return NULL;
        }
        found = *at;
    }
    if (found == NULL && depth == 0)
        walk->result->status = SPF_NONE;
    else if (found == NULL)
        stop(walk, SPF_BROKEN, "%s has no SPF record to include", domain);
    return found;
}

/* One term; `redirect` gets the domain of a redirect=. */
static bool read_one(Walk *walk, const Term *term, int depth, bool is_own,
                     char **redirect)
{
    if (is_own && !term->is_modifier && term->is_after_all)
        walk->result->has_rest = true;
    if (!term->is_modifier && strcmp(term->name, "all") == 0) {
        if (is_own && !term->is_after_all)
            walk->result->all = term->qualifier;
        return true;
    }
    if (!term->is_modifier) {
        /* What matches by -, ~ or ? does not pass. */
        bool had_sender = walk->result->has_sender;
        bool ok = read_mechanism(walk, term, depth);
        if (term->qualifier != '+' || term->is_after_all)
            walk->result->has_sender = had_sender;
        return ok;
    }
    if (strcmp(term->name, "redirect") != 0)
        return true;
    if (*redirect != NULL) {
        stop(walk, SPF_BROKEN, "it has `redirect` twice");
        return false;
    }
    *redirect = g_strdup(term->domain);
    return true;
}

static bool follow(Walk *walk, const char *redirect, int depth, bool is_own)
{
    if (!count_lookup(walk))
        return false;
    return has_macro(walk, redirect) ||
           read_domain(walk, redirect, depth + 1, is_own);
}

static bool read_terms(Walk *walk, char **terms, const char *domain, int depth,
                       bool is_own)
{
    g_autofree char *redirect = NULL;
    bool has_all = false;
    for (int i = 1; terms[i] != NULL; i++) {
        Term term;
        if (*terms[i] == '\0')
            continue;
        bool ok = read_term(terms[i], domain, &term);
        term.is_after_all = has_all;
        if (!ok || i > TERMS_MAX)
            stop(walk, SPF_BROKEN, "`%.60s` of %s cannot be read", terms[i],
                 domain);
        ok = ok && i <= TERMS_MAX &&
             read_one(walk, &term, depth, is_own, &redirect);
        has_all = has_all ||
                  (!term.is_modifier && g_strcmp0(term.name, "all") == 0);
        term_clear(&term);
        if (!ok)
            return false;
    }
    return redirect == NULL || has_all || follow(walk, redirect, depth, is_own);
}

static bool read_domain(Walk *walk, const char *domain, int depth, bool is_own)
{
    if (depth > DEPTH_MAX) {
        stop(walk, SPF_BROKEN, "its includes go round in a circle");
        return false;
    }
    const char *record = find_record(walk, domain, depth);
    if (record == NULL)
        return false;
    g_auto(GStrv) terms = g_strsplit(record, " ", -1);
    return read_terms(walk, terms, domain, depth, is_own);
}

void spf_read(const Resolver *resolver, const SpfQuestion *question,
              SpfResult *result)
{
    *result = (SpfResult){.status = SPF_FINE};
    Walk walk = {resolver, question, result};
    read_domain(&walk, question->domain, 0, true);
}

void spf_result_clear(SpfResult *result)
{
    g_free(result->problem);
    *result = (SpfResult){0};
}
