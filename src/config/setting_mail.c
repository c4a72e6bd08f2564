/* setting_mail.c - settings that are addresses: of mail, hosts and pages. See
 * setting_type.h. */
#include <arpa/inet.h>
#include <string.h>

#include "config/setting_fail.h"
#include "config/setting_type.h"
#include "mail/keyring.h"

#define HOST_MAX 253    /* RFC 1035 2.3.4, as text without the last dot */
#define LIST_ID_MAX 255 /* RFC 2919 3 */

static bool read_mailbox(const SettingContext *context, const Value *value,
                         void *member, GError **error)
{
    g_autofree char *text = setting_clean_text(context, value, false, error);
    if (text == NULL)
        return false;
    g_autoptr(GError) reason = NULL;
    Mailbox mailbox = {0};
    if (mailbox_parse(text, &mailbox, &reason) != ADDRESS_OK) {
        setting_fail(context, value, error, ": %s", reason->message);
        return false;
    }
    mailbox_clear(member);
    *(Mailbox *)member = mailbox;
    return true;
}

static bool read_address(const SettingContext *context, const Value *value,
                         void *member, GError **error)
{
    g_autofree char *text = setting_clean_text(context, value, false, error);
    if (text == NULL)
        return false;
    g_autoptr(GError) reason = NULL;
    Address address = {0};
    if (address_parse(text, strlen(text), &address, &reason) != ADDRESS_OK) {
        setting_fail(context, value, error, ": %s", reason->message);
        return false;
    }
    address_clear(member);
    *(Address *)member = address;
    return true;
}

static bool read_verp(const SettingContext *context, const Value *value,
                      void *member, GError **error)
{
    g_autofree char *text = setting_clean_text(context, value, false, error);
    if (text == NULL)
        return false;
    g_autoptr(GError) reason = NULL;
    Verp verp = {0};
    if (!verp_parse(text, &verp, &reason)) {
        setting_fail(context, value, error, ": %s", reason->message);
        return false;
    }
    verp_clear(member);
    *(Verp *)member = verp;
    return true;
}

static bool read_mail(const SettingContext *context, const Value *value,
                      void *member, GError **error)
{
    Address address = {0};
    if (!read_address(context, value, &address, error))
        return false;
    setting_replace(member, g_strdup(address.text));
    address_clear(&address);
    return true;
}

static void clear_mailbox(void *member)
{
    mailbox_clear(member);
}

static void clear_verp(void *member)
{
    verp_clear(member);
}

/* --- tokens --- */

/* Up to one KEYRING_MARK, and no other brace. */
static bool check_braces(const SettingContext *context, const Value *value,
                         const char *text, GError **error)
{
    const char *token = strstr(text, KEYRING_MARK);
    const char *rest = token != NULL ? token + strlen(KEYRING_MARK) : text;
    bool before = token != NULL && strcspn(text, "{}") < (size_t)(token - text);
    if (!before && strpbrk(rest, "{}") == NULL)
        return true;
    setting_fail(context, value, error,
                 "may have " KEYRING_MARK
                 " once and nothing else in braces, not `%.80s`",
                 text);
    return false;
}

static bool read_token_mail(const SettingContext *context, const Value *value,
                            void *member, GError **error)
{
    Verp verp = {0};
    g_autofree char *text = setting_clean_text(context, value, false, error);
    if (text == NULL || !check_braces(context, value, text, error) ||
        !read_verp(context, value, &verp, error))
        return false;
    setting_replace(member, verp.before != NULL
                                ? g_strconcat(verp.before, KEYRING_MARK "@",
                                              verp.plain.domain, NULL)
                                : g_strdup(verp.plain.text));
    verp_clear(&verp);
    return true;
}

/* --- hosts --- */

char *setting_host_parse(const char *text, GError **error)
{
    size_t length = strlen(text);
    bool has_brackets = length > 2 && text[0] == '[' && text[length - 1] == ']';
    g_autofree char *inner = has_brackets ? g_strndup(text + 1, length - 2)
                                          : g_strdup(text);
    unsigned char bytes[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET6, inner, bytes) == 1 ||
        (!has_brackets && inet_pton(AF_INET, inner, bytes) == 1))
        return g_steal_pointer(&inner);
    if (length > HOST_MAX || strpbrk(text, "[]:/@ ") != NULL) {
        error_set(error, ERROR_INPUT,
                  "`%.80s` is no host; write a name such as smtp.example.org "
                  "or an IP address",
                  text);
        return NULL;
    }
    return domain_to_ascii(text, length, error);
}

static bool read_host(const SettingContext *context, const Value *value,
                      void *member, GError **error)
{
    g_autofree char *text = setting_clean_text(context, value, false, error);
    if (text == NULL)
        return false;
    g_autoptr(GError) reason = NULL;
    char *host = setting_host_parse(text, &reason);
    if (host == NULL) {
        setting_fail(context, value, error, ": %s",
                     reason ? reason->message : "no host");
        return false;
    }
    setting_replace(member, host);
    return true;
}

