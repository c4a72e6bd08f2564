/* ascii.c - see ascii.h. */
#include "document/ascii.h"

#include <stdbool.h>
#include <string.h>

/* Where the C library's table says nothing, or something else. */
static const struct {
    const char *from;
    const char *to;
} own[] = {
    {"‚", "'"},   {"„", "\""},  {"‟", "\""},  {"′", "'"},    {"″", "\""},
    {"·", "-"},   {"•", "*"},   {"‣", "*"},   {"÷", "/"},    {"±", "+/-"},
    {"≠", "!="},  {"≈", "~"},   {"⇒", "=>"},  {"⇐", "<="},   {"↔", "<->"},
    {"£", "GBP"}, {"¥", "JPY"}, {"đ", "d"},   {"Đ", "D"},    {"þ", "th"},
    {"Þ", "Th"},  {"ð", "d"},   {"Ð", "D"},   {"ı", "i"},    {"§", "S."},
    {"²", "^2"},  {"³", "^3"},  {"¹", "^1"},  {"✓", "[x]"},  {"✔", "[x]"},
    {"✗", "[ ]"}, {"☐", "[ ]"}, {"☑", "[x]"}, {"°", " deg"}, {"‽", "?!"},
    {"¿", ""},    {"¡", ""},    {"№", "No."},
};

/* What wrap.c makes a blank of, or nothing, and a line may end at or not. */
static bool is_blank(gunichar c)
{
    return c == 0xA0 || c == 0x2007 || c == 0x202F || c == 0xAD ||
           c == 0x200B || c == 0xFEFF || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x80 && c < 0xA0);
}

/* The character with the marks that stand on it. */
static size_t cluster_length(const char *text, size_t length)
{
    const char *at = g_utf8_next_char(text);

    while (at < text + length && g_unichar_ismark(g_utf8_get_char(at)))
        at = g_utf8_next_char(at);
    return (size_t)(at - text);
}

static void append_cluster(GString *out, const char *text, size_t length,
                           const char *lang)
{
    g_autofree char *cluster = g_strndup(text, length);

    for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
        if (strcmp(own[i].from, cluster) == 0) {
            g_string_append(out, own[i].to);
            return;
        }
    }
    g_autofree char *plain = g_str_to_ascii(cluster, lang);
    /* "Über" is Ueber, "ÜBER" UEBER. */
    if (strlen(plain) == 2 && g_ascii_isupper(plain[0]) &&
        g_ascii_isupper(plain[1]) &&
        g_unichar_islower(g_utf8_get_char(text + length)))
        plain[1] = g_ascii_tolower(plain[1]);
    /* A question mark says: no form is known. */
    g_string_append(out, strchr(plain, '?') != NULL ? cluster : plain);
}

void ascii_append(GString *out, const char *text, size_t length,
                  const char *lang)
{
    g_autofree char *locale = g_strndup(lang, strcspn(lang, "-_"));
    const char *end = text + length;

    while (text < end) {
        size_t used = cluster_length(text, (size_t)(end - text));
        if (((unsigned char)*text < 0x80 && used == 1) ||
            is_blank(g_utf8_get_char(text)))
            g_string_append_len(out, text, (gssize)used);
        else if ((unsigned char)*text < 0x80)
            g_string_append_c(out, *text);
        else
            append_cluster(out, text, used, locale);
        text += used;
    }
}

size_t ascii_count_others(const char *text, char *first)
{
    size_t count = 0;

    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (c < 0x80 || is_blank(c))
            continue;
        count++;
        if (first != NULL && *first == '\0')
            first[g_unichar_to_utf8(c, first)] = '\0';
    }
    return count;
}
