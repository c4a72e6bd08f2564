/* mailbox_name.c - what the encoded-words of a name say; see address.h. */
#include "mail/address.h"

#include <stdbool.h>
#include <string.h>

#include "mail/header.h"

#define BLANKS " \t"

/* Q of RFC 2047 4.2; false when `=` has no two digits behind it. */
static bool read_q(const char *text, size_t length, GString *bytes)
{
    for (size_t i = 0; i < length; i++) {
        char byte = text[i] == '_' ? ' ' : text[i];
        if (byte == '=') {
            int high = i + 2 < length ? g_ascii_xdigit_value(text[i + 1]) : -1;
            int low = high >= 0 ? g_ascii_xdigit_value(text[i + 2]) : -1;
            if (low < 0)
                return false;
            byte = (char)(high * 16 + low);
            i += 2;
        }
        g_string_append_c(bytes, byte);
    }
    return true;
}

static bool read_b(const char *text, size_t length, GString *bytes)
{
    gsize size = 0;
    g_autofree char *copy = g_strndup(text, length);
    g_autofree guchar *decoded = g_base64_decode(copy, &size);
    g_string_append_len(bytes, (const char *)decoded, (gssize)size);
    return true;
}

/* NULL: not in that character set. */
static char *to_utf8(const GString *bytes, const char *charset)
{
    gsize length = 0;
    g_autofree char *text = g_convert(bytes->str, (gssize)bytes->len, "UTF-8",
                                      charset, NULL, &length, NULL);
    bool is_text = text != NULL && g_utf8_validate_len(text, length, NULL);
    return is_text ? g_steal_pointer(&text) : NULL;
}

/* `=?charset?q?text?=`, a language perhaps behind the charset (RFC 2231 5).
 * Moves `at` behind it; NULL when there is none. */
static char *read_word(const char **at)
{
    if (!g_str_has_prefix(*at, "=?"))
        return NULL;
    const char *charset = *at + 2;
    size_t name = strcspn(charset, "?" BLANKS);
    if (charset[name] != '?' || charset[name + 1] == '\0' ||
        charset[name + 2] != '?')
        return NULL;
    char encoding = g_ascii_tolower(charset[name + 1]);
    const char *text = charset + name + 3;
    size_t length = strcspn(text, "?" BLANKS);
    if (text[length] != '?' || text[length + 1] != '=')
        return NULL;
    g_autoptr(GString) bytes = g_string_new(NULL);
    g_autofree char *set = g_strndup(charset, MIN(name, strcspn(charset, "*")));
    bool ok = (encoding == 'q' && read_q(text, length, bytes)) ||
              (encoding == 'b' && read_b(text, length, bytes));
    char *word = ok ? to_utf8(bytes, set) : NULL;
    if (word != NULL)
        *at = text + length + 2;
    return word;
}

/* Blanks between two encoded-words are none of the text. */
static char *read_words(const char *text)
{
    GString *out = g_string_new(NULL);
    bool follows_word = false;
    while (*text != '\0') {
        const char *begin = text + strspn(text, BLANKS);
        const char *end = begin;
        g_autofree char *word = read_word(&end);
        if (word == NULL || !follows_word)
            g_string_append_len(out, text, begin - text);
        if (word == NULL) {
            end = begin + strcspn(begin, BLANKS);
            g_string_append_len(out, begin, end - begin);
        } else {
            g_string_append(out, word);
        }
        follows_word = word != NULL;
        text = end;
    }
    return g_string_free(out, FALSE);
}

char *mailbox_read_name(const Mailbox *mailbox)
{
    if (strstr(mailbox->name, "=?") == NULL)
        return g_strdup(mailbox->name);
    g_autofree char *words = read_words(mailbox->name);
    if (!header_check(words, NULL))
        return g_strdup(mailbox->name);
    return g_strstrip(g_utf8_normalize(words, -1, G_NORMALIZE_NFC));
}
