/* ways.c - see ways.h. */
#include "letter/ways.h"

#include <assert.h>
#include <string.h>

#include "mail/uri.h"
#include "mail/verp.h"

#define SUBJECT "unsubscribe"

/* A text around a token, or a whole one. */
typedef struct Way {
    char *before; /* NULL: no such way */
    char *after;  /* NULL: there is no token in it */
} Way;

/* The ways of a kind of recipient. */
typedef struct WaySet {
    Way web;
    Way mail;
    Way mailto;
} WaySet;

struct Ways {
    WaySet person;
    WaySet list;           /* without tokens */
    KeyringSeries *series; /* NULL: an example */
};

static bool has_token(const char *text)
{
    return text != NULL && strstr(text, KEYRING_MARK) != NULL;
}

bool ways_are_personal(const ListConfig *list)
{
    return has_token(list->unsubscribe_url) ||
           has_token(list->unsubscribe_mail);
}

/* --- from the settings --- */

/* `whole` as it is made of a text with WAYS_EXAMPLE in it, and `before` as it
 * is made of what stands before that. */
static void split(Way *way, const char *before, const char *whole)
{
    size_t length = strlen(before);
    assert(g_str_has_prefix(whole, before) &&
           g_str_has_prefix(whole + length, WAYS_EXAMPLE));
    way->before = g_strdup(before);
    way->after = g_strdup(whole + length + KEYRING_TOKEN_LENGTH);
}

static bool read_web(Way *way, const char *text, GError **error)
{
    static const char key[] = "list.unsubscribe_url";
    const char *token = text != NULL ? strstr(text, KEYRING_MARK) : NULL;
    if (text == NULL)
        return true;
    if (token == NULL) {
        way->before = uri_from_text(text, URI_HTTPS, ERROR_CONFIG, key, error);
        return way->before != NULL;
    }
    g_autofree char *start = g_strndup(text, (gsize)(token - text));
    if (strchr(start, '/') == NULL || strrchr(start, '/')[-1] == '/') {
        error_set(error, ERROR_CONFIG,
                  "%s: `%.200s`: {token} stands behind the host, as in "
                  "https://news.example.org/u/{token}",
                  key, text);
        return false;
    }
    g_autofree char *example = g_strconcat(start, WAYS_EXAMPLE,
                                           token + strlen(KEYRING_MARK), NULL);
    g_autofree char *before = uri_from_text(start, URI_HTTPS, ERROR_CONFIG, key,
                                            error);
    g_autofree char *whole = before != NULL
                                 ? uri_from_text(example, URI_HTTPS,
                                                 ERROR_CONFIG, key, error)
                                 : NULL;
    if (whole != NULL)
        split(way, before, whole);
    return whole != NULL;
}

static bool read_plain_mail(WaySet *set, const char *key, const char *text,
                            GError **error)
{
    Address address = {0};
    g_autoptr(GError) fault = NULL;
    if (address_parse(text, strlen(text), &address, &fault) != ADDRESS_OK) {
        error_set(error, ERROR_CONFIG, "%s: %s", key, fault->message);
        return false;
    }
    set->mail.before = g_strdup(address.text);
    set->mailto.before = uri_mailto(address.text, SUBJECT);
    address_clear(&address);
    return true;
}

static bool read_mail(WaySet *set, const char *text, GError **error)
{
    static const char key[] = "list.unsubscribe_mail";
    g_autoptr(GError) fault = NULL;
    Verp verp = {0};
    if (text == NULL || strstr(text, KEYRING_MARK) == NULL)
        return text == NULL || read_plain_mail(set, key, text, error);
    if (!verp_parse(text, &verp, &fault)) {
        error_set(error, ERROR_CONFIG, "%s: %s", key, fault->message);
        return false;
    }
    g_autoptr(GString) example = g_string_new(NULL);
    verp_append(&verp, WAYS_EXAMPLE, example);
    g_autofree char *uri_before = uri_mailto(verp.before, NULL);
    g_autofree char *uri = uri_mailto(example->str, SUBJECT);
    split(&set->mail, verp.before, example->str);
    split(&set->mailto, uri_before, uri);
    verp_clear(&verp);
    return true;
}

/* What a list's address gets: the same ways where they hold no token, and
 * whoever answers mail to the list. */
