/* lang.c - see lang.h. */
#include "mail/lang.h"

#include <string.h>

#include <glib.h>

#define SUBTAG_MAX 8

static size_t subtag_length(const char *text, size_t length)
{
    size_t used = 0;

    while (used < length && g_ascii_isalnum(text[used]))
        used++;
    return used;
}

bool lang_is_tag(const char *text, size_t length)
{
    size_t primary = 0;

    while (primary < length && g_ascii_isalpha(text[primary]))
        primary++;
    if (primary < 2 || primary > 3 || length > LANG_TAG_MAX)
        return false;
    for (size_t at = primary; at < length;) {
        if (text[at] != '-')
            return false;
        size_t used = subtag_length(text + at + 1, length - at - 1);
        if (used == 0 || used > SUBTAG_MAX)
            return false;
        at += 1 + used;
    }
    return true;
}

static int find_tag(const char *const *tags, size_t count, const char *range)
{
    for (size_t i = 0; i < count; i++)
        if (g_ascii_strcasecmp(tags[i], range) == 0)
            return (int)i;
    return -1;
}

int lang_lookup(const char *const *tags, size_t count, const char *wanted)
{
    char range[LANG_TAG_MAX + 1];
    size_t length = strcspn(wanted, ".@ ");

    if (length == 0 || length > LANG_TAG_MAX)
        return -1;
    memcpy(range, wanted, length);
    range[length] = '\0';
    g_strdelimit(range, "_", '-');
    for (;;) {
        int found = find_tag(tags, count, range);
        char *hyphen = strrchr(range, '-');
        if (found >= 0 || hyphen == NULL)
            return found;
        *hyphen = '\0';
        /* A single letter only begins what has just been cut off. */
        if (hyphen - range >= 2 && hyphen[-2] == '-')
            hyphen[-2] = '\0';
    }
}
