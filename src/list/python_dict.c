/* python_dict.c - see python_dict.h. */
#include "list/python_dict.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

/* --- texts --- */

static void put_character(GString *out, gunichar character)
{
    if (character == '"' || character == '\\')
        g_string_append_printf(out, "\\%c", (char)character);
    else if (character < 0x20)
        g_string_append_printf(out, "\\u%04x", character);
    else
        g_string_append_unichar(out, character);
}

/* The digits behind \x, \u and \U. */
static bool read_number(const char **at, int digits, gunichar *character)
{
    *character = 0;
    for (; digits > 0; digits--, ++*at) {
        int digit = g_ascii_xdigit_value(**at);
        if (digit < 0 || *character > 0xfffffff)
            return false;
        *character = *character * 16 + (gunichar)digit;
    }
    return *character != 0 && g_unichar_validate(*character);
}

/* `at` stands on the backslash. */
static bool read_escape(const char **at, gunichar *character)
{
    static const char letters[] = "ntr\\'\"";
    static const char meanings[] = "\n\t\r\\'\"";
    char letter = (*at)[1];
    const char *found = letter ? strchr(letters, letter) : NULL;
    if (letter == '\0')
        return false;
    *at += 2;
    if (found != NULL) {
        *character = (gunichar)meanings[found - letters];
        return true;
    }
    int digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    return digits > 0 && read_number(at, digits, character);
}

static bool put_text(const char **at, GString *out)
{
    char quote = *(*at)++;
    g_string_append_c(out, '"');
    while (**at != quote) {
        gunichar character = 0;
        if (**at == '\0')
            return false;
        if (**at == '\\') {
            if (!read_escape(at, &character))
                return false;
        } else {
            character = g_utf8_get_char(*at);
            *at = g_utf8_next_char(*at);
        }
        put_character(out, character);
    }
    ++*at;
    g_string_append_c(out, '"');
    return true;
}

/* --- all else --- */

static bool put_word(const char **at, GString *out)
{
    static const struct {
        const char *python;
        const char *json;
    } words[] = {{"True", "true"}, {"False", "false"}, {"None", "null"}};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_str_has_prefix(*at, words[i].python)) {
            g_string_append(out, words[i].json);
            *at += strlen(words[i].python);
            return true;
        }
    }
    return false;
}

/* A tuple is a list; one of a single item has a comma behind it. */
static void put_sign(const char **at, GString *out)
{
    char sign = *(*at)++;
    if (sign == ')' && out->len > 0 && out->str[out->len - 1] == ',')
        g_string_truncate(out, out->len - 1);
    if (sign != ' ')
        g_string_append_c(out, sign == '(' ? '[' : sign == ')' ? ']' : sign);
}

char *python_dict_to_json(const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    while (*text != '\0') {
        if (*text == '\'' || *text == '"') {
            if (!put_text(&text, out))
                return NULL;
        } else if (!put_word(&text, out)) {
            put_sign(&text, out);
        }
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
