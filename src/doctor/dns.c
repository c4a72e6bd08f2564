/* dns.c - see dns.h. */
#include "doctor/dns.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>

#include "base/units.h"

#define TRY_MS 1500
#define TRIES 2
#define SILENT_MAX 3 /* questions that run out before anything was answered */
#define NAME_MAX_BYTES 253
#define MILLISECOND_NS (UNITS_SECOND_NS / 1000)

typedef struct Question {
    Dns *dns;
    DnsType type;
    bool is_done;
    DnsAnswer answer;
} Question;

struct Dns {
    ares_channel channel; /* NULL: nobody is asked */
    const Clock *clock;
    int64_t deadline_ns;
    GHashTable *questions; /* "type name" to Question */
    int silent;            /* questions that ran out so far */
    bool has_answered;
};

const DnsAnswer *resolver_ask(const Resolver *resolver, const char *name,
                              DnsType type)
{
    return resolver->ask(resolver->data, name, type);
}

bool dns_is_absent(const DnsAnswer *answer)
{
    return answer->status == DNS_NO_DATA || answer->status == DNS_NO_NAME;
}

static void free_question(void *data)
{
    Question *question = data;
    g_free(question->answer.why);
    g_strfreev(question->answer.values);
    g_free(question);
}

/* --- answers --- */

static void fail(Question *question, const char *why)
{
    question->answer.status = DNS_UNAVAILABLE;
    question->answer.why = g_strdup(why);
}

static int take_txt(GPtrArray *values, const unsigned char *bytes, int length)
{
    struct ares_txt_ext *first = NULL;
    int status = ares_parse_txt_reply_ext(bytes, length, &first);
    g_autoptr(GString) text = g_string_new(NULL);
    for (struct ares_txt_ext *at = first; at != NULL; at = at->next) {
        if (at->record_start && at != first) {
            g_ptr_array_add(values, g_strdup(text->str));
            g_string_truncate(text, 0);
        }
        if (text->len + at->length <= DNS_TEXT_MAX)
            g_string_append_len(text, (const char *)at->txt,
                                (gssize)at->length);
    }
    if (first != NULL)
        g_ptr_array_add(values, g_strdup(text->str));
    ares_free_data(first);
    return status;
}

static gint by_preference(gconstpointer first, gconstpointer second)
{
    guint64 a = g_ascii_strtoull(*(char *const *)first, NULL, 10);
    guint64 b = g_ascii_strtoull(*(char *const *)second, NULL, 10);
    return (a > b) - (a < b);
}

static int take_mx(GPtrArray *values, const unsigned char *bytes, int length)
{
    struct ares_mx_reply *first = NULL;
    int status = ares_parse_mx_reply(bytes, length, &first);
    for (struct ares_mx_reply *at = first; at != NULL; at = at->next)
        g_ptr_array_add(values,
                        g_strdup_printf("%u %s", at->priority,
                                        *at->host != '\0' ? at->host : "."));
    ares_free_data(first);
    g_ptr_array_sort(values, by_preference);
    return status;
}

static int take_addresses(GPtrArray *values, const unsigned char *bytes,
                          int length, int family)
{
    struct hostent *host = NULL;
    int status = family == AF_INET
                     ? ares_parse_a_reply(bytes, length, &host, NULL, NULL)
                     : ares_parse_aaaa_reply(bytes, length, &host, NULL, NULL);
    for (int i = 0; status == ARES_SUCCESS && host->h_addr_list[i]; i++) {
        char text[INET6_ADDRSTRLEN];
        if (inet_ntop(family, host->h_addr_list[i], text, sizeof text) != NULL)
            g_ptr_array_add(values, g_strdup(text));
    }
    if (host != NULL)
        ares_free_hostent(host);
    return status;
}

static int take_values(DnsType type, GPtrArray *values,
                       const unsigned char *bytes, int length)
{
    switch (type) {
    case DNS_TXT:
        return take_txt(values, bytes, length);
    case DNS_MX:
        return take_mx(values, bytes, length);
    case DNS_A:
        return take_addresses(values, bytes, length, AF_INET);
    case DNS_AAAA:
        return take_addresses(values, bytes, length, AF_INET6);
    }
    return ARES_EFORMERR;
}

static void keep_values(Question *question, const unsigned char *bytes,
                        int length)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    int status = take_values(question->type, values, bytes, length);
    if (status == ARES_ENODATA ||
        (status == ARES_SUCCESS && values->len == 0)) {
        question->answer.status = DNS_NO_DATA;
        return;
    }
    if (status != ARES_SUCCESS || values->len > DNS_VALUES_MAX) {
        fail(question, status != ARES_SUCCESS ? ares_strerror(status)
                                              : "more records than anybody "
                                                "can mean");
        return;
    }
    g_ptr_array_set_free_func(values, NULL);
    g_ptr_array_add(values, NULL);
    question->answer.status = DNS_FOUND;
    question->answer.values = g_memdup2(values->pdata,
                                        values->len * sizeof(char *));
}

static void on_answer(void *data, int status, int timeouts,
                      unsigned char *bytes, int length)
{
    Question *question = data;
    Dns *dns = question->dns;
    (void)timeouts;
    question->is_done = true;
    if (status == ARES_ETIMEOUT || status == ARES_ECONNREFUSED)
        dns->silent++;
    else if (status != ARES_EDESTRUCTION && status != ARES_ECANCELLED)
        dns->has_answered = true;
    if (status == ARES_SUCCESS)
        keep_values(question, bytes, length);
    else if (status == ARES_ENODATA)
        question->answer.status = DNS_NO_DATA;
    else if (status == ARES_ENOTFOUND)
        question->answer.status = DNS_NO_NAME;
    else if (status == ARES_ECANCELLED)
        fail(question, "the DNS took too long");
    else
        fail(question, ares_strerror(status));
}

