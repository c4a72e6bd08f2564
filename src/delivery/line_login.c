/*
 * line_login.c - the opening: greeting, EHLO, STARTTLS; then line_auth.c.
 *
 * There is no fall-back to HELO: whoever takes submissions speaks ESMTP.
 * (RFC 5321 3.1, 3207, 8314.)
 */
#include <string.h>

#include "base/error.h"
#include "delivery/line_private.h"

bool dialogue_say(Dialogue *dialogue, const char *verb, const char *command,
                  GError **error)
{
    return wire_command(dialogue->wire, verb, command, error) &&
           wire_read_reply(dialogue->wire, verb, dialogue->raw,
                           &dialogue->reply, error);
}

/* Postfix and others look at our certificate only after the handshake, and
 * say 421, which would else be tried again for hours. */
static const char *certificate_way_out(const Dialogue *dialogue)
{
    const char *text = dialogue->reply.text;
    g_autofree char *lower = g_ascii_strdown(text != NULL ? text : "", -1);
    if (dialogue->wire->tls == NULL ||
        strstr(lower, "client certificate") == NULL)
        return NULL;
    return dialogue->wire->context->has_certificate
               ? "; use a relay.client_certificate that its operator accepts"
               : "; set relay.client_certificate and relay.client_key";
}

/* The error for a reply that is not the one hoped for: 4xx may pass. */
static bool refused(const Dialogue *dialogue, ErrorCode code, const char *what,
                    const char *way_out, GError **error)
{
    g_autofree char *line = reply_to_line(&dialogue->reply);
    const char *certificate = certificate_way_out(dialogue);
    bool may_pass = dialogue->reply.code / 100 == 4 && certificate == NULL;
    if (certificate != NULL)
        way_out = certificate;
    error_set(error, may_pass ? ERROR_RETRY : code, "%s %s: %s%s", what,
              dialogue->wire->context->host, line, may_pass ? "" : way_out);
    return false;
}

static bool read_greeting(Dialogue *dialogue, GError **error)
{
    const LineContext *context = dialogue->wire->context;
    GError *cause = NULL;
    if (!wire_read_reply(dialogue->wire, "the connection", dialogue->raw,
                         &dialogue->reply, &cause)) {
        bool is_guess = cause->code == ERROR_RETRY && !context->cancelled &&
                        context->tls_mode != TLS_IMPLICIT &&
                        context->port == 465;
        error_set(error, (ErrorCode)cause->code, "%s%s", cause->message,
                  is_guess ? "; port 465 wants relay.tls: implicit" : "");
        g_error_free(cause);
        return false;
    }
    if (dialogue->reply.code == 220)
        return true;
    return refused(dialogue, ERROR_REJECTED, "no entry to",
                   "; ask its operator, or use another relay", error);
}

static bool say_hello(Dialogue *dialogue, GError **error)
{
    g_autofree char *command = g_strdup_printf("EHLO %s",
                                               dialogue->wire->context->hello);
    if (!dialogue_say(dialogue, "EHLO", command, error))
        return false;
    if (dialogue->reply.code != 250)
        return refused(dialogue, ERROR_REJECTED, "EHLO refused by",
                       "; a submission relay that speaks ESMTP is needed",
                       error);
    offer_read(dialogue->offer, dialogue->raw->str, dialogue->raw->len);
    return true;
}

static bool secure(Dialogue *dialogue, GError **error)
{
    Wire *wire = dialogue->wire;
    const LineContext *context = wire->context;
    if (!dialogue->offer->has_starttls) {
        error_set(error, ERROR_REJECTED,
                  "%s does not offer STARTTLS; use a port with TLS (465 "
                  "with relay.tls: implicit), or another relay",
                  context->place);
        return false;
    }
    if (!dialogue_say(dialogue, "STARTTLS", "STARTTLS", error))
        return false;
    if (dialogue->reply.code != 220)
        return refused(dialogue, ERROR_REJECTED, "STARTTLS refused by",
                       "; its operator must repair that", error);
    if (wire->in_start < wire->in_end) {
        error_set(error, ERROR_REJECTED,
                  "%s sent more in the clear after its answer to STARTTLS; "
                  "somebody may be tampering with the connection",
                  context->place);
        return false;
    }
    return wire_start_tls(wire, error) && say_hello(dialogue, error);
}

bool login_run(Wire *wire, Offer *offer, GError **error)
{
    TlsMode mode = wire->context->tls_mode;
    Dialogue dialogue = {.wire = wire, .offer = offer};
    dialogue.raw = g_string_new(NULL);
    bool is_good = (mode != TLS_IMPLICIT || wire_start_tls(wire, error)) &&
                   read_greeting(&dialogue, error) &&
                   say_hello(&dialogue, error) &&
                   (mode != TLS_STARTTLS || secure(&dialogue, error)) &&
                   auth_run(&dialogue, error);
    g_string_free(dialogue.raw, TRUE);
    reply_clear(&dialogue.reply);
    return is_good;
}