/* dot-atom-text of RFC 5322 with at least one dot, as RFC 2919 3 wants it;
 * letters, digits, '-' and '_' are all that lists use. */
static bool is_list_id(const char *text)
{
    bool has_dot = false;
    char before = '.';
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '.') {
            if (before == '.')
                return false;
            has_dot = true;
        } else if (!g_ascii_isalnum(*at) && *at != '-' && *at != '_') {
            return false;
        }
        before = *at;
    }
    return has_dot && before != '.' && strlen(text) <= LIST_ID_MAX;
}

static bool read_list_id(const SettingContext *context, const Value *value,
                         void *member, GError **error)
{
    const char *raw = setting_raw_text(context, value, error);
    if (raw == NULL)
        return false;
    if (!is_list_id(raw)) {
        setting_fail(context, value, error,
                     "must be letters, digits, `-` and `_` with at least one "
                     "dot between, such as news.example.org");
        return false;
    }
    setting_replace(member, g_strdup(raw));
    return true;
}

/* --- addresses of pages --- */

/* The bytes of RFC 3986, and a host behind the scheme. `{` and `}` are not
 * among them, so no field can hide in an address. */
static bool is_url(const char *text, const char *scheme)
{
    static const char others[] = "-._~:/?#[]@!$&'()*+,;=%";
    size_t prefix = strlen(scheme);
    if (g_ascii_strncasecmp(text, scheme, prefix) != 0)
        return false;
    if (!g_ascii_isalnum(text[prefix]) && text[prefix] != '[')
        return false;
    for (const char *at = text; *at != '\0'; at++)
        if (!g_ascii_isalnum(*at) && strchr(others, *at) == NULL)
            return false;
    return strlen(text) <= SETTINGS_URL_MAX;
}

static void fail_page(const SettingContext *context, const Value *value,
                      bool https_only, const char *text, GError **error)
{
    setting_fail(context, value, error,
                 "must be an address that begins with %s, in ASCII, "
                 "without blanks, at most %d bytes, not `%.80s`",
                 https_only ? "https://" : "https:// or http://",
                 SETTINGS_URL_MAX, text);
}

/* Behind the host, where a web server sees it. */
static bool check_token_place(const SettingContext *context, const Value *value,
                              const char *text, GError **error)
{
    const char *token = strstr(text, KEYRING_MARK);
    size_t path = strlen("https://");
    path += strcspn(text + path, "/?#");
    if (token < text + path || memchr(text, '#', (size_t)(token - text))) {
        setting_fail(context, value, error,
                     "has " KEYRING_MARK " where no web server sees it; write "
                     "https://news.example.org/u/" KEYRING_MARK);
        return false;
    }
    return true;
}

static bool read_page(const SettingContext *context, const Value *value,
                      bool https_only, char **member, GError **error)
{
    g_autofree char *text = setting_clean_text(context, value, false, error);
    if (text == NULL)
        return false;
    if (!is_url(text, "https://") && (https_only || !is_url(text, "http://"))) {
        fail_page(context, value, https_only, text, error);
        return false;
    }
    setting_replace(member, g_steal_pointer(&text));
    return true;
}

static bool read_url(const SettingContext *context, const Value *value,
                     void *member, GError **error)
{
    return read_page(context, value, false, member, error);
}

static bool read_https_url(const SettingContext *context, const Value *value,
                           void *member, GError **error)
{
    return read_page(context, value, true, member, error);
}

static bool read_token_url(const SettingContext *context, const Value *value,
                           void *member, GError **error)
{
    g_autofree char *text = setting_clean_text(context, value, false, error);
    if (text == NULL)
        return false;
    const char *token = strstr(text, KEYRING_MARK);
    if (token == NULL)
        return read_https_url(context, value, member, error);
    g_autofree char *start = g_strndup(text, (gsize)(token - text));
    g_autofree char *filled = g_strconcat(start, "x",
                                          token + strlen(KEYRING_MARK), NULL);
    if (!check_braces(context, value, text, error))
        return false;
    if (!is_url(filled, "https://")) {
        fail_page(context, value, true, text, error);
        return false;
    }
    if (!check_token_place(context, value, text, error))
        return false;
    setting_replace(member, g_steal_pointer(&text));
    return true;
}

const SettingType setting_mailbox = {"mailbox", read_mailbox, clear_mailbox};
const SettingType setting_verp = {"address", read_verp, clear_verp};
const SettingType setting_mail = {"address", read_mail, setting_clear_text};
const SettingType setting_host = {"host", read_host, setting_clear_text};
const SettingType setting_list_id = {"name", read_list_id, setting_clear_text};
const SettingType setting_url = {"url", read_url, setting_clear_text};
const SettingType setting_token_url = {"url", read_token_url,
                                       setting_clear_text};
const SettingType setting_token_mail = {"address", read_token_mail,
                                        setting_clear_text};
