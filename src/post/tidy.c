/* tidy.c - see tidy.h. */
#include "post/tidy.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#define TAG_MAX 500 /* bytes of one tag in a title */

/* --- tags --- */

static bool is_inline_tag(const char *name, size_t length)
{
    static const char *const names[] = {
        "a",   "abbr", "b",     "big",  "br",     "cite",   "code",
        "del", "em",   "font",  "i",    "ins",    "kbd",    "mark",
        "q",   "s",    "small", "span", "strike", "strong", "sub",
        "sup", "tt",   "u",     "var"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strlen(names[i]) == length &&
            g_ascii_strncasecmp(names[i], name, length) == 0)
            return true;
    return false;
}

/* The bytes of the inline tag that begins here, 0 when there is none. */
static size_t tag_length(const char *text)
{
    const char *name = text + 1;
    if (*name == '/')
        name++;
    size_t length = 0;
    while (g_ascii_isalnum(name[length]))
        length++;
    if (!is_inline_tag(name, length) ||
        strchr(" \t\n/>", name[length]) == NULL || name[length] == '\0')
        return 0;
    for (const char *at = name + length; at - text < TAG_MAX; at++) {
        if (*at == '>')
            return (size_t)(at - text) + 1;
        if (*at == '\0' || *at == '<')
            return 0;
    }
    return 0;
}

static char *drop_tags(const char *text)
{
    GString *out = g_string_new(NULL);
    while (*text != '\0') {
        size_t length = *text == '<' ? tag_length(text) : 0;
        if (length == 0)
            g_string_append_c(out, *text++);
        text += length;
    }
    return g_string_free(out, FALSE);
}

/* --- entities --- */

typedef struct Entity {
    const char *name;
    unsigned code;
} Entity;

/* HTML 4.01 24.2.1: U+00A0 to U+00FF, in order. */
static const char latin_names[] =
    "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy "
    "reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm "
    "raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring "
    "AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde "
    "Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml "
    "Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil "
    "egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve "
    "oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute "
    "thorn yuml";

/* 24.3.1: U+0391 to U+03C9, in order, with the two gaps as `-`. */
static const char greek_names[] =
    "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi "
    "Omicron Pi Rho - Sigma Tau Upsilon Phi Chi Psi Omega - - - - - - - alpha "
    "beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi "
    "omicron pi rho sigmaf sigma tau upsilon phi chi psi omega";

static const Entity others[] = {
    {"quot", '"'},      {"amp", '&'},       {"lt", '<'},
    {"gt", '>'},        {"apos", '\''},     {"OElig", 0x152},
    {"oelig", 0x153},   {"Scaron", 0x160},  {"scaron", 0x161},
    {"Yuml", 0x178},    {"fnof", 0x192},    {"circ", 0x2C6},
    {"tilde", 0x2DC},   {"ensp", 0x2002},   {"emsp", 0x2003},
    {"thinsp", 0x2009}, {"zwnj", 0x200C},   {"zwj", 0x200D},
    {"ndash", 0x2013},  {"mdash", 0x2014},  {"lsquo", 0x2018},
    {"rsquo", 0x2019},  {"sbquo", 0x201A},  {"ldquo", 0x201C},
    {"rdquo", 0x201D},  {"bdquo", 0x201E},  {"dagger", 0x2020},
    {"Dagger", 0x2021}, {"bull", 0x2022},   {"hellip", 0x2026},
    {"permil", 0x2030}, {"prime", 0x2032},  {"Prime", 0x2033},
    {"lsaquo", 0x2039}, {"rsaquo", 0x203A}, {"euro", 0x20AC},
    {"trade", 0x2122},  {"larr", 0x2190},   {"uarr", 0x2191},
    {"rarr", 0x2192},   {"darr", 0x2193},   {"harr", 0x2194},
    {"rArr", 0x21D2},   {"hArr", 0x21D4},   {"forall", 0x2200},
    {"exist", 0x2203},  {"isin", 0x2208},   {"minus", 0x2212},
    {"infin", 0x221E},  {"ne", 0x2260},     {"le", 0x2264},
    {"ge", 0x2265},     {"hearts", 0x2665},
};

