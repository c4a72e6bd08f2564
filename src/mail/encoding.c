/* encoding.c - see encoding.h. */
#include "mail/encoding.h"

#include <stdint.h>
#include <string.h>

#define LINE_7BIT_MAX 78
#define LINE_ENCODED_MAX 76 /* RFC 2045 6.7 (5) and 6.8 */
#define BASE64_LINE_BYTES 57

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* --- bytes that quoted-printable leaves alone in the middle of a line --- */

static bool is_plain(unsigned char byte)
{
    return (byte >= 0x20 && byte <= 0x7e && byte != '=') || byte == '\t';
}

/* The top bit of each of eight bytes: set when it is plain. No sum below
 * carries into the next byte. */
static uint64_t plain_mask(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    uint64_t low = word & EACH_BYTE(0x7f);
    uint64_t printable = (low + EACH_BYTE(0x60)) & ~(low + EACH_BYTE(0x01)) &
                         ~word;
    uint64_t not_equals = (low ^ EACH_BYTE('=')) + EACH_BYTE(0x7f);
    uint64_t tab = ~((low ^ EACH_BYTE('\t')) + EACH_BYTE(0x7f)) & ~word;
    return ((printable & not_equals) | tab) & EACH_BYTE(0x80);
}

/* How many of the next `length` bytes are plain, up to the first that is
 * not. */
static size_t plain_run(const char *at, size_t length)
{
    size_t i = 0;
    while (i + 8 <= length && plain_mask(at + i) == EACH_BYTE(0x80))
        i += 8;
    while (i < length && is_plain((unsigned char)at[i]))
        i++;
    return i;
}

/* How many of eight bytes have their top bit in `mask`. */
static size_t count_tops(uint64_t mask)
{
    return ((mask >> 7) * EACH_BYTE(1)) >> 56;
}

typedef struct Count {
    size_t plain;
    size_t breaks; /* LF */
} Count;

static Count count_bytes(const char *at, size_t length)
{
    Count count = {0};
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, at + i, sizeof word);
        uint64_t low = word & EACH_BYTE(0x7f);
        uint64_t other = ((low ^ EACH_BYTE('\n')) + EACH_BYTE(0x7f)) | word;
        count.breaks += count_tops(~other & EACH_BYTE(0x80));
        count.plain += count_tops(plain_mask(at + i));
    }
    for (; i < length; i++) {
        count.breaks += at[i] == '\n';
        count.plain += is_plain((unsigned char)at[i]);
    }
    return count;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* Mailbox formats and SMTP give these a meaning at the start of a line. */
static bool is_hidden_start(const char *at, const char *end)
{
    return *at == '.' ||
           (*at == 'F' && end - at >= 5 && memcmp(at, "From ", 5) == 0);
}

/* --- quoted-printable --- */

/* The bytes of the character at `at`; 1 for what is not UTF-8. */
static size_t character_length(const char *at, const char *end)
{
    unsigned char lead = (unsigned char)*at;
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
    if (length > (size_t)(end - at))
        return 1;
    for (size_t i = 1; i < length; i++)
        if (((unsigned char)at[i] & 0xc0) != 0x80)
            return 1;
    return length;
}

static char *put_hex(char *to, const char *at, size_t length)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)at[i];
        *to++ = '=';
        *to++ = hex[byte >> 4];
        *to++ = hex[byte & 15];
    }
    return to;
}

/* Writes one line of text, without its end, with soft breaks where needed. */
static char *put_quoted_line(char *to, const char *at, const char *end)
{
    size_t column = 0;
    while (at < end) {
        size_t left = (size_t)(end - at);
        size_t room = LINE_ENCODED_MAX - 1 - column;
        bool hidden = column == 0 && is_hidden_start(at, end);
        size_t run = hidden ? 0 : plain_run(at, MIN(left, room));
        if (run == left && is_blank(end[-1]))
            run--;
        if (run > 0) {
            memcpy(to, at, run);
            to += run;
            at += run;
            column += run;
            continue;
        }
        size_t length = character_length(at, end);
        bool bare = is_plain((unsigned char)*at) && !hidden &&
                    !(left == 1 && is_blank(*at));
        size_t columns = bare ? 1 : 3 * length;
        if (columns > room + (length == left)) {
            *to++ = '=';
            *to++ = '\r';
            *to++ = '\n';
            column = 0;
            continue;
        }
        if (bare)
            *to++ = *at;
        else
            to = put_hex(to, at, length);
        at += length;
        column += columns;
    }
    return to;
}

static void append_quoted(GString *out, const char *text, size_t length)
{
    /* Three columns a byte, and a soft break of three for at least 64. */
    size_t before = out->len;
    g_string_set_size(out, before + 4 * length + 16);
    char *to = out->str + before;
    const char *at = text;
    const char *end = text + length;
    do {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        to = put_quoted_line(to, at, stop);
        *to++ = '\r';
        *to++ = '\n';
        at = stop + 1;
    } while (at < end);
    g_string_truncate(out, (gsize)(to - out->str));
}

/* --- 7bit and base64 --- */

