/* list_headers.c - see list_headers.h. */
#include "message/list_headers.h"

#include <string.h>

#include "mail/header.h"
#include "mail/uri.h"

#define LIST_ID_MAX 255 /* RFC 2919 3 */
#define SENDER_ID_MIN 5
#define SENDER_ID_MAX 15

/* RFC 2919 2: a dot-atom with at least one dot. */
static bool is_list_id(const char *id)
{
    bool after_dot = true;
    bool dotted = false;
    for (const char *at = id; *at != '\0'; at++) {
        if (*at == '.') {
            if (after_dot)
                return false;
            dotted = true;
        } else if (!g_ascii_isalnum(*at) &&
                   strchr("!#$%&'*+-/=?^_`{|}~", *at) == NULL) {
            return false;
        }
        after_dot = *at == '.';
    }
    return dotted && !after_dot && strlen(id) <= LIST_ID_MAX;
}

const char *list_headers_domain(const SenderConfig *sender,
                                const ListConfig *list)
{
    const char *dot = list->id != NULL ? strchr(list->id, '.') : NULL;
    if (dot != NULL && strchr(dot + 1, '.') != NULL)
        return dot + 1;
    return sender->from.address.domain;
}

static bool append_list_id(GString *out, const ListConfig *list, GError **error)
{
    if (list->id == NULL)
        return true;
    g_autoptr(GError) fault = NULL;
    if (!is_list_id(list->id)) {
        error_set(error, ERROR_CONFIG,
                  "list.id: `%.260s` is no list id: words of ASCII letters, "
                  "digits and hyphens with dots between them, as in "
                  "news.example.org",
                  list->id);
        return false;
    }
    if (list->name != NULL && !header_check(list->name, &fault)) {
        error_set(error, ERROR_CONFIG, "list.name: %s", fault->message);
        return false;
    }
    header_list_id(out, list->name, list->id);
    return true;
}

/* An address that came as text, NULL and an error when it is none. */
static char *mailto(const char *what, const char *text, const char *subject,
                    GError **error)
{
    Address address = {0};
    g_autoptr(GError) fault = NULL;
    if (address_parse(text, strlen(text), &address, &fault) != ADDRESS_OK) {
        error_set(error, ERROR_CONFIG, "%s: %s", what, fault->message);
        return NULL;
    }
    char *uri = uri_mailto(address.text, subject);
    address_clear(&address);
    return uri;
}

static bool append_unsubscribe(GString *out, const ListConfig *list,
                               GError **error)
{
    g_autofree char *web = NULL;
    g_autofree char *mail = NULL;
    if (list->unsubscribe_url != NULL) {
        web = uri_from_text(list->unsubscribe_url, URI_HTTPS, ERROR_CONFIG,
                            "list.unsubscribe_url", error);
        if (web == NULL)
            return false;
    }
    if (list->unsubscribe_mail != NULL) {
        mail = mailto("list.unsubscribe_mail", list->unsubscribe_mail,
                      "unsubscribe", error);
        if (mail == NULL)
            return false;
    }
    const char *uris[] = {web != NULL ? web : mail, web != NULL ? mail : NULL,
                          NULL};
    if (uris[0] != NULL)
        header_uris(out, "List-Unsubscribe", uris);
    return true;
}

static bool append_web(GString *out, const char *name, const char *what,
                       const char *text, GError **error)
{
    if (text == NULL)
        return true;
    g_autofree char *uri = uri_from_text(text, URI_WEB, ERROR_CONFIG, what,
                                         error);
    if (uri == NULL)
        return false;
    header_uris(out, name, (const char *const[]){uri, NULL});
    return true;
}

/* The page and the address on which one joins. */
static bool append_subscribe(GString *out, const ListConfig *list,
                             GError **error)
{
    g_autofree char *web = NULL;
    g_autofree char *mail = NULL;
    const char *uris[3] = {NULL};
    size_t count = 0;
    if (list->subscribe_url != NULL) {
        web = uri_from_text(list->subscribe_url, URI_WEB, ERROR_CONFIG,
                            "list.subscribe_url", error);
        if (web == NULL)
            return false;
        uris[count++] = web;
    }
    if (list->subscribe_mail.plain.text != NULL) {
        mail = uri_mailto(list->subscribe_mail.plain.text, "subscribe");
        uris[count++] = mail;
    }
    if (count > 0)
        header_uris(out, "List-Subscribe", uris);
    return true;
}

