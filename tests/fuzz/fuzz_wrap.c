/*
 * fuzz_wrap.c - any bytes as inline text: the lines keep the width, end
 * without blanks, and hold no control character.
 *
 * The first byte chooses the width and whether there are prefixes.
 */
#include <stdint.h>
#include <string.h>

#include "document/wrap.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define WIDTH_MIN 20

/* Unbreakable blanks give way where a line would be too wide, so they do not
 * count when the widest word is looked for. */
static int widest_word(const char *text, size_t length)
{
    g_autoptr(GString) plain = g_string_new_len(text, (gssize)length);

    g_string_replace(plain, "\xC2\xA0", " ", 0);
    g_string_replace(plain, "\xE2\x80\x87", " ", 0);
    g_string_replace(plain, "\xE2\x80\xAF", " ", 0);
    return wrap_widest_word(plain->str, plain->len);
}

static void check_line(const char *line, size_t length, int width, int widest)
{
    g_assert(length == 0 || line[length - 1] != ' ');
    g_assert(length != 2 || memcmp(line, "--", 2) != 0);
    for (size_t i = 0; i < length; i++)
        g_assert((unsigned char)line[i] >= ' ' && line[i] != 0x7F);
    /* What is left out may bring an emoji and its selector together. */
    if (widest <= width && !memmem(line, length, "\xEF\xB8\x8F", 3))
        g_assert_cmpint(wrap_width(line, length), <=, width);
}

static void check_lines(const GString *out, const WrapStyle *style, int widest)
{
    const char *at = out->str;
    int room = style->width - (int)strlen(style->rest_prefix);

    g_assert(out->len == 0 || out->str[out->len - 1] == '\n');
    while (*at) {
        const char *end = strchr(at, '\n');
        check_line(at, (size_t)(end - at), style->width,
                   widest <= room ? widest : G_MAXINT);
        at = end + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GString) again = g_string_new(NULL);
    g_autofree char *text = NULL;
    WrapStyle style = {"", "", 72};

    if (size == 0)
        return 0;
    style.width = WIDTH_MIN + bytes[0] % 60;
    if (bytes[0] & 0x80) {
        style.first_prefix = "> * ";
        style.rest_prefix = ">   ";
    }
    text = g_utf8_make_valid((const char *)bytes + 1, (gssize)size - 1);
    wrap_append(out, text, strlen(text), &style);
    wrap_append(again, text, strlen(text), &style);
    g_assert_cmpstr(out->str, ==, again->str);
    check_lines(out, &style, widest_word(text, strlen(text)));
    /* Bytes that are no UTF-8 may look ugly, but do no harm. */
    wrap_append(again, (const char *)bytes, size, &style);
    return 0;
}
