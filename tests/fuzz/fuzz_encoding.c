/*
 * fuzz_encoding.c - any bytes as a text part: the chosen encoding is lawful
 * and the other two, where they apply, decode back to the text. The decoders
 * below are the fuzzer's own.
 */
#include <stdint.h>
#include <string.h>

#include "mail/encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_lines(const GString *out, size_t columns, bool quoted)
{
    const char *at = out->str;
    const char *end = at + out->len;
    g_assert(out->len >= 2 && memcmp(end - 2, "\r\n", 2) == 0);
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        g_assert(stop != NULL && stop > at && stop[-1] == '\r');
        g_assert((size_t)(stop - at - 1) <= columns);
        for (const char *byte = at; byte < stop - 1; byte++)
            g_assert((*byte >= 0x20 && *byte <= 0x7e) || *byte == '\t');
        if (quoted && stop - at > 1)
            g_assert(*at != '.' && !g_str_has_prefix(at, "From ") &&
                     stop[-2] != ' ' && stop[-2] != '\t');
        at = stop + 1;
    }
}

static GString *decode_quoted(const GString *in)
{
    GString *out = g_string_new(NULL);
    for (gsize i = 0; i < in->len; i++) {
        const char *at = in->str + i;
        if (memcmp(at, "=\r\n", MIN(3, in->len - i)) == 0) {
            i += 2;
        } else if (*at == '=') {
            g_string_append_c(out, (char)(g_ascii_xdigit_value(at[1]) * 16 +
                                          g_ascii_xdigit_value(at[2])));
            i += 2;
        } else if (*at != '\r') {
            g_string_append_c(out, *at);
        }
    }
    return out;
}

static GString *decode_base64(const GString *in)
{
    gsize length;
    g_autofree guchar *bytes = g_base64_decode(in->str, &length);
    GString *out = g_string_new(NULL);
    for (gsize i = 0; i < length; i++)
        if (bytes[i] != '\r' || i + 1 == length || bytes[i + 1] != '\n')
            g_string_append_c(out, (char)bytes[i]);
    return out;
}

static void check_decoded(GString *decoded, const char *text, size_t size)
{
    bool closed = size > 0 && text[size - 1] == '\n';
    g_assert(decoded->len == size + !closed);
    g_assert(memcmp(decoded->str, text, size) == 0);
    g_assert(decoded->str[decoded->len - 1] == '\n');
    g_string_free(decoded, TRUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    Encoding encoding = encoding_choose(text, size);
    g_autoptr(GString) plain = g_string_new(NULL);
    g_autoptr(GString) quoted = g_string_new(NULL);
    g_autoptr(GString) base64 = g_string_new(NULL);
    encoding_append(quoted, ENCODING_QUOTED, text, size);
    encoding_append(base64, ENCODING_BASE64, text, size);
    check_lines(quoted, 76, true);
    check_lines(base64, 76, false);
    check_decoded(decode_quoted(quoted), text, size);
    /* A CR before an LF cannot be told from a line end. */
    if (memmem(bytes, size, "\r\n", 2) == NULL &&
        (size == 0 || bytes[size - 1] != '\r'))
        check_decoded(decode_base64(base64), text, size);
    if (encoding == ENCODING_7BIT) {
        encoding_append(plain, ENCODING_7BIT, text, size);
        check_lines(plain, 78, false);
    } else {
        g_assert((encoding == ENCODING_QUOTED) == (quoted->len <= base64->len));
    }
    return 0;
}
