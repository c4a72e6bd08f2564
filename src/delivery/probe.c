/* probe.c - see probe.h. */
#include "delivery/probe.h"

#include "delivery/line_private.h"

static void read_line(const LineContext *context, const Line *line,
                      Probe *probe)
{
    probe->has_tls = line->wire.tls != NULL;
    probe->certificate_end = probe->has_tls
                                 ? tls_certificate_end(line->wire.tls)
                                 : 0;
    probe->auth_names = g_strdup(line->offer.auth_names);
    probe->has_logged_in = context->user != NULL && context->auth != AUTH_NONE;
    probe->size_limit = line_size_limit(line);
    probe->has_pipelining = line_may_pipeline(line);
    probe->has_dsn = line_may_ask_dsn(line);
}

bool probe_relay(const RelayConfig *relay, const char *hello,
                 const char *password, int64_t limit_ns, Probe *probe,
                 GError **error)
{
    RelayConfig hasty = *relay;
    *probe = (Probe){0};
    hasty.connect_timeout_ns = MIN(relay->connect_timeout_ns, limit_ns);
    hasty.reply_timeout_ns = MIN(relay->reply_timeout_ns, limit_ns);
    LineContext *context = line_context_new(&hasty, hello, password, error);
    if (context == NULL)
        return false;
    Line *line = line_open(context, error);
    bool ok = line != NULL;
    if (ok)
        read_line(context, line, probe);
    line_close(line);
    line_context_free(context);
    return ok;
}

void probe_clear(Probe *probe)
{
    g_free(probe->auth_names);
    *probe = (Probe){0};
}
