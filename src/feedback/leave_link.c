/* leave_link.c - see leave_link.h. */
#include "feedback/leave_link.h"

#include <string.h>

#include <glib.h>

#include "mail/keyring.h"

#define SCHEME "https://"
#define QUERY_FIELDS_MAX 32

/* Behind the host: "/u/{token}"; NULL when there is no path. */
static const char *path_of(const char *url)
{
    if (g_ascii_strncasecmp(url, SCHEME, strlen(SCHEME)) != 0)
        return NULL;
    const char *path = strpbrk(url + strlen(SCHEME), "/?#");
    return path != NULL && *path == '/' ? path : NULL;
}

bool leave_link_is_right(const char *url)
{
    const char *path = path_of(url);
    const char *mark = path != NULL ? strstr(path, KEYRING_MARK) : NULL;
    return mark != NULL && strchr(path, '#') == NULL &&
           strstr(mark + 1, KEYRING_MARK) == NULL &&
           strstr(url, KEYRING_MARK) == mark;
}

/* What stands in `text` where `form`, which goes on to one of `ends`, has its
 * mark, when the rest agrees. Only its beginning may be missing in `text`. */
static char *take_token(const char *form, const char *ends, const char *text,
                        size_t length)
{
    const char *mark = strstr(form, KEYRING_MARK);
    const char *after = mark + strlen(KEYRING_MARK);
    size_t after_length = strcspn(after, ends);
    if (length < KEYRING_TOKEN_LENGTH + after_length)
        return NULL;
    size_t head = length - KEYRING_TOKEN_LENGTH - after_length;
    if (head > (size_t)(mark - form) || memcmp(text, mark - head, head) != 0 ||
        memcmp(text + length - after_length, after, after_length) != 0)
        return NULL;
    return g_strndup(text + head, KEYRING_TOKEN_LENGTH);
}

static char *token_in_path(const char *form, const char *target)
{
    return target[0] == '/'
               ? take_token(form, "?", target, strcspn(target, "?"))
               : NULL;
}

/* The field alone decides; the path is the web server's. */
static char *token_in_query(const char *form, const char *target)
{
    const char *field = strstr(form, KEYRING_MARK);
    while (field[-1] != '?' && field[-1] != '&')
        field--;
    size_t before = (size_t)(strstr(field, KEYRING_MARK) - field);
    const char *at = target + strcspn(target, "?");
    for (int i = 0; i < QUERY_FIELDS_MAX && *at != '\0'; i++) {
        at++;
        size_t length = strcspn(at, "&");
        char *token = length >= before && memcmp(at, field, before) == 0
                          ? take_token(field, "&", at, length)
                          : NULL;
        if (token != NULL)
            return token;
        at += length;
    }
    return NULL;
}

/* The header of a mail has %2C for a comma, which parts the addresses in it
 * (RFC 2369 2); a web server in front may have changed it back. */
static char *unify_commas(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "%2C", -1);
    return g_strjoinv(",", parts);
}

char *leave_link_token(const char *url, const char *target)
{
    g_autofree char *pattern = unify_commas(url);
    g_autofree char *asked = unify_commas(target);
    const char *form = path_of(pattern);
    if (form == NULL)
        return NULL;
    const char *query = strchr(form, '?');
    bool is_queried = query != NULL && query < strstr(form, KEYRING_MARK);
    return is_queried ? token_in_query(form, asked)
                      : token_in_path(form, asked);
}
