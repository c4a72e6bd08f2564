/* quote.c - see quote.h. */
#include "list/quote.h"

#include <string.h>

#define PLAIN_EXTRA "@._+/()$;=~^ -"

/* --- CSV --- */

/* Blanks at the ends would be lost. */
static bool needs_quotes(const char *text, const char *signs, bool is_first)
{
    size_t length = strlen(text);
    if (length == 0)
        return false;
    return strpbrk(text, signs) != NULL || strchr(" \t", text[0]) != NULL ||
           strchr(" \t", text[length - 1]) != NULL ||
           (is_first && text[0] == '#');
}

void quote_csv(const char *text, const char *signs, bool is_first, GString *out)
{
    if (!needs_quotes(text, signs, is_first)) {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
}

/* --- YAML --- */

/* Words and numbers that other programs would not take for texts. */
static bool is_resolved(const char *text)
{
    static const char *const words[] = {"null", "true", "false", "yes", "no",
                                        "on",   "off",  "y",     "n",   NULL};
    for (const char *const *word = words; *word != NULL; word++)
        if (g_ascii_strcasecmp(text, *word) == 0)
            return true;
    return g_ascii_isdigit(*text) || strchr("+-.~=", *text) != NULL;
}

bool quote_yaml_is_plain(const char *text)
{
    size_t length = strlen(text);
    bool is_fine = length > 0 && text[length - 1] != ' ' &&
                   ((unsigned char)*text >= 0x80 || g_ascii_isalnum(*text));
    for (; is_fine && *text != '\0'; text++)
        is_fine = (unsigned char)*text >= 0x80 || g_ascii_isalnum(*text) ||
                  strchr(PLAIN_EXTRA, *text) != NULL;
    return is_fine;
}

/* What YAML takes for a line end, or does not let stand in a file. */
static bool is_special(gunichar character)
{
    return character < 0x20 || character == 0x85 || character == 0x2028 ||
           character == 0x2029 || character == 0xfeff || character == 0xfffe ||
           character == 0xffff;
}

static bool has_special(const char *text)
{
    for (; *text != '\0'; text = g_utf8_next_char(text))
        if (is_special(g_utf8_get_char(text)))
            return true;
    return false;
}

static void put_escaped(const char *text, GString *out)
{
    g_string_append_c(out, '"');
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar character = g_utf8_get_char(text);
        if (character == '"' || character == '\\')
            g_string_append_printf(out, "\\%c", (char)character);
        else if (character < 0x20 || character == 0x85 || character == 0x2028 ||
                 character == 0x2029 || character == 0xfeff)
            g_string_append_printf(out, "\\u%04X", character);
        else
            g_string_append_unichar(out, character);
    }
    g_string_append_c(out, '"');
}

void quote_yaml(const char *text, bool was_plain, GString *out)
{
    if (has_special(text)) {
        put_escaped(text, out);
    } else if (quote_yaml_is_plain(text) && (was_plain || !is_resolved(text))) {
        g_string_append(out, text);
    } else {
        g_auto(GStrv) parts = g_strsplit(text, "'", -1);
        g_autofree char *doubled = g_strjoinv("''", parts);
        g_string_append_printf(out, "'%s'", doubled);
    }
}
