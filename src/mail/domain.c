/* domain.c - see domain.h. */
#include "mail/domain.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>
#include <idn2.h>

#include "mail/address.h"

#define DOMAIN_MAX 253 /* RFC 1035 2.3.4, without the dot of the root */
#define LABEL_MAX 63
#define INPUT_MAX 1024

static bool is_ascii(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

static const char *label_fault(const char *label, size_t length)
{
    if (length == 0)
        return "the domain has a dot at its start, its end or beside another";
    if (length > LABEL_MAX)
        return "a part of the domain is longer than 63 letters";
    if (label[0] == '-' || label[length - 1] == '-')
        return "a part of the domain begins or ends with a hyphen";
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isalnum(label[i]) && label[i] != '-')
            return "a domain has only letters, digits, hyphens and dots";
    return NULL;
}

/* RFC 5321 4.1.2 Domain; a last label of digits would be an IP address
 * (RFC 3696 2). */
static const char *ascii_fault(const GString *domain)
{
    if (domain->len > DOMAIN_MAX)
        return "the domain is longer than 253 letters";
    const char *label = domain->str;
    for (;;) {
        size_t length = strcspn(label, ".");
        const char *fault = label_fault(label, length);
        if (fault != NULL)
            return fault;
        if (label[length] == '\0')
            break;
        label += length + 1;
    }
    if (strspn(label, "0123456789") == strlen(label))
        return "the domain ends in a number";
    return NULL;
}

static const char *append_idn(GString *out, const char *label, size_t length)
{
    if (!g_utf8_validate(label, (gssize)length, NULL))
        return "the domain is not UTF-8";
    g_autofree char *copy = g_strndup(label, length);
    const uint8_t *from = (const uint8_t *)copy;
    uint8_t *ascii = NULL;
    int status = idn2_lookup_u8(from, &ascii,
                                IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (status == IDN2_MALLOC)
        g_error("no memory for a domain name");
    if (status != IDN2_OK)
        return "the domain has a letter that no domain may have";
    g_string_append(out, (const char *)ascii);
    idn2_free(ascii);
    return NULL;
}

char *domain_convert(const char *text, size_t length, const char **fault)
{
    *fault = NULL;
    if (length == 0)
        *fault = "the domain is empty";
    else if (length > INPUT_MAX)
        *fault = "the domain is longer than 253 letters";
    else if (memchr(text, '\0', length) != NULL)
        *fault = "a NUL byte";
    else if (text[0] == '[')
        *fault = "an IP address in brackets is not allowed";
    if (*fault != NULL)
        return NULL;

    g_autoptr(GString) out = g_string_sized_new(length + 16);
    for (size_t start = 0; start <= length && *fault == NULL;) {
        const char *dot = memchr(text + start, '.', length - start);
        size_t end = dot != NULL ? (size_t)(dot - text) : length;
        if (is_ascii(text + start, end - start))
            g_string_append_len(out, text + start, (gssize)(end - start));
        else
            *fault = append_idn(out, text + start, end - start);
        if (dot != NULL)
            g_string_append_c(out, '.');
        start = end + 1;
    }
    if (*fault == NULL)
        *fault = ascii_fault(out);
    if (*fault != NULL)
        return NULL;
    return g_ascii_strdown(out->str, (gssize)out->len);
}

char *domain_to_ascii(const char *domain, size_t length, GError **error)
{
    const char *fault;
    char *ascii = domain_convert(domain, length, &fault);
    if (ascii == NULL)
        error_set(error, ERROR_INPUT, "`%.*s` is not a domain name: %s",
                  (int)MIN(length, DOMAIN_MAX), domain, fault);
    return ascii;
}
