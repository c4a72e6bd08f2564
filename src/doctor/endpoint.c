/* endpoint.c - the page where people leave, asked as a mailbox provider asks
 * it; see doctor.h. */
#include <string.h>

#include "doctor/doctor.h"
#include "mail/keyring.h"
#include "mail/uri.h"
#include "web/request.h"

/* Of a name that nobody can have (RFC 2606 2), so its token takes nobody
 * off. */
#define NOBODY "doctor@mirmail.invalid"

#define CHECK "one-click"
#define ADVICE_SERVER                                                          \
    "docs/serve.md shows how a web server passes it on to mirmail serve"

#define FORM "List-Unsubscribe=One-Click"
#define BOUNDARY "one-click-by-the-doctor"

typedef struct Body {
    const char *name;
    const char *type;
    const char *body;
} Body;

/* RFC 8058 3.2: a provider may choose. */
static const Body bodies[] = {
    {"as a form", "application/x-www-form-urlencoded", FORM},
    {"as multipart", "multipart/form-data; boundary=" BOUNDARY,
     "--" BOUNDARY "\r\n"
     "Content-Disposition: form-data; name=\"List-Unsubscribe\"\r\n"
     "\r\n"
     "One-Click\r\n"
     "--" BOUNDARY "--\r\n"},
};

typedef struct Look {
    Diagnosis *diagnosis;
    const char *ca_file;
    char *url;    /* with a right token of nobody */
    char *forged; /* with one letter changed */
} Look;

/* --- what is asked for --- */

static char *fill(const char *pattern, const char *token, GError **error)
{
    const char *mark = strstr(pattern, KEYRING_MARK);
    g_autofree char *text = g_strdup_printf("%.*s%s%s", (int)(mark - pattern),
                                            pattern, token,
                                            mark + strlen(KEYRING_MARK));
    return uri_from_text(text, URI_HTTPS, ERROR_CONFIG, "list.unsubscribe_url",
                         error);
}

static bool make_urls(const Config *config, Look *look, GError **error)
{
    const char *list_id = config->list.id != NULL ? config->list.id : "";
    const KeyringScope scope = {KEYRING_UNSUBSCRIBE, list_id, NULL};
    char token[KEYRING_TOKEN_LENGTH + 1];
    g_autoptr(Keyring) keyring = keyring_load(config->keys, error);
    if (keyring == NULL)
        return false;
    keyring_make(keyring, &scope, NOBODY, token);
    look->url = fill(config->list.unsubscribe_url, token, error);
    char *letter = &token[KEYRING_TOKEN_LENGTH - 1];
    *letter = *letter == 'a' ? 'b' : 'a';
    if (look->url != NULL)
        look->forged = fill(config->list.unsubscribe_url, token, error);
    return look->forged != NULL;
}

/* --- what comes back --- */

/* False when nothing came back, or no libcurl is there: that is said. */
static bool ask(const Look *look, const char *url, const Body *body,
                WebAnswer *answer)
{
    g_autoptr(GError) fault = NULL;
    WebRequest request = {
        .url = url,
        .type = body != NULL ? body->type : NULL,
        .body = body != NULL ? body->body : NULL,
        .ca_file = look->ca_file,
    };
    if (!web_request(&request, answer, &fault))
        diagnosis_add(look->diagnosis, VERDICT_UNKNOWN, CHECK, NULL, "%s",
                      fault->message);
    else if (answer->problem != NULL)
        diagnosis_add(look->diagnosis,
                      answer->is_final ? VERDICT_FAIL : VERDICT_UNKNOWN, CHECK,
                      answer->is_final ? ADVICE_SERVER : "try again later",
                      "%s cannot be asked: %s", look->url, answer->problem);
    else
        return true;
    return false;
}

static bool is_success(const WebAnswer *answer)
{
    return answer->status >= 200 && answer->status < 300;
}

