/*
 * line_auth.c - AUTH: which mechanism, its exchange, and what a refusal means.
 *
 * One failed login is one failed login, for servers count them: a second
 * mechanism is not tried. No secret goes in the clear to another machine.
 * What a relay says is not shown when it repeats what it was sent.
 * (RFC 4954; Gmail's and Microsoft's replies.)
 */
#include <string.h>

#include "base/error.h"
#include "delivery/line_private.h"
#include "delivery/line_sasl.h"

/* Longer commands go without their initial response (RFC 4954 4). */
#define AUTH_COMMAND_MAX 500

typedef struct Attempt {
    Dialogue *dialogue;
    Sasl *sasl;
    const char *secret;
    bool has_token;
    bool is_shared_token; /* it may have run out meanwhile */
    GPtrArray *sent;      /* messages in base64; wiped when freed */
} Attempt;

/* --- which mechanism --- */

static const SaslMechanism *choose_mechanism(const Dialogue *dialogue)
{
    const LineContext *context = dialogue->wire->context;
    bool has_token = context->token_command != NULL;
    const SaslMechanism *mechanism;
    for (size_t i = 0; (mechanism = sasl_mechanism(i)) != NULL; i++)
        if ((context->auth == AUTH_AUTO || context->auth == mechanism->mode) &&
            mechanism->wants_token == has_token &&
            offer_has_auth(dialogue->offer, mechanism->name))
            return mechanism;
    return NULL;
}

static bool set_no_mechanism(const Dialogue *dialogue, GError **error)
{
    const LineContext *context = dialogue->wire->context;
    const Offer *offer = dialogue->offer;
    const char *way_out = "use an app password or another relay";
    if (context->auth != AUTH_AUTO)
        way_out = "check relay.auth";
    else if (context->token_command != NULL)
        way_out = "log in with a password instead of relay.token_command";
    else if (offer_has_auth(offer, "OAUTHBEARER") ||
             offer_has_auth(offer, "XOAUTH2"))
        way_out = "it wants an access token, which relay.token_command gives";
    if (offer->auth_names == NULL)
        error_set(error, ERROR_REJECTED,
                  "%s does not offer a login here; check relay.port, or leave "
                  "relay.user out",
                  context->host);
    else
        error_set(error, ERROR_REJECTED,
                  "%s offers no login that is wanted and known here, only %s; "
                  "%s",
                  context->host, offer->auth_names, way_out);
    return false;
}

/* --- a refusal --- */

static bool says(const Reply *reply, const char *words)
{
    if (reply->text == NULL)
        return false;
    g_autofree char *text = g_ascii_strdown(reply->text, -1);
    return strstr(text, words) != NULL;
}

static bool is_policy(const Reply *reply, int detail)
{
    return reply->enhanced[1] == 7 && reply->enhanced[2] == detail;
}

static const char *way_out(const Attempt *attempt)
{
    const Reply *reply = &attempt->dialogue->reply;
    if (attempt->has_token)
        return "; the access token may have run out, belong to another account "
               "or lack the scope for SMTP: check relay.token_command and "
               "relay.user";
    if (says(reply, "application-specific") || says(reply, "app-specific") ||
        says(reply, "app password"))
        return "; make an app password in the settings of the account, and "
               "use it as the password here";
    if (is_policy(reply, 139) || says(reply, "authentication is disabled"))
        return "; it takes no passwords: use relay.token_command, or have its "
               "administrator allow SMTP AUTH for this account";
    if (is_policy(reply, 9))
        return "; it wants a safer login: use an app password, or "
               "relay.token_command";
    return "; check relay.user and the password";
}

static bool is_repeated(const Attempt *attempt, const char *line)
{
    if (sasl_gives_away(line, attempt->secret))
        return true;
    for (guint i = 0; i < attempt->sent->len; i++)
        if (sasl_gives_away(line, g_ptr_array_index(attempt->sent, i)))
            return true;
    return false;
}

