/* address_find.c - an address within a text; see address.h. */
#include "mail/address.h"

#include <stdbool.h>
#include <string.h>

/* Of what may stand in a local part only these join it to a word before it:
 * the others, such as quotes, stand around addresses more often than in them.
 */
static bool joins_before(char byte)
{
    return g_ascii_isalnum(byte) || byte == '.' || byte == '_' || byte == '+' ||
           byte == '-' || (unsigned char)byte >= 0x80;
}

/* A full stop may end a sentence. */
static bool joins_behind(const char *at)
{
    if (*at == '.')
        at++;
    return g_ascii_isalnum(*at) || *at == '-' || (unsigned char)*at >= 0x80;
}

const char *address_find(const char *text, const char *key)
{
    size_t length = strlen(key);
    char before = '\0';
    for (const char *at = text; *at != '\0'; before = *at++)
        if (!joins_before(before) &&
            g_ascii_strncasecmp(at, key, length) == 0 &&
            !joins_behind(at + length))
            return at;
    return NULL;
}
