/* line_sasl.c - PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER, see line_sasl.h. */
#include "delivery/line_sasl.h"

#include <string.h>

#include "base/error.h"
#include "base/value.h"

#define COMPLAINT_WORD_MAX 60  /* bytes of a status that are shown */
#define COMPLAINT_LINE_MAX 200 /* likewise of a scope */
#define PIECE 12               /* so much of a secret is already too much */

/* --- for all --- */

char *sasl_encode(char *message, size_t length)
{
    char *encoded = g_base64_encode((const guchar *)message, length);
    explicit_bzero(message, length);
    g_free(message);
    return encoded;
}

char *sasl_decode(const char *challenge, size_t *length)
{
    guchar *bytes = g_base64_decode(challenge, length);
    /* GLib skips what does not belong there; so does not everybody. */
    g_autofree char *again = g_base64_encode(bytes, *length);
    if (strcmp(again, challenge) != 0) {
        g_free(bytes);
        return NULL;
    }
    char *text = g_malloc(*length + 1);
    memcpy(text, bytes, *length);
    text[*length] = '\0';
    g_free(bytes);
    return text;
}

char *sasl_set_broken(const Sasl *sasl, const char *what, GError **error)
{
    error_set(error, ERROR_REJECTED,
              "login to %s broken off: %s; either it is no good, or somebody "
              "is tampering with the connection",
              sasl->login.host, what);
    return NULL;
}

static char *set_endless(const Sasl *sasl, GError **error)
{
    g_autofree char *what = g_strdup_printf("it asks more questions than %s "
                                            "has",
                                            sasl->mechanism->name);
    return sasl_set_broken(sasl, what, error);
}

static bool holds(const char *text, const char *bytes, size_t length)
{
    return memmem(text, strlen(text), bytes, length) != NULL;
}

bool sasl_gives_away(const char *text, const char *secret)
{
    size_t length = strlen(secret);
    if (length < 4)
        return false; /* a word that short is in every sentence */
    for (size_t at = 0; at == 0 || at + PIECE <= length; at++)
        if (holds(text, secret + at, MIN(length - at, PIECE)))
            return true;
    return false;
}

/* --- PLAIN, RFC 4616 --- */

static char *begin_plain(Sasl *sasl)
{
    const SaslLogin *login = &sasl->login;
    size_t user_length = strlen(login->user);
    size_t length = user_length + strlen(login->secret) + 2;
    char *message = g_malloc0(length + 1); /* NUL user NUL password */
    memcpy(message + 1, login->user, user_length);
    memcpy(message + user_length + 2, login->secret, strlen(login->secret));
    return sasl_encode(message, length);
}

/* Servers that overlook an initial response ask for it. */
static char *answer_plain(Sasl *sasl, const char *challenge, GError **error)
{
    (void)challenge;
    return sasl->answers == 0 ? begin_plain(sasl) : set_endless(sasl, error);
}

/* --- LOGIN, which no RFC has --- */

static char *answer_login(Sasl *sasl, const char *challenge, GError **error)
{
    (void)challenge; /* "Username:" in many spellings */
    const char *texts[] = {sasl->login.user, sasl->login.secret};
    if (sasl->answers >= (int)G_N_ELEMENTS(texts))
        return set_endless(sasl, error);
    const char *text = texts[sasl->answers];
    return sasl_encode(g_strdup(text), strlen(text));
}

/* --- XOAUTH2, OAUTHBEARER --- */

static char *begin_xoauth2(Sasl *sasl)
{
    const SaslLogin *login = &sasl->login;
    char *message = g_strconcat("user=", login->user, "\1auth=Bearer ",
                                login->secret, "\1\1", NULL);
    return sasl_encode(message, strlen(message));
}

/* saslname of RFC 5801 4. */
static char *escape_name(const char *name)
{
    g_autoptr(GString) escaped = g_string_new(name);
    g_string_replace(escaped, "=", "=3D", 0);
    g_string_replace(escaped, ",", "=2C", 0);
    return g_strdup(escaped->str);
}

static char *begin_oauthbearer(Sasl *sasl)
{
    const SaslLogin *login = &sasl->login;
    g_autofree char *name = escape_name(login->user);
    g_autofree char *port = g_strdup_printf("%d", login->port);
    char *message = g_strconcat("n,a=", name, ",\1host=", login->host,
                                "\1port=", port, "\1auth=Bearer ",
                                login->secret, "\1\1", NULL);
    return sasl_encode(message, strlen(message));
}

