/*
 * probe.h - the opening of a relay without a mail: what `mirmail doctor`
 * asks.
 *
 *     RelayConfig, password ──probe_relay()──> Probe
 *
 * Connects, checks the certificate, logs in when there is a user, and says
 * QUIT. No MAIL is sent. Errors are those that would stop a send, in the same
 * words. SIGPIPE must be ignored. Any thread.
 */
#ifndef DELIVERY_PROBE_H
#define DELIVERY_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"

typedef struct Probe {
    bool has_tls;
    int64_t certificate_end; /* seconds since 1970; 0: no certificate */
    char *auth_names;        /* as the relay lists them; NULL: none */
    bool has_logged_in;
    int64_t size_limit; /* bytes; 0: none said */
    bool has_dsn;       /* RFC 3461 */
    bool has_pipelining;
} Probe;

/* `password` may be NULL. No answer is waited for longer than `limit_ns`. */
bool probe_relay(const RelayConfig *relay, const char *hello,
                 const char *password, int64_t limit_ns, Probe *probe,
                 GError **error);
void probe_clear(Probe *probe);

#endif
