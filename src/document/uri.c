/* uri.c - RFC 3986, and what authors make of it. */
#include "document/uri.h"

#include <string.h>

/* A piece of the reference; `set` tells an empty one from none. */
typedef struct Part {
    const char *at;
    size_t length;
    bool set;
} Part;

typedef struct Parts {
    Part scheme;
    Part authority;
    Part path;
    Part query;
    Part fragment;
} Parts;

size_t uri_scheme_length(const char *uri)
{
    size_t i = 0;

    if (!g_ascii_isalpha(uri[0]))
        return 0;
    while (g_ascii_isalnum(uri[i]) || uri[i] == '+' || uri[i] == '-' ||
           uri[i] == '.')
        i++;
    return uri[i] == ':' ? i : 0;
}

bool uri_has_scheme(const char *uri, const char *scheme)
{
    size_t length = uri_scheme_length(uri);

    return length > 0 && length == strlen(scheme) &&
           g_ascii_strncasecmp(uri, scheme, length) == 0;
}

static Part take(const char **at, size_t length)
{
    Part part = {*at, length, true};

    *at += length;
    return part;
}

static Parts split(const char *uri)
{
    Parts parts = {0};
    size_t scheme = uri_scheme_length(uri);
    const char *at = uri;

    if (scheme > 0) {
        parts.scheme = take(&at, scheme);
        at++;
    }
    if (at[0] == '/' && at[1] == '/') {
        at += 2;
        parts.authority = take(&at, strcspn(at, "/?#"));
    }
    parts.path = take(&at, strcspn(at, "?#"));
    if (*at == '?') {
        at++;
        parts.query = take(&at, strcspn(at, "#"));
    }
    if (*at == '#') {
        at++;
        parts.fragment = take(&at, strlen(at));
    }
    return parts;
}

static void drop_last_segment(GString *out, size_t start)
{
    while (out->len > start && out->str[out->len - 1] != '/')
        g_string_truncate(out, out->len - 1);
    if (out->len > start)
        g_string_truncate(out, out->len - 1);
}

/* Appends the path without `.` and `..` (5.2.4). */
static void append_without_dots(GString *out, const char *path)
{
    size_t start = out->len;

    while (*path) {
        if (g_str_has_prefix(path, "../")) {
            path += 3;
        } else if (g_str_has_prefix(path, "./") ||
                   g_str_has_prefix(path, "/./")) {
            path += 2;
        } else if (strcmp(path, "/.") == 0) {
            g_string_append_c(out, '/');
            return;
        } else if (g_str_has_prefix(path, "/../")) {
            path += 3;
            drop_last_segment(out, start);
        } else if (strcmp(path, "/..") == 0) {
            drop_last_segment(out, start);
            g_string_append_c(out, '/');
            return;
        } else if (strcmp(path, ".") == 0 || strcmp(path, "..") == 0) {
            return;
        } else {
            size_t length = strcspn(path + 1, "/") + 1;
            g_string_append_len(out, path, (gssize)length);
            path += length;
        }
    }
}

/* The base's path up to its last slash, then the reference's (5.2.3). */
static char *merge_paths(const Parts *base, const Part *path)
{
    const char *slash = base->path.length > 0
                            ? memrchr(base->path.at, '/', base->path.length)
                            : NULL;
    int length = slash ? (int)(slash - base->path.at) + 1 : 0;

    if (base->authority.set && base->path.length == 0)
        return g_strdup_printf("/%.*s", (int)path->length, path->at);
    return g_strdup_printf("%.*s%.*s", length, base->path.at, (int)path->length,
                           path->at);
}

static void append_part(GString *out, const char *before, const Part *part,
                        const char *after)
{
    if (!part->set)
        return;
    g_string_append(out, before);
    g_string_append_len(out, part->at, (gssize)part->length);
    g_string_append(out, after);
}

char *uri_resolve(const char *base_uri, const char *reference)
{
    Parts base = split(base_uri);
    Parts from = split(reference);
    GString *out = g_string_new(NULL);
    g_autofree char *path = NULL;
    bool own_authority = from.scheme.set || from.authority.set;
    bool keeps_path = !own_authority && from.path.length == 0;

    append_part(out, "", from.scheme.set ? &from.scheme : &base.scheme, ":");
    append_part(out, "//", own_authority ? &from.authority : &base.authority,
                "");
    if (keeps_path) {
        g_string_append_len(out, base.path.at, (gssize)base.path.length);
        append_part(out, "?", from.query.set ? &from.query : &base.query, "");
    } else {
        if (own_authority || from.path.at[0] == '/')
            path = g_strndup(from.path.at, from.path.length);
        else
            path = merge_paths(&base, &from.path);
        append_without_dots(out, path);
        append_part(out, "?", &from.query, "");
    }
    append_part(out, "#", &from.fragment, "");
    return g_string_free(out, FALSE);
}