static unsigned find_in_order(const char *names, unsigned first,
                              const char *name, size_t length)
{
    for (unsigned code = first; *names != '\0'; code++) {
        size_t here = strcspn(names, " ");
        if (here == length && memcmp(names, name, length) == 0)
            return code;
        names += here + (names[here] == ' ');
    }
    return 0;
}

static unsigned find_name(const char *name, size_t length)
{
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (strlen(others[i].name) == length &&
            memcmp(others[i].name, name, length) == 0)
            return others[i].code;
    unsigned code = find_in_order(latin_names, 0xA0, name, length);
    return code ? code : find_in_order(greek_names, 0x391, name, length);
}

/* `digits` of base 10 or 16, at most 8 of them. */
static unsigned read_number(const char *digits, size_t length, unsigned base)
{
    unsigned code = 0;
    for (size_t i = 0; i < length; i++) {
        int digit = base == 16 ? g_ascii_xdigit_value(digits[i])
                               : g_ascii_digit_value(digits[i]);
        if (digit < 0 || code > 0x10FFFF)
            return 0;
        code = code * base + (unsigned)digit;
    }
    /* What HTML would not show either. */
    return g_unichar_validate(code) ? code : 0;
}

unsigned tidy_entity(const char *text, size_t *length)
{
    const char *name = text + 1;
    bool is_number = *name == '#';
    bool is_hex = is_number && (name[1] == 'x' || name[1] == 'X');
    name += is_number + is_hex;
    size_t count = 0;
    while (count < 10 && g_ascii_isalnum(name[count]))
        count++;
    if (count == 0 || name[count] != ';')
        return 0;
    *length = (size_t)(name - text) + count + 1;
    if (is_number)
        return read_number(name, count, is_hex ? 16 : 10);
    return find_name(name, count);
}

static char *decode_entities(const char *text)
{
    GString *out = g_string_new(NULL);
    while (*text != '\0') {
        size_t length = 0;
        unsigned code = *text == '&' ? tidy_entity(text, &length) : 0;
        if (code == 0) {
            g_string_append_c(out, *text++);
            continue;
        }
        g_string_append_unichar(out, code);
        text += length;
    }
    return g_string_free(out, FALSE);
}

/* --- blanks --- */

static char *collapse(const char *text)
{
    GString *out = g_string_new(NULL);
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar character = g_utf8_get_char(text);
        if (!g_unichar_isspace(character) && !g_unichar_iscntrl(character))
            g_string_append_unichar(out, character);
        else if (out->len > 0 && out->str[out->len - 1] != ' ')
            g_string_append_c(out, ' ');
    }
    if (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    return g_string_free(out, FALSE);
}

char *tidy_line(const char *text)
{
    g_autofree char *plain = drop_tags(text);
    g_autofree char *decoded = decode_entities(plain);
    g_autofree char *normal = g_utf8_normalize(decoded, -1, G_NORMALIZE_NFC);
    return collapse(normal != NULL ? normal : decoded);
}

/* --- names --- */

/* `[Ada](https://…)` at `text`: where its words end and where it ends. */
static bool is_link(const char *text, const char **words_end, const char **end)
{
    const char *close = strchr(text, ']');
    if (close == NULL || close[1] != '(')
        return false;
    const char *last = strchr(close, ')');
    if (last == NULL)
        return false;
    *words_end = close;
    *end = last + 1;
    return true;
}

/* `<ada@example.org>`: its length, or 0. */
static size_t angle_length(const char *text)
{
    size_t length = strcspn(text, ">");
    if (text[length] == '\0' || memchr(text, '@', length) == NULL)
        return 0;
    return length + 1;
}

char *tidy_name(const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    while (*text != '\0') {
        const char *words_end = NULL;
        const char *end = NULL;
        if (*text == '[' && is_link(text, &words_end, &end)) {
            g_string_append_len(out, text + 1, words_end - text - 1);
            text = end;
            continue;
        }
        size_t skip = *text == '<' ? angle_length(text) : 0;
        if (skip == 0)
            g_string_append_c(out, *text++);
        text += skip;
    }
    return tidy_line(out->str);
}