/* Adds `name value` when the value is a short printable text. */
static void add_detail(const Sasl *sasl, GString *line, const Value *answer,
                       const char *name, size_t most)
{
    const Value *value = value_get(answer, name);
    if (value_is_empty(value) || value->kind != VALUE_TEXT)
        return;
    const char *text = value->text;
    for (const char *at = text; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            return;
    if (strlen(text) > most || sasl_gives_away(text, sasl->login.secret))
        return;
    g_string_append_printf(line, "%s%s %s", line->len > 0 ? ", " : "", name,
                           text);
}

/* A JSON object with status and scope (RFC 7628 3.2.2); JSON is YAML. */
static char *read_complaint(const Sasl *sasl, const char *challenge)
{
    size_t length = 0;
    g_autofree char *text = sasl_decode(challenge, &length);
    g_autoptr(Value)
        answer = text == NULL ? NULL
                              : value_parse(text, length, NULL, 1, NULL, NULL);
    GString *line = g_string_new(NULL);
    add_detail(sasl, line, answer, "status", COMPLAINT_WORD_MAX);
    add_detail(sasl, line, answer, "scope", COMPLAINT_LINE_MAX);
    if (line->len == 0)
        g_string_append(line, "no reason that can be shown");
    return g_string_free(line, FALSE);
}

/* A challenge is a refusal; the server says 535 after an answer that means
 * nothing. */
static char *answer_refusal(Sasl *sasl, const char *challenge,
                            const char *nothing, GError **error)
{
    if (sasl->answers > 0)
        return set_endless(sasl, error);
    sasl->complaint = read_complaint(sasl, challenge);
    return g_strdup(nothing);
}

static char *answer_xoauth2(Sasl *sasl, const char *challenge, GError **error)
{
    return answer_refusal(sasl, challenge, "", error);
}

static char *answer_oauthbearer(Sasl *sasl, const char *challenge,
                                GError **error)
{
    return answer_refusal(sasl, challenge, "AQ==", error);
}

/* --- one of them --- */

static const SaslMechanism mechanisms[] = {
    {.mode = AUTH_SCRAM_SHA_256,
     .name = "SCRAM-SHA-256",
     .begin = scram_begin,
     .answer = scram_answer,
     .finish = scram_finish},
    {.mode = AUTH_PLAIN,
     .name = "PLAIN",
     .begin = begin_plain,
     .answer = answer_plain},
    {.mode = AUTH_LOGIN, .name = "LOGIN", .answer = answer_login},
    {.mode = AUTH_OAUTHBEARER,
     .name = "OAUTHBEARER",
     .wants_token = true,
     .begin = begin_oauthbearer,
     .answer = answer_oauthbearer},
    {.mode = AUTH_XOAUTH2,
     .name = "XOAUTH2",
     .wants_token = true,
     .begin = begin_xoauth2,
     .answer = answer_xoauth2},
};

const SaslMechanism *sasl_mechanism(size_t index)
{
    return index < G_N_ELEMENTS(mechanisms) ? &mechanisms[index] : NULL;
}

Sasl *sasl_new(const SaslMechanism *mechanism, const SaslLogin *login)
{
    Sasl *sasl = g_new0(Sasl, 1);
    sasl->mechanism = mechanism;
    sasl->login = *login;
    return sasl;
}

void sasl_free(Sasl *sasl)
{
    if (sasl == NULL)
        return;
    scram_free(sasl->scram);
    g_free(sasl->complaint);
    g_free(sasl);
}

char *sasl_begin(Sasl *sasl)
{
    const SaslMechanism *mechanism = sasl->mechanism;
    return mechanism->begin != NULL ? mechanism->begin(sasl) : NULL;
}

char *sasl_answer(Sasl *sasl, const char *challenge, GError **error)
{
    char *answer = sasl->mechanism->answer(sasl, challenge, error);
    sasl->answers++;
    return answer;
}

bool sasl_finish(const Sasl *sasl, GError **error)
{
    const SaslMechanism *mechanism = sasl->mechanism;
    return mechanism->finish == NULL || mechanism->finish(sasl, error);
}

const char *sasl_complaint(const Sasl *sasl)
{
    return sasl->complaint;
}