static bool set_refused(const Attempt *attempt, GError **error)
{
    Dialogue *dialogue = attempt->dialogue;
    const char *host = dialogue->wire->context->host;
    const char *complaint = sasl_complaint(attempt->sasl);
    bool may_pass = dialogue->reply.code / 100 == 4;
    g_autofree char *line = reply_to_line(&dialogue->reply);
    if (is_repeated(attempt, line)) {
        g_free(line);
        line = g_strdup_printf("%d and a text that repeats what was sent",
                               dialogue->reply.code);
    }
    const char *advice = may_pass ? "" : way_out(attempt);
    if (attempt->is_shared_token && !may_pass) {
        may_pass = true;
        advice = "; the access token may have run out, so the next login is "
                 "tried with a new one";
    }
    error_set(error, may_pass ? ERROR_RETRY : ERROR_PERMISSION,
              "login refused by %s: %s%s%s%s%s", host, line,
              complaint != NULL ? " (" : "", complaint != NULL ? complaint : "",
              complaint != NULL ? ")" : "", advice);
    return false;
}

/* --- the exchange --- */

/* Sends `message`, which it takes. */
static bool say_message(Attempt *attempt, char *message, GError **error)
{
    g_ptr_array_add(attempt->sent, message);
    return dialogue_say(attempt->dialogue, "AUTH", message, error);
}

static bool begin(Attempt *attempt, GError **error)
{
    char *message = sasl_begin(attempt->sasl);
    const char *name = attempt->sasl->mechanism->name;
    bool is_short = message != NULL && strlen(message) <= AUTH_COMMAND_MAX;
    char *command = g_strconcat("AUTH ", name, is_short ? " " : NULL, message,
                                NULL);
    bool is_good = dialogue_say(attempt->dialogue, "AUTH", command, error);
    config_password_free(command);
    if (is_good && message != NULL && !is_short &&
        attempt->dialogue->reply.code == 334)
        return say_message(attempt, message, error);
    if (message != NULL)
        g_ptr_array_add(attempt->sent, message);
    return is_good;
}

static bool answer(Attempt *attempt, GError **error)
{
    const char *raw = attempt->dialogue->raw->str;
    g_autofree char *challenge = g_strdup(raw + 3);
    char *message = sasl_answer(attempt->sasl, g_strstrip(challenge), error);
    return message != NULL && say_message(attempt, message, error);
}

static bool run_attempt(Attempt *attempt, GError **error)
{
    const Reply *reply = &attempt->dialogue->reply;
    bool is_good = begin(attempt, error);
    while (is_good && reply->code == 334)
        is_good = answer(attempt, error);
    if (!is_good)
        return false;
    if (reply->code == 235)
        return sasl_finish(attempt->sasl, error);
    return set_refused(attempt, error);
}

static bool get_secret(LineContext *context, Attempt *attempt, char **secret,
                       GError **error)
{
    attempt->has_token = context->token_command != NULL;
    if (attempt->has_token)
        return token_take(context, secret, &attempt->is_shared_token, error);
    *secret = g_strdup(context->password);
    return true;
}

static bool may_log_in(const Wire *wire, GError **error)
{
    if (wire->tls != NULL || wire->is_loopback)
        return true;
    error_set(error, ERROR_REJECTED,
              "relay.tls is none, so the login would cross the network in the "
              "clear; use starttls or implicit with %s",
              wire->context->host);
    return false;
}

static void free_message(void *message)
{
    config_password_free(message);
}

bool auth_run(Dialogue *dialogue, GError **error)
{
    LineContext *context = dialogue->wire->context;
    if (context->user == NULL || context->auth == AUTH_NONE)
        return true;
    if (!may_log_in(dialogue->wire, error))
        return false;
    const SaslMechanism *mechanism = choose_mechanism(dialogue);
    if (mechanism == NULL)
        return set_no_mechanism(dialogue, error);
    Attempt attempt = {.dialogue = dialogue};
    char *secret = NULL;
    if (!get_secret(context, &attempt, &secret, error))
        return false;
    attempt.secret = secret;
    attempt.sent = g_ptr_array_new_with_free_func(free_message);
    SaslLogin login = {.host = context->host,
                       .port = context->port,
                       .user = context->user,
                       .secret = secret};
    attempt.sasl = sasl_new(mechanism, &login);
    bool is_good = run_attempt(&attempt, error);
    if (!is_good && attempt.has_token)
        token_drop(context, secret);
    sasl_free(attempt.sasl);
    g_ptr_array_free(attempt.sent, TRUE);
    config_password_free(secret);
    return is_good;
}