/* --- questions --- */

static bool is_name(const char *name)
{
    return *name != '\0' && *name != '.' && strlen(name) <= NAME_MAX_BYTES &&
           strstr(name, "..") == NULL && g_str_is_ascii(name);
}

static const char *reason_not_to_ask(const Dns *dns, const char *name)
{
    if (dns->channel == NULL)
        return "the DNS was not asked";
    if (!is_name(name))
        return "no domain name";
    if (!dns->has_answered && dns->silent >= SILENT_MAX)
        return "the resolver does not answer";
    if (dns->clock->monotonic_ns(dns->clock) >= dns->deadline_ns)
        return "the DNS took too long";
    return NULL;
}

static Question *find_or_start(Dns *dns, const char *name, DnsType type)
{
    static const int types[] = {
        [DNS_TXT] = ns_t_txt,
        [DNS_MX] = ns_t_mx,
        [DNS_A] = ns_t_a,
        [DNS_AAAA] = ns_t_aaaa,
    };
    g_autofree char *lower = g_ascii_strdown(name, -1);
    g_autofree char *key = g_strdup_printf("%d %s", (int)type, lower);
    Question *question = g_hash_table_lookup(dns->questions, key);
    if (question != NULL)
        return question;
    question = g_new0(Question, 1);
    question->dns = dns;
    question->type = type;
    g_hash_table_insert(dns->questions, g_steal_pointer(&key), question);
    const char *reason = reason_not_to_ask(dns, name);
    if (reason != NULL) {
        question->is_done = true;
        fail(question, reason);
    } else {
        ares_query(dns->channel, lower, ns_c_in, types[type], on_answer,
                   question);
    }
    return question;
}

static int wait_ms(const Dns *dns)
{
    int64_t left_ms = (dns->deadline_ns -
                       dns->clock->monotonic_ns(dns->clock)) /
                      MILLISECOND_NS;
    struct timeval most = {.tv_sec = 1};
    struct timeval space;
    const struct timeval *next = ares_timeout(dns->channel, &most, &space);
    int64_t wanted_ms = next->tv_sec * 1000 + next->tv_usec / 1000 + 1;
    return (int)CLAMP(wanted_ms, 0, MAX(left_ms, 0));
}

/* One round: waits for any socket of c-ares, or for its next timeout. */
static void turn(Dns *dns)
{
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    struct pollfd fds[ARES_GETSOCK_MAXNUM];
    nfds_t count = 0;
    /* The library's own macros shift into the sign. */
    unsigned bits = (unsigned)ares_getsock(dns->channel, sockets,
                                           ARES_GETSOCK_MAXNUM);
    for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
        bool reads = (bits >> i & 1U) != 0;
        bool writes = (bits >> (i + ARES_GETSOCK_MAXNUM) & 1U) != 0;
        short events = (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
        if (events != 0)
            fds[count++] = (struct pollfd){sockets[i], events, 0};
    }
    int ready = poll(fds, count, wait_ms(dns));
    if (ready <= 0)
        ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    for (nfds_t i = 0; ready > 0 && i < count; i++)
        if (fds[i].revents != 0)
            ares_process_fd(
                dns->channel,
                (fds[i].revents & ~POLLOUT) != 0 ? fds[i].fd : ARES_SOCKET_BAD,
                (fds[i].revents & POLLOUT) != 0 ? fds[i].fd : ARES_SOCKET_BAD);
}

static const DnsAnswer *ask(void *data, const char *name, DnsType type)
{
    Dns *dns = data;
    Question *question = find_or_start(dns, name, type);
    while (!question->is_done) {
        if (dns->clock->monotonic_ns(dns->clock) >= dns->deadline_ns)
            ares_cancel(dns->channel);
        else
            turn(dns);
    }
    return &question->answer;
}

void dns_start(Dns *dns, const char *name, DnsType type)
{
    find_or_start(dns, name, type);
}

Resolver dns_resolver(Dns *dns)
{
    return (Resolver){ask, dns};
}

/* --- life --- */

static bool open_channel(Dns *dns, const char *server, GError **error)
{
    struct ares_options options = {.timeout = TRY_MS, .tries = TRIES};
    int status = ares_library_init(ARES_LIB_INIT_ALL);
    if (status == ARES_SUCCESS)
        status = ares_init_options(&dns->channel, &options,
                                   ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
    if (status != ARES_SUCCESS) {
        error_set(error, ERROR_SYSTEM, "the DNS cannot be asked: %s",
                  ares_strerror(status));
        return false;
    }
    if (server == NULL ||
        ares_set_servers_ports_csv(dns->channel, server) == ARES_SUCCESS)
        return true;
    error_set(error, ERROR_USAGE,
              "--resolver takes an IP address, with a port as in "
              "127.0.0.1:53, not `%.100s`",
              server);
    return false;
}

Dns *dns_open(const char *server, int64_t limit_ns, const Clock *clock,
              GError **error)
{
    Dns *dns = g_new0(Dns, 1);
    dns->clock = clock;
    dns->deadline_ns = clock->monotonic_ns(clock) + limit_ns;
    dns->questions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           free_question);
    if (server != NULL && *server == '\0')
        return dns;
    if (open_channel(dns, server, error))
        return dns;
    dns_close(dns);
    return NULL;
}

void dns_close(Dns *dns)
{
    if (dns == NULL)
        return;
    if (dns->channel != NULL) {
        ares_destroy(dns->channel);
        ares_library_cleanup();
    }
    g_hash_table_unref(dns->questions);
    g_free(dns);
}