/* Line ends to CRLF, one at the end where there is none. */
static void append_crlf(GString *out, const char *text, size_t length)
{
    const char *at = text;
    const char *end = text + length;
    do {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        g_string_append_len(out, at, stop - at);
        g_string_append_len(out, "\r\n", 2);
        at = stop + 1;
    } while (at < end);
}

char *encoding_put_base64(char *to, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";
    for (; length >= 3; at += 3, length -= 3) {
        *to++ = letters[at[0] >> 2];
        *to++ = letters[(at[0] & 3) << 4 | at[1] >> 4];
        *to++ = letters[(at[1] & 15) << 2 | at[2] >> 6];
        *to++ = letters[at[2] & 63];
    }
    if (length > 0) {
        unsigned second = length > 1 ? at[1] : 0;
        *to++ = letters[at[0] >> 2];
        *to++ = letters[(at[0] & 3U) << 4 | second >> 4];
        if (length > 1)
            *to++ = letters[(second & 15) << 2];
        else
            *to++ = '=';
        *to++ = '=';
    }
    return to;
}

size_t encoding_base64_length(size_t length)
{
    size_t lines = (length + BASE64_LINE_BYTES - 1) / BASE64_LINE_BYTES;
    return (length + 2) / 3 * 4 + 2 * lines;
}

void encoding_append_base64(GString *out, const void *bytes, size_t length)
{
    size_t before = out->len;
    g_string_set_size(out, before + encoding_base64_length(length));
    char *to = out->str + before;
    const uint8_t *at = bytes;
    for (size_t done = 0; done < length; done += BASE64_LINE_BYTES) {
        to = encoding_put_base64(to, at + done,
                                 MIN(length - done, BASE64_LINE_BYTES));
        *to++ = '\r';
        *to++ = '\n';
    }
}

/* --- the choice --- */

/* `line` without its end. */
static bool is_7bit_line(const char *line, size_t length)
{
    if (length > LINE_7BIT_MAX)
        return false;
    size_t i = plain_run(line, length);
    for (; i < length && line[i] == '='; i += plain_run(line + i, length - i))
        i++;
    if (i < length)
        return false;
    if (length == 0)
        return true;
    if (is_blank(line[length - 1]))
        return length == 3 && memcmp(line, "-- ", 3) == 0;
    return !(length == 1 && *line == '.') &&
           !(length >= 5 && memcmp(line, "From ", 5) == 0);
}

static bool is_7bit(const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (stop == NULL)
            stop = end;
        if (!is_7bit_line(text, (size_t)(stop - text)))
            return false;
        text = stop + 1;
    }
    return true;
}

void encoding_measure(EncodingMeasure *measure, const char *text, size_t length)
{
    if (length == 0)
        return;
    Count count = count_bytes(text, length);
    size_t lines = count.breaks + (text[length - 1] != '\n');
    size_t coded = length - count.breaks - count.plain;

    /* To the columns of the bytes come at most two for an encoded start and
     * two for an encoded end of each line, and with each soft break, of which
     * there is one for 60 columns or more, three and an encoded start. */
    size_t least = count.plain + 3 * coded + 2 * lines;
    size_t most = least + 4 * lines + (least + 4 * lines) / 60 * 5;
    measure->is_7bit = measure->is_7bit && is_7bit(text, length);
    measure->crlf_length += length - count.breaks + 2 * lines;
    measure->quoted_min += least;
    measure->quoted_max += most;
}

bool encoding_decide(const EncodingMeasure *measure, Encoding *encoding)
{
    size_t base64 = encoding_base64_length(measure->crlf_length);
    bool quoted = measure->quoted_max <= base64;
    if (measure->is_7bit)
        *encoding = ENCODING_7BIT;
    else
        *encoding = quoted ? ENCODING_QUOTED : ENCODING_BASE64;
    return measure->is_7bit || quoted || measure->quoted_min > base64;
}

/* Most texts are decided by counting, the rest is tried. */
Encoding encoding_choose(const char *text, size_t length)
{
    EncodingMeasure measure = {.is_7bit = true};
    Encoding encoding;
    encoding_measure(&measure, text, length);
    if (encoding_decide(&measure, &encoding))
        return encoding;
    g_autoptr(GString) tried = g_string_new(NULL);
    append_quoted(tried, text, length);
    return tried->len <= encoding_base64_length(measure.crlf_length)
               ? ENCODING_QUOTED
               : ENCODING_BASE64;
}

const char *encoding_name(Encoding encoding)
{
    switch (encoding) {
    case ENCODING_7BIT:
        return "7bit";
    case ENCODING_QUOTED:
        return "quoted-printable";
    case ENCODING_BASE64:
        break;
    }
    return "base64";
}

void encoding_append(GString *out, Encoding encoding, const char *text,
                     size_t length)
{
    if (encoding == ENCODING_7BIT) {
        append_crlf(out, text, length);
    } else if (encoding == ENCODING_QUOTED) {
        append_quoted(out, text, length);
    } else {
        g_autoptr(GString) lines = g_string_sized_new(length + length / 16);
        append_crlf(lines, text, length);
        encoding_append_base64(out, lines->str, lines->len);
    }
}
