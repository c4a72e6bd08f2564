/* encoded_word.c - see encoded_word.h. */
#include "mail/encoded_word.h"

#include <stdint.h>
#include <string.h>

#define WORD_MAX 75       /* RFC 2047 2 */
#define WORD_FRAME 12     /* =?UTF-8?Q? and ?= */
#define BARE_WORD_MAX 900 /* a longer one could make a line of over 998 */

#define ZERO_WIDTH_JOINER 0x200d

size_t field_column(const FieldLine *line)
{
    return line->out->len - line->start;
}

void field_fold(FieldLine *line)
{
    g_string_append(line->out, "\r\n");
    line->start = line->out->len;
    g_string_append_c(line->out, ' ');
}

bool encoded_word_needed(const char *value)
{
    size_t length = 0;
    size_t word = 0;
    for (; value[length] != '\0'; length++) {
        unsigned char byte = (unsigned char)value[length];
        if (byte < 0x20 || byte > 0x7e ||
            (byte == '=' && value[length + 1] == '?'))
            return true;
        word = byte == ' ' ? 0 : word + 1;
        if (word > BARE_WORD_MAX)
            return true;
    }
    return length > 0 && (value[0] == ' ' || value[length - 1] == ' ');
}

/* What may stand bare in Q wherever an encoded-word may stand: RFC 2047 5
 * (3), the set for a phrase. */
static bool is_bare(unsigned char byte)
{
    return g_ascii_isalnum(byte) ||
           (byte != '\0' && strchr("!*+-/", byte) != NULL);
}

static size_t q_length(const char *text, size_t length)
{
    size_t sum = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        sum += byte == ' ' || is_bare(byte) ? 1 : 3;
    }
    return sum;
}

static size_t b_length(size_t length)
{
    return (length + 2) / 3 * 4;
}

/* A simple form of the grapheme cluster rules of UAX 29. */
static bool is_extender(gunichar letter)
{
    return g_unichar_ismark(letter) || letter == ZERO_WIDTH_JOINER ||
           letter == 0x200c || letter == 0x0e33 || letter == 0x0eb3 ||
           (letter >= 0x1f3fb && letter <= 0x1f3ff) || /* skin */
           (letter >= 0xe0020 && letter <= 0xe007f);   /* tags */
}

static bool is_regional(gunichar letter)
{
    return letter >= 0x1f1e6 && letter <= 0x1f1ff;
}

static bool is_jamo(gunichar letter, bool leading)
{
    return leading ? letter >= 0x1100 && letter <= 0x115f
                   : letter >= 0x1160 && letter <= 0x11ff;
}

static bool joins(gunichar before, gunichar after, int regionals)
{
    return is_extender(after) || before == ZERO_WIDTH_JOINER ||
           (is_regional(after) && regionals % 2 == 1) ||
           (is_jamo(after, false) &&
            (is_jamo(before, true) || is_jamo(before, false) ||
             g_unichar_type(before) == G_UNICODE_OTHER_LETTER)) ||
           (is_jamo(before, true) && is_jamo(after, true));
}

/* How much of `text` one encoded-word with `room` letters can hold: whole
 * clusters, or whole characters when not even one cluster fits. */
static size_t take(const char *text, size_t room, bool quoted)
{
    size_t characters = 0;
    size_t clusters = 0;
    size_t columns = 0; /* in Q */
    int regionals = 0;
    const char *at = text;
    while (*at != '\0') {
        gunichar letter = g_utf8_get_char(at);
        const char *next = g_utf8_next_char(at);
        size_t length = (size_t)(next - text);
        columns += quoted ? q_length(at, (size_t)(next - at)) : 0;
        if ((quoted ? columns : b_length(length)) > room)
            break;
        regionals = is_regional(letter) ? regionals + 1 : 0;
        characters = length;
        if (*next == '\0' ||
            ((unsigned char)*next < 0x80 && letter != ZERO_WIDTH_JOINER) ||
            !joins(letter, g_utf8_get_char(next), regionals))
            clusters = length;
        at = next;
    }
    return clusters > 0 ? clusters : characters;
}

static void append_q(GString *out, const char *text, size_t length)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == ' ') {
            g_string_append_c(out, '_');
        } else if (is_bare(byte)) {
            g_string_append_c(out, (char)byte);
        } else {
            char code[3] = {'=', hex[byte >> 4], hex[byte & 15]};
            g_string_append_len(out, code, 3);
        }
    }
}

static void append_word(GString *out, const char *text, size_t length,
                        bool quoted)
{
    g_string_append(out, quoted ? "=?UTF-8?Q?" : "=?UTF-8?B?");
    if (quoted) {
        append_q(out, text, length);
    } else {
        g_autofree char *code = g_base64_encode((const guchar *)text, length);
        g_string_append(out, code);
    }
    g_string_append(out, "?=");
}

void encoded_word_append(FieldLine *line, const char *value)
{
    g_autofree char *text = g_utf8_normalize(value, -1, G_NORMALIZE_NFC);
    size_t length = strlen(text);
    bool quoted = q_length(text, length) <= b_length(length);
    for (size_t done = 0; done < length;) {
        size_t column = field_column(line);
        size_t room = column + WORD_FRAME < LINE_MAX_ENCODED
                          ? LINE_MAX_ENCODED - column
                          : WORD_FRAME;
        size_t part = take(text + done, MIN(room, WORD_MAX) - WORD_FRAME,
                           quoted);
        if (part == 0) {
            /* Only after a field name of over 50 letters: the one case in
             * which a fold follows the colon. */
            g_string_truncate(line->out, line->out->len - 1);
            field_fold(line);
            continue;
        }
        append_word(line->out, text + done, part, quoted);
        done += part;
        if (done < length)
            field_fold(line);
    }
}
