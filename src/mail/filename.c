/* filename.c - see filename.h. */
#include "mail/filename.h"

#include <stdbool.h>
#include <string.h>

#define SUFFIX_MAX 12 /* characters, the dot included */

static const char *last_part(const char *path)
{
    const char *last = path;
    for (const char *at = path; *at != '\0'; at++)
        if ((*at == '/' || *at == '\\') && at[1] != '\0')
            last = at + 1;
    return last;
}

/* Joiners are letters' business in several scripts and in emoji; all other
 * characters that nobody sees are left out, among them those that turn the
 * direction of a line. */
static bool may_stand(gunichar character)
{
    switch ((int)g_unichar_type(character)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return false;
    case G_UNICODE_FORMAT:
        return character == 0x200c || character == 0x200d;
    default:
        return character != '/' && character != '\\';
    }
}

static GString *keep_visible(const char *name)
{
    GString *out = g_string_new(NULL);
    const char *end = name + strlen(name);
    while (name < end) {
        gunichar character = g_utf8_get_char_validated(name, end - name);
        if (character == (gunichar)-1 || character == (gunichar)-2) {
            g_string_append_c(out, '_');
            name++;
            continue;
        }
        if (g_unichar_isspace(character) && may_stand(character))
            g_string_append_c(out, ' ');
        else if (may_stand(character))
            g_string_append_unichar(out, character);
        name = g_utf8_next_char(name);
    }
    return out;
}

static void trim(GString *name)
{
    size_t lead = strspn(name->str, ". ");
    g_string_erase(name, 0, (gssize)lead);
    while (name->len > 0 && strchr(". ", name->str[name->len - 1]) != NULL)
        g_string_truncate(name, name->len - 1);
}

/* Cuts the stem, so that the suffix still says what the file is. */
static void shorten(GString *name)
{
    long characters = g_utf8_strlen(name->str, -1);
    if (characters <= FILENAME_MAX_CHARACTERS)
        return;
    const char *dot = strrchr(name->str, '.');
    long suffix = dot != NULL ? g_utf8_strlen(dot, -1) : 0;
    if (dot == NULL || suffix > SUFFIX_MAX) {
        dot = name->str + name->len;
        suffix = 0;
    }
    const char *cut = g_utf8_offset_to_pointer(
        name->str, FILENAME_MAX_CHARACTERS - suffix);
    g_string_erase(name, cut - name->str, dot - cut);
}

char *filename_from_path(const char *path)
{
    g_autoptr(GString) visible = keep_visible(last_part(path));
    g_autofree char *composed = g_utf8_normalize(visible->str, -1,
                                                 G_NORMALIZE_NFC);
    GString *name = g_string_new(composed);
    trim(name);
    shorten(name);
    trim(name);
    if (name->len == 0)
        g_string_assign(name, "attachment");
    return g_string_free(name, FALSE);
}