/* What no answer may do; true when this one does not. */
static bool check_manners(const Look *look, const WebAnswer *answer,
                          const char *what)
{
    if (answer->location != NULL ||
        (answer->status >= 300 && answer->status < 400)) {
        diagnosis_add(look->diagnosis, VERDICT_FAIL, CHECK,
                      "answer at this very address: no redirect to https, to "
                      "www or for a slash",
                      "%s is redirected (%d%s%s), which providers do not "
                      "follow",
                      what, answer->status,
                      answer->location != NULL ? " to " : "",
                      answer->location != NULL ? answer->location : "");
        return false;
    }
    if (answer->has_cookie)
        diagnosis_add(look->diagnosis, VERDICT_WARN, CHECK,
                      "let the web server set none at this address",
                      "%s gets a cookie; providers have none and send none",
                      what);
    return true;
}

static bool check_status(const Look *look, const WebAnswer *answer,
                         const char *what)
{
    if (!check_manners(look, answer, what))
        return false;
    if (is_success(answer))
        return true;
    bool is_strange = answer->status == 404 || answer->status == 410;
    diagnosis_add(look->diagnosis, VERDICT_FAIL, CHECK,
                  is_strange ? "does the server there have these keys and "
                               "this list.id?"
                             : ADVICE_SERVER,
                  "%s is answered %d, though the token is right", what,
                  answer->status);
    return false;
}

/* --- the contract --- */

static bool check_page(const Look *look)
{
    g_auto(WebAnswer) answer = {0};
    if (!ask(look, look->url, NULL, &answer))
        return false;
    if (!check_status(look, &answer, "the page"))
        return false;
    bool is_page = answer.type != NULL &&
                   g_ascii_strncasecmp(answer.type, "text/html", 9) == 0 &&
                   answer.body->len > 0;
    if (is_page)
        diagnosis_add(look->diagnosis, VERDICT_PASS, CHECK, NULL,
                      "%s shows a page", look->url);
    else
        diagnosis_add(look->diagnosis, VERDICT_FAIL, CHECK, ADVICE_SERVER,
                      "%s shows no page to those who follow the link in the "
                      "mail",
                      look->url);
    return true;
}

/* Twice: a provider that is not sure asks again. */
static bool check_post(const Look *look, const Body *body)
{
    g_autofree char *what = g_strconcat("a POST ", body->name, NULL);
    g_autofree char *again = g_strconcat(what, ", sent again,", NULL);
    for (int i = 0; i < 2; i++) {
        g_auto(WebAnswer) answer = {0};
        if (!ask(look, look->url, body, &answer) ||
            !check_status(look, &answer, i == 0 ? what : again))
            return false;
    }
    diagnosis_add(look->diagnosis, VERDICT_PASS, CHECK, NULL,
                  "%s is taken at once, and again", what);
    return true;
}

static void check_forged(const Look *look)
{
    g_auto(WebAnswer) answer = {0};
    if (!ask(look, look->forged, &bodies[0], &answer))
        return;
    if (is_success(&answer))
        diagnosis_add(look->diagnosis, VERDICT_FAIL, CHECK,
                      "check the token there, as mirmail serve does",
                      "a token with a letter changed is taken too: anybody "
                      "can take anybody off the list");
    else
        diagnosis_add(look->diagnosis, VERDICT_PASS, CHECK, NULL,
                      "a token with a letter changed is refused");
}

void doctor_endpoint(const Config *config, const char *ca_file,
                     Diagnosis *diagnosis)
{
    const char *pattern = config->list.unsubscribe_url;
    Look look = {.diagnosis = diagnosis, .ca_file = ca_file};
    g_autoptr(GError) fault = NULL;
    if (pattern == NULL || strstr(pattern, KEYRING_MARK) == NULL)
        diagnosis_add(diagnosis, VERDICT_WARN, CHECK,
                      "set list.unsubscribe_url: "
                      "https://news.example.org/u/" KEYRING_MARK,
                      "there is no page to leave with one click, which large "
                      "receivers ask for");
    else if (!make_urls(config, &look, &fault))
        diagnosis_add(diagnosis, VERDICT_FAIL, CHECK, NULL, "%s",
                      fault->message);
    else if (check_page(&look) && check_post(&look, &bodies[0]) &&
             check_post(&look, &bodies[1]))
        check_forged(&look);
    g_free(look.url);
    g_free(look.forged);
}
