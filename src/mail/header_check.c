/* header_check.c - what may stand in a field at all, see header.h. */
#include "mail/header.h"

#include <string.h>

#define BIDI_DEPTH_MAX 125 /* UAX 9 BD2 */
#define FIELD_NAME_MAX 61

typedef struct Bidi {
    gunichar open[BIDI_DEPTH_MAX];
    int depth;
} Bidi;

static bool is_control(gunichar letter)
{
    return (letter < 0x20 && letter != '\t') ||
           (letter >= 0x7f && letter < 0xa0) || letter == 0x2028 ||
           letter == 0x2029;
}

static bool is_isolate(gunichar letter)
{
    return letter >= 0x2066 && letter <= 0x2068;
}

static bool is_embedding(gunichar letter)
{
    return letter >= 0x202a && letter <= 0x202e && letter != 0x202c;
}

/* Follows openers and closers; false when one closes what is not open. An
 * embedding must be closed inside the isolate that it was opened in. */
static bool follow_bidi(Bidi *bidi, gunichar letter)
{
    if (is_isolate(letter) || is_embedding(letter)) {
        if (bidi->depth == BIDI_DEPTH_MAX)
            return false;
        bidi->open[bidi->depth++] = letter;
        return true;
    }
    if (letter != 0x202c && letter != 0x2069)
        return true;
    if (bidi->depth == 0)
        return false;
    gunichar opener = bidi->open[--bidi->depth];
    return letter == 0x202c ? is_embedding(opener) : is_isolate(opener);
}

static bool is_plain_ascii(const char *value)
{
    for (; *value != '\0'; value++)
        if ((unsigned char)*value < 0x20 || (unsigned char)*value > 0x7e)
            return false;
    return true;
}

bool header_check(const char *value, GError **error)
{
    if (is_plain_ascii(value))
        return true;
    const char *end = NULL;
    if (!g_utf8_validate(value, -1, &end)) {
        error_set(error, ERROR_INPUT, "byte 0x%02X is not UTF-8",
                  (unsigned char)*end);
        return false;
    }
    Bidi bidi = {.depth = 0};
    for (const char *at = value; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar letter = g_utf8_get_char(at);
        if (is_control(letter)) {
            error_set(error, ERROR_INPUT,
                      "the control character U+%04X may not stand in a mail "
                      "header",
                      letter);
            return false;
        }
        if (!follow_bidi(&bidi, letter)) {
            error_set(error, ERROR_INPUT,
                      "the direction mark U+%04X has no partner", letter);
            return false;
        }
    }
    if (bidi.depth > 0)
        error_set(error, ERROR_INPUT, "the direction mark U+%04X is not closed",
                  bidi.open[bidi.depth - 1]);
    return bidi.depth == 0;
}

/* Fields that mirmail writes, that trace or sign a mail, or that decide who
 * gets it. A name that ends in `-` stands for all that begin so. */
static const char *const reserved[] = {
    "arc-",
    "archived-at",
    "authentication-results",
    "auto-submitted",
    "bcc",
    "cc",
    "cfbl-",
    "content-",
    "date",
    "delivered-to",
    "dkim-signature",
    "domainkey-signature",
    "envelope-to",
    "errors-to",
    "feedback-id",
    "from",
    "in-reply-to",
    "list-",
    "message-id",
    "mime-version",
    "original-",
    "precedence",
    "received",
    "received-spf",
    "references",
    "reply-to",
    "resent-",
    "return-path",
    "sender",
    "subject",
    "to",
    "x-auto-response-suppress",
    "x-original-to",
    NULL,
};

static bool is_reserved(const char *name)
{
    for (size_t i = 0; reserved[i] != NULL; i++) {
        size_t length = strlen(reserved[i]);
        bool prefix = reserved[i][length - 1] == '-';
        if (g_ascii_strncasecmp(name, reserved[i], length) == 0 &&
            (prefix || name[length] == '\0'))
            return true;
    }
    return false;
}

bool header_name_check(const char *name, GError **error)
{
    size_t length = strnlen(name, FIELD_NAME_MAX + 1);
    bool good = length <= FIELD_NAME_MAX && g_ascii_isalpha(name[0]);
    for (size_t i = 0; good && i < length; i++)
        good = g_ascii_isalnum(name[i]) || name[i] == '-';
    if (!good)
        error_set(error, ERROR_INPUT,
                  "`%.100s` is not a header name: a letter, then up to 60 "
                  "letters, digits and hyphens",
                  name);
    else if (is_reserved(name))
        error_set(error, ERROR_INPUT,
                  "the header `%s` is written by mirmail or by a mail server",
                  name);
    else
        return true;
    return false;
}