static bool read_list(Ways *ways, const SenderConfig *sender,
                      const ListConfig *list, GError **error)
{
    const char *mail = list->owner;
    const char *key = "list.owner";
    if (ways->person.web.after == NULL)
        ways->list.web.before = g_strdup(ways->person.web.before);
    if (list->unsubscribe_mail != NULL && ways->person.mail.after == NULL) {
        mail = list->unsubscribe_mail;
        key = "list.unsubscribe_mail";
    } else if (mail == NULL && sender != NULL) {
        mail = sender->reply_to.address.text;
        key = "sender.reply_to";
    }
    return mail == NULL || read_plain_mail(&ways->list, key, mail, error);
}

Ways *ways_new(const SenderConfig *sender, const ListConfig *list,
               const Keyring *keyring, GError **error)
{
    g_autoptr(Ways) ways = g_new0(Ways, 1);
    if (keyring != NULL)
        ways->series = keyring_begin(
            keyring, &(KeyringScope){KEYRING_UNSUBSCRIBE,
                                     list->id != NULL ? list->id : "", NULL});
    if (!read_web(&ways->person.web, list->unsubscribe_url, error) ||
        !read_mail(&ways->person, list->unsubscribe_mail, error) ||
        !read_list(ways, sender, list, error))
        return NULL;
    return g_steal_pointer(&ways);
}

static void clear_way(Way *way)
{
    g_free(way->before);
    g_free(way->after);
}

static void clear_set(WaySet *set)
{
    clear_way(&set->web);
    clear_way(&set->mail);
    clear_way(&set->mailto);
}

void ways_free(Ways *ways)
{
    if (ways == NULL)
        return;
    clear_set(&ways->person);
    clear_set(&ways->list);
    keyring_series_free(ways->series);
    g_free(ways);
}

/* --- for each recipient --- */

void own_ways_init(OwnWays *own)
{
    own->web = g_string_new(NULL);
    own->mail = g_string_new(NULL);
    own->mailto = g_string_new(NULL);
    own->one_click = false;
}

void own_ways_clear(OwnWays *own)
{
    g_string_free(own->web, TRUE);
    g_string_free(own->mail, TRUE);
    g_string_free(own->mailto, TRUE);
}

static void fill_way(const Way *way, const char *token, GString *out)
{
    g_string_truncate(out, 0);
    if (way->before == NULL)
        return;
    g_string_append(out, way->before);
    if (way->after == NULL)
        return;
    g_string_append(out, token);
    g_string_append(out, way->after);
}

static void fill(const WaySet *set, const char *token, OwnWays *own)
{
    fill_way(&set->web, token, own->web);
    fill_way(&set->mail, token, own->mail);
    fill_way(&set->mailto, token, own->mailto);
    own->one_click = set->web.after != NULL;
}

void ways_fill(const Ways *ways, const Subscriber *subscriber, OwnWays *own)
{
    char token[KEYRING_TOKEN_LENGTH + 1] = WAYS_EXAMPLE;
    if (subscriber_is_list(subscriber)) {
        fill(&ways->list, "", own);
        return;
    }
    if (ways->series != NULL)
        keyring_series_make(ways->series, subscriber_address(subscriber)->key,
                            token);
    fill(&ways->person, token, own);
}

void ways_fill_names(const Ways *ways, OwnWays *own)
{
    fill(&ways->person, KEYRING_MARK, own);
}

WaysField ways_field(const char *name)
{
    static const char *const names[WAYS_FIELDS] = {
        [WAYS_FIELD_BEST] = "list.unsubscribe",
        [WAYS_FIELD_WEB] = "list.unsubscribe_url",
        [WAYS_FIELD_MAIL] = "list.unsubscribe_mail",
    };
    int field = 0;
    while (field < WAYS_FIELDS && strcmp(names[field], name) != 0)
        field++;
    return (WaysField)field;
}

const char *ways_value(const OwnWays *own, WaysField field)
{
    if (field == WAYS_FIELD_MAIL)
        return own->mail->str;
    if (field == WAYS_FIELD_BEST && own->web->len == 0)
        return own->mailto->str;
    return own->web->str;
}

static void digest_way(const Way *way, GChecksum *checksum)
{
    const char *const texts[] = {way->before, way->after};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_checksum_update(checksum, (const guchar *)"\n", 1);
        if (texts[i] != NULL)
            g_checksum_update(checksum, (const guchar *)texts[i], -1);
    }
}

void ways_digest(const Ways *ways, GChecksum *checksum)
{
    digest_way(&ways->person.web, checksum);
    digest_way(&ways->person.mail, checksum);
    digest_way(&ways->list.mail, checksum);
}