char *uri_clean(const char *uri)
{
    GString *out = g_string_new(NULL);
    const unsigned char *at;

    for (at = (const unsigned char *)uri; *at; at++)
        if (*at >= 0x20 && *at != 0x7f)
            g_string_append_c(out, (char)*at);
    return g_strstrip(g_string_free(out, FALSE));
}

static void append_encoded(GString *out, const char *text, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}", c))
            g_string_append_printf(out, "%%%02X", c);
        else
            g_string_append_c(out, (char)c);
    }
}

static bool is_plain_host(const char *host)
{
    const char *at;

    if (*host == '[') {
        size_t inside = strspn(host + 1, "0123456789abcdefABCDEF:.");
        return inside > 0 && strcmp(host + 1 + inside, "]") == 0;
    }
    for (at = host; *at; at++)
        if (!g_ascii_isalnum(*at) && !strchr("-._~", *at))
            return false;
    return *host != '\0' && *host != '.';
}

/* Markdown writes `%C3%BC` into hosts, too. NULL: it hides no letters. */
static char *decode_host(const char *host)
{
    g_autofree char *decoded = NULL;

    if (!strchr(host, '%'))
        return g_strdup(host);
    decoded = g_uri_unescape_string(host, "/");
    return decoded && g_utf8_validate(decoded, -1, NULL)
               ? g_steal_pointer(&decoded)
               : NULL;
}

/* Only labels that need it are converted: the others may hold gaps, whose
 * case counts. */
static char *host_to_ascii(const char *host)
{
    g_auto(GStrv) labels = NULL;
    size_t i;

    if (g_str_is_ascii(host))
        return g_strdup(host);
    labels = g_strsplit(host, ".", -1);
    for (i = 0; labels[i]; i++) {
        char *ascii;
        if (g_str_is_ascii(labels[i]))
            continue;
        ascii = g_hostname_to_ascii(labels[i]);
        if (!ascii)
            return NULL;
        g_free(labels[i]);
        labels[i] = ascii;
    }
    return g_strjoinv(".", labels);
}

/* user@host:port. False when no mail program could go there. */
static bool append_authority(GString *out, const Part *authority)
{
    g_autofree char *text = g_strndup(authority->at, authority->length);
    g_autofree char *decoded = NULL;
    g_autofree char *ascii = NULL;
    char *host = strrchr(text, '@');
    char *port;
    size_t before;

    /* Browsers take a backslash for a slash, others do not. */
    if (strchr(text, '\\'))
        return false;
    host = host ? host + 1 : text;
    before = (size_t)(host - text);
    append_encoded(out, text, before);
    port = strrchr(host, ':');
    if (port && strspn(port + 1, "0123456789") == strlen(port + 1))
        *port++ = '\0';
    else
        port = NULL;
    decoded = decode_host(host);
    ascii = decoded ? host_to_ascii(decoded) : NULL;
    if (!ascii || !is_plain_host(ascii))
        return false;
    g_string_append(out, ascii);
    if (port)
        g_string_append_printf(out, ":%s", port);
    return true;
}

char *uri_encode(const char *uri)
{
    Parts parts = split(uri);
    g_autoptr(GString) out = g_string_new(NULL);
    bool needs_host = uri_has_scheme(uri, "http") ||
                      uri_has_scheme(uri, "https");

    if (needs_host && !parts.authority.set)
        return NULL;
    append_part(out, "", &parts.scheme, ":");
    if (parts.authority.set) {
        g_string_append(out, "//");
        if (!append_authority(out, &parts.authority))
            return NULL;
    }
    append_encoded(out, parts.path.at, parts.path.length);
    if (parts.query.set) {
        g_string_append_c(out, '?');
        append_encoded(out, parts.query.at, parts.query.length);
    }
    if (parts.fragment.set) {
        g_string_append_c(out, '#');
        append_encoded(out, parts.fragment.at, parts.fragment.length);
    }
    return g_strdup(out->str);
}
