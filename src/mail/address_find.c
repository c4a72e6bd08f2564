/* address_find.c - an address within a text; see address.h. */
#include "mail/address.h"

#include <stdbool.h>
#include <string.h>

#include "mail/domain.h"

/* The text may be a relay's, in any encoding. */
static bool is_letter(const char *at)
{
    gunichar letter = g_utf8_get_char_validated(at, -1);
    return letter < 0x110000 &&
           (g_unichar_isalnum(letter) || g_unichar_ismark(letter));
}

/* Of what may stand in a local part only these join it to a word before it:
 * the others, such as quotes, stand around addresses more often than in them.
 */
static bool joins_before(const char *text, const char *at)
{
    const char *before = g_utf8_find_prev_char(text, at);
    return before != NULL && (is_letter(before) || strchr("._+-", *before));
}

/* A full stop may end a sentence. */
static bool joins_behind(const char *at)
{
    if (*at == '.')
        at++;
    return is_letter(at) || *at == '-';
}

/* Bytes of what may be a domain, letters beyond ASCII with it. */
static size_t domain_length(const char *at)
{
    const char *end = at;
    size_t length = 0; /* without full stops at its end */
    while (is_letter(end) || *end == '.' || *end == '-') {
        bool is_stop = *end == '.';
        end = g_utf8_next_char(end);
        if (!is_stop)
            length = (size_t)(end - at);
    }
    return length;
}

/* The key has the domain in ASCII, the text perhaps as people write it. */
static size_t match_idn(const char *at, const char *key)
{
    const char *domain = strrchr(key, '@') + 1;
    size_t local = (size_t)(domain - key);
    if (g_ascii_strncasecmp(at, key, local) != 0)
        return 0;
    const char *fault = NULL;
    size_t length = domain_length(at + local);
    g_autofree char *ascii = domain_convert(at + local, length, &fault);
    return g_strcmp0(ascii, domain) == 0 ? local + length : 0;
}

/* How many bytes of it are the address; 0 when it does not begin here. */
static size_t match(const char *at, const char *key)
{
    size_t length = strlen(key);
    if (g_ascii_strncasecmp(at, key, length) != 0)
        return match_idn(at, key);
    return joins_behind(at + length) ? 0 : length;
}

const char *address_find(const char *text, const char *key, size_t *length)
{
    for (const char *at = text; *at != '\0'; at++) {
        size_t found = match(at, key);
        if (found == 0 || joins_before(text, at))
            continue;
        if (length != NULL)
            *length = found;
        return at;
    }
    return NULL;
}