/* Whoever answers mail to the sender is the one to ask when no owner is
 * named. */
static bool append_owner(GString *out, const ListHeaders *source,
                         GError **error)
{
    const char *owner = source->list->owner;
    if (owner == NULL)
        owner = source->sender->reply_to.address.text;
    if (owner == NULL)
        return true;
    g_autofree char *uri = mailto("list.owner", owner, NULL, error);
    if (uri == NULL)
        return false;
    header_uris(out, "List-Owner", (const char *const[]){uri, NULL});
    return true;
}

static bool append_precedence(GString *out, const char *precedence,
                              GError **error)
{
    if (precedence == NULL)
        precedence = "list";
    if (strcmp(precedence, "none") == 0)
        return true;
    if (strcmp(precedence, "list") != 0 && strcmp(precedence, "bulk") != 0) {
        error_set(error, ERROR_CONFIG,
                  "list.precedence: `%.40s` is not list, bulk or none",
                  precedence);
        return false;
    }
    header_token(out, "Precedence", precedence);
    return true;
}

/* campaign:list:mirmail:sender, by which Gmail's operator pages tell mailings
 * apart. The last part has 5 to 15 letters and stays the same: the letters of
 * From's domain, of a long one the end, where the organisation stands. */
static void append_feedback_id(GString *out, const ListHeaders *source)
{
    g_autoptr(GString) sender = g_string_new(NULL);
    const char *domain = source->sender->from.address.domain;
    for (; *domain != '\0'; domain++)
        if (g_ascii_isalnum(*domain))
            g_string_append_c(sender, *domain);
    if (sender->len > SENDER_ID_MAX)
        g_string_erase(sender, 0, (gssize)(sender->len - SENDER_ID_MAX));
    if (sender->len < SENDER_ID_MIN)
        g_string_append(sender, "mirmail");

    const char *id = source->list->id != NULL ? source->list->id : "";
    g_autofree char *list = g_strndup(id, strcspn(id, "."));
    g_autofree char *value = g_strdup_printf(
        "%s:%s:mirmail:%s", source->campaign, list, sender->str);
    header_token(out, "Feedback-ID", value);
}

bool list_headers_begin(GString *out, const ListHeaders *source, GError **error)
{
    return append_list_id(out, source->list, error) &&
           (source->personal || append_unsubscribe(out, source->list, error));
}

/* The web first: it is the one that RFC 8058 asks for. */
void list_headers_append_ways(GString *out, const OwnWays *ways, bool one_click)
{
    const char *uris[3] = {NULL};
    size_t count = 0;
    if (ways->web->len > 0)
        uris[count++] = ways->web->str;
    if (ways->mailto->len > 0)
        uris[count++] = ways->mailto->str;
    if (count > 0)
        header_uris(out, "List-Unsubscribe", uris);
    if (one_click)
        header_token(out, "List-Unsubscribe-Post",
                     "List-Unsubscribe=One-Click");
}

bool list_headers_finish(GString *out, const ListHeaders *source,
                         GError **error)
{
    const ListConfig *list = source->list;
    if (!append_web(out, "List-Help", "list.help_url", list->help_url, error) ||
        !append_owner(out, source, error))
        return false;
    header_token(out, "List-Post", "NO");
    if (!append_web(out, "List-Archive", "list.archive_url", list->archive_url,
                    error) ||
        !append_subscribe(out, list, error))
        return false;
    if (source->archived_at != NULL) {
        g_autofree char *uri = uri_from_text(source->archived_at, URI_WEB,
                                             ERROR_INPUT, "the post's address",
                                             error);
        if (uri == NULL)
            return false;
        header_uris(out, "Archived-At", (const char *const[]){uri, NULL});
    }
    if (!append_precedence(out, list->precedence, error))
        return false;
    header_token(out, "X-Auto-Response-Suppress", "OOF, AutoReply");
    append_feedback_id(out, source);
    return true;
}
