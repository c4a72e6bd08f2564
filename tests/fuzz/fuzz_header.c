/*
 * fuzz_header.c - any text that passes header_check() as subject, display
 * name and parameter: every line keeps its limits, and a subject decodes back
 * to what it was. The decoder below is the fuzzer's own.
 */
#include <stdint.h>
#include <string.h>

#include "mail/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_lines(const GString *field)
{
    g_assert(g_str_has_suffix(field->str, "\r\n"));
    g_auto(GStrv) lines = g_strsplit(field->str, "\r\n", -1);
    for (size_t i = 0; lines[i] != NULL; i++) {
        const char *line = lines[i];
        size_t length = strlen(line);
        bool last = lines[i + 1] == NULL;
        g_assert(length <= 998);
        g_assert(strstr(line, "=?UTF-8?") == NULL || length <= 76);
        g_assert(last == (length == 0));
        g_assert(i == 0 || last || line[0] == ' ');
        g_assert(last || strspn(line, " ") < length);
        for (const char *at = line; *at != '\0'; at++)
            g_assert(*at >= 0x20 && *at <= 0x7e);
    }
}

static void append_q(GString *out, const char *at, const char *end)
{
    for (; at < end; at++) {
        if (*at == '=') {
            int high = g_ascii_xdigit_value(at[1]);
            int low = g_ascii_xdigit_value(at[2]);
            g_assert(at + 2 < end && high >= 0 && low >= 0);
            g_string_append_c(out, (char)(high * 16 + low));
            at += 2;
        } else {
            g_string_append_c(out, *at == '_' ? ' ' : *at);
        }
    }
}

/* One encoded-word; gives its end. It must hold whole characters. */
static const char *append_word(GString *out, const char *word)
{
    const char *end = strstr(word + 10, "?=");
    g_assert(end != NULL && end + 2 - word <= 75);
    g_autoptr(GString) text = g_string_new(NULL);
    if (word[8] == 'Q') {
        append_q(text, word + 10, end);
    } else {
        g_autofree char *code = g_strndup(word + 10, (gsize)(end - word - 10));
        gsize length;
        g_autofree guchar *decoded = g_base64_decode(code, &length);
        g_assert(strlen(code) % 4 == 0);
        g_string_append_len(text, (const char *)decoded, (gssize)length);
    }
    g_assert(text->len > 0);
    g_assert(g_utf8_validate(text->str, (gssize)text->len, NULL));
    g_string_append_len(out, text->str, (gssize)text->len);
    return end + 2;
}

static char *decode(const char *field)
{
    g_auto(GStrv) lines = g_strsplit(field, "\r\n", -1);
    g_autofree char *value = g_strjoinv("", lines);
    GString *out = g_string_new(NULL);
    for (const char *at = value; *at != '\0';) {
        if (g_str_has_prefix(at, "=?UTF-8?"))
            at = append_word(out, at);
        else if (*at == ' ' && g_str_has_prefix(at + 1, "=?UTF-8?"))
            at++;
        else
            g_string_append_c(out, *at++);
    }
    return g_string_free(out, FALSE);
}

static void check_subject(const char *text)
{
    g_autofree char *wanted = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
    g_autoptr(GString) field = g_string_new(NULL);
    header_unstructured(field, "Subject", text);
    check_lines(field);
    g_autofree char *decoded = decode(field->str + strlen("Subject:"));
    const char *value = *decoded == ' ' && *wanted != '\0' &&
                                strstr(field->str, "=?UTF-8?") == NULL
                            ? decoded + 1
                            : decoded;
    g_assert_cmpstr(value, ==, wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autofree char *text = g_strndup((const char *)bytes, size);
    header_name_check(text, NULL);
    g_autoptr(GError) error = NULL;
    if (!header_check(text, &error)) {
        g_assert(error != NULL);
        return 0;
    }
    g_assert(strpbrk(text, "\r\n") == NULL);
    check_subject(text);
    g_autoptr(GString) field = g_string_new(NULL);
    header_mailbox(field, "From", text, "ada@example.org");
    check_lines(field);
    g_assert(g_str_has_suffix(field->str, "<ada@example.org>\r\n"));
    if (strlen(text) <= 300) {
        g_autoptr(GString) value = g_string_new("attachment");
        header_parameter(value, "filename", text);
        g_string_truncate(field, 0);
        header_token(field, "Content-Disposition", value->str);
        check_lines(field);
    }
    return 0;
}
