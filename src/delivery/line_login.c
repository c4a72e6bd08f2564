/*
 * line_login.c - the opening: greeting, EHLO, STARTTLS, AUTH.
 *
 * There is no fall-back to HELO: whoever takes submissions speaks ESMTP. One
 * failed login is one failed login, for servers count them: a second
 * mechanism is not tried. (RFC 5321 3.1, 3207, 4954, 4616.)
 */
#include <string.h>

#include "base/error.h"
#include "delivery/line_private.h"

/* Longer commands go without their initial response (RFC 4954 4). */
#define AUTH_COMMAND_MAX 500

typedef struct Dialogue {
    Wire *wire;
    Offer *offer;
    GString *raw; /* of the last reply */
    Reply reply;
} Dialogue;

static bool say(Dialogue *dialogue, const char *verb, const char *command,
                GError **error)
{
    return wire_command(dialogue->wire, verb, command, error) &&
           wire_read_reply(dialogue->wire, verb, dialogue->raw,
                           &dialogue->reply, error);
}

/* The error for a reply that is not the one hoped for: 4xx may pass. */
static bool refused(const Dialogue *dialogue, ErrorCode code, const char *what,
                    const char *way_out, GError **error)
{
    g_autofree char *line = reply_to_line(&dialogue->reply);
    bool may_pass = dialogue->reply.code / 100 == 4;
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
    if (!say(dialogue, "EHLO", command, error))
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
                  "%s:%d does not offer STARTTLS; use a port with TLS (465 "
                  "with relay.tls: implicit), or another relay",
                  context->host, context->port);
        return false;
    }
    if (!say(dialogue, "STARTTLS", "STARTTLS", error))
        return false;
    if (dialogue->reply.code != 220)
        return refused(dialogue, ERROR_REJECTED, "STARTTLS refused by",
                       "; its operator must repair that", error);
    if (wire->in_start < wire->in_end) {
        error_set(error, ERROR_REJECTED,
                  "%s:%d sent more in the clear after its answer to STARTTLS; "
                  "somebody may be tampering with the connection",
                  context->host, context->port);
        return false;
    }
    return wire_start_tls(wire, error) && say_hello(dialogue, error);
}

/* --- login --- */

static char *encode_secret(const char *bytes, size_t length)
{
    return g_base64_encode((const guchar *)bytes, length);
}

static void wipe(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

static bool say_secret(Dialogue *dialogue, const char *text, GError **error)
{
    char *encoded = encode_secret(text, strlen(text));
    bool is_good = say(dialogue, "AUTH", encoded, error);
    wipe(encoded);
    return is_good;
}

static bool login_plain(Dialogue *dialogue, GError **error)
{
    const LineContext *context = dialogue->wire->context;
    size_t user_length = strlen(context->user);
    size_t length = user_length + strlen(context->password) + 2;
    char *message = g_malloc0(length + 1); /* NUL user NUL password */
    g_strlcpy(message + 1, context->user, length);
    g_strlcpy(message + user_length + 2, context->password,
              length - user_length - 1);
    char *encoded = encode_secret(message, length);
    explicit_bzero(message, length);
    g_free(message);

    bool is_short = strlen(encoded) <= AUTH_COMMAND_MAX;
    char *command = g_strconcat("AUTH PLAIN", is_short ? " " : NULL, encoded,
                                NULL);
    bool is_good = say(dialogue, "AUTH", command, error);
    wipe(command);
    if (is_good && dialogue->reply.code == 334)
        is_good = say(dialogue, "AUTH", encoded, error);
    wipe(encoded);
    return is_good;
}

static bool login_login(Dialogue *dialogue, GError **error)
{
    const LineContext *context = dialogue->wire->context;
    const char *answers[] = {context->user, context->password};
    if (!say(dialogue, "AUTH", "AUTH LOGIN", error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        if (dialogue->reply.code == 334 &&
            !say_secret(dialogue, answers[i], error))
            return false;
    return true;
}

typedef struct Mechanism {
    AuthMode mode;
    const char *name;
    size_t offered; /* the flag in Offer */
    bool (*run)(Dialogue *dialogue, GError **error);
} Mechanism;

/* In the order in which AUTH_AUTO prefers them. */
static const Mechanism mechanisms[] = {
    {AUTH_PLAIN, "PLAIN", G_STRUCT_OFFSET(Offer, has_auth_plain), login_plain},
    {AUTH_LOGIN, "LOGIN", G_STRUCT_OFFSET(Offer, has_auth_login), login_login},
};

static const Mechanism *choose_mechanism(const Dialogue *dialogue)
{
    AuthMode wanted = dialogue->wire->context->auth;
    for (size_t i = 0; i < G_N_ELEMENTS(mechanisms); i++)
        if ((wanted == AUTH_AUTO || wanted == mechanisms[i].mode) &&
            G_STRUCT_MEMBER(bool, dialogue->offer, mechanisms[i].offered))
            return &mechanisms[i];
    return NULL;
}

static bool set_no_mechanism(const Dialogue *dialogue, GError **error)
{
    const char *host = dialogue->wire->context->host;
    const char *names = dialogue->offer->auth_names;
    if (names == NULL)
        error_set(error, ERROR_REJECTED,
                  "%s does not offer a login here; check relay.port, or leave "
                  "relay.user out",
                  host);
    else
        error_set(error, ERROR_REJECTED,
                  "%s offers no login that is wanted and known here, only %s; "
                  "check relay.auth, or use an app password or another relay",
                  host, names);
    return false;
}

static bool log_in(Dialogue *dialogue, GError **error)
{
    const Wire *wire = dialogue->wire;
    const LineContext *context = wire->context;
    if (context->user == NULL || context->auth == AUTH_NONE)
        return true;
    g_assert(wire->tls != NULL || wire->is_loopback || context->may_be_plain);
    const Mechanism *mechanism = choose_mechanism(dialogue);
    if (mechanism == NULL)
        return set_no_mechanism(dialogue, error);
    if (!mechanism->run(dialogue, error))
        return false;
    if (dialogue->reply.code == 235)
        return true;
    return refused(dialogue, ERROR_PERMISSION, "login refused by",
                   "; check relay.user and the password", error);
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
                   log_in(&dialogue, error);
    g_string_free(dialogue.raw, TRUE);
    reply_clear(&dialogue.reply);
    return is_good;
}
