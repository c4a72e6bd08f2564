/* uri.c - see uri.h. */
#include "mail/uri.h"

#include <string.h>

#include "mail/address.h"
#include "mail/header.h"

/* All that RFC 3986 lets stand in an address, but the comma, which parts the
 * addresses of a list field (RFC 2369 2). */
static bool is_uri_byte(char byte)
{
    return g_ascii_isalnum(byte) ||
           (byte != '\0' && strchr("-._~:/?#[]@!$&'()*+;=%", byte) != NULL);
}

static void append_escaped(GString *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (is_uri_byte(*text))
            g_string_append_c(out, *text);
        else
            g_string_append_printf(out, "%%%02X", (unsigned char)*text);
    }
}

static bool is_ip(const char *text, size_t length)
{
    bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';
    g_autofree char *host = g_strndup(text + bracketed,
                                      length - 2 * (size_t)bracketed);
    return g_hostname_is_ip_address(host) &&
           bracketed == (strchr(host, ':') != NULL);
}

/* Appends what stands between `//` and the path. Userinfo is refused with the
 * host: who logs in through an address in a mail gives the password away. */
static bool append_authority(GString *out, const char *text, size_t length,
                             GError **error)
{
    const char *close = *text == '[' ? memchr(text, ']', length) : NULL;
    size_t skipped = close != NULL ? (size_t)(close - text) : 0;
    const char *colon = memchr(text + skipped, ':', length - skipped);
    size_t host = colon != NULL ? (size_t)(colon - text) : length;
    if (host < length && strspn(colon + 1, "0123456789") < length - host - 1) {
        error_set(error, ERROR_INPUT, "what follows the host is not a port");
        return false;
    }
    g_autofree char *ascii = is_ip(text, host)
                                 ? g_strndup(text, host)
                                 : domain_to_ascii(text, host, error);
    if (ascii == NULL)
        return false;
    g_string_append(out, ascii);
    g_string_append_len(out, text + host, (gssize)(length - host));
    return true;
}

static char *convert(const char *text, UriKind kind, GError **error)
{
    bool https = g_ascii_strncasecmp(text, "https://", 8) == 0;
    bool http = g_ascii_strncasecmp(text, "http://", 7) == 0;
    if (!https && !(http && kind == URI_WEB)) {
        error_set(error, ERROR_INPUT, "it must begin with https://%s",
                  kind == URI_WEB ? " or http://" : "");
        return NULL;
    }
    g_autoptr(GString) out = g_string_new(https ? "https://" : "http://");
    const char *authority = text + out->len;
    size_t length = strcspn(authority, "/?#");
    if (!append_authority(out, authority, length, error))
        return NULL;
    append_escaped(out, authority + length);
    if (out->len > URI_MAX) {
        error_set(error, ERROR_INPUT, "it is longer than %d letters", URI_MAX);
        return NULL;
    }
    return g_strdup(out->str);
}

char *uri_from_text(const char *text, UriKind kind, ErrorCode code,
                    const char *what, GError **error)
{
    g_autoptr(GError) fault = NULL;
    char *uri = header_check(text, &fault) ? convert(text, kind, &fault) : NULL;
    if (uri == NULL)
        error_set(error, code, "%s: `%.200s`: %s", what, text, fault->message);
    return uri;
}

char *uri_mailto(const char *address, const char *subject)
{
    GString *out = g_string_new("mailto:");
    g_autofree char *escaped = g_uri_escape_string(address,
                                                   "@!$'()*+;:", FALSE);
    g_string_append(out, escaped);
    if (subject != NULL) {
        g_autofree char *words = g_uri_escape_string(subject, NULL, FALSE);
        g_string_append_printf(out, "?subject=%s", words);
    }
    return g_string_free(out, FALSE);
}
