/* error.c - see error.h. */
#include "base/error.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

G_DEFINE_QUARK(mirmail - error, error)

void place_pass(Place *place, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte == '\n') {
            place->line += place->line < G_MAXINT;
            place->column = 1;
        } else {
            place->column += (byte & 0xc0) != 0x80 && place->column < G_MAXINT;
        }
    }
}

ErrorCode error_code_of_open(int number)
{
    return number == ENOENT   ? ERROR_MISSING
           : number == EACCES ? ERROR_PERMISSION
                              : ERROR_SYSTEM;
}

char *error_advise_utf8(const char *file)
{
    g_autofree char *quoted = g_shell_quote(file);
    return g_strdup_printf("; convert the file, most likely by: iconv -f "
                           "WINDOWS-1252 -t UTF-8 %s > NEW",
                           quoted);
}

/* Bidi embeddings, overrides and isolates can make a terminal line read
 * differently from what it says. */
static bool may_show(gunichar character)
{
    if (character >= 0x202a && character <= 0x202e)
        return false;
    if (character >= 0x2066 && character <= 0x2069)
        return false;
    return character != 0xfeff && g_unichar_isprint(character);
}

char *error_printable(const char *text)
{
    GString *out = g_string_new(NULL);
    const char *end = text + strlen(text);
    while (text < end) {
        gunichar character = g_utf8_get_char_validated(text, end - text);
        if (character == (gunichar)-1 || character == (gunichar)-2) {
            g_string_append_printf(out, "\\x%02X", (unsigned char)*text);
            text++;
            continue;
        }
        const char *next = g_utf8_next_char(text);
        if (may_show(character))
            g_string_append_len(out, text, next - text);
        else if (character < 0x80)
            g_string_append_printf(out, "\\x%02X", character);
        else
            g_string_append_printf(out, "\\u{%04X}", character);
        text = next;
    }
    return g_string_free(out, FALSE);
}

static void G_GNUC_PRINTF(4, 0)
    set_message(GError **error, ErrorCode code, Place place, const char *format,
                va_list arguments)
{
    if (error == NULL)
        return;
    g_autofree char *raw = g_strdup_vprintf(format, arguments);
    g_autofree char *message = error_printable(raw);
    if (place.file == NULL) {
        g_set_error_literal(error, MIRMAIL_ERROR, (int)code, message);
        return;
    }
    g_autofree char *file = error_printable(place.file);
    if (place.line > 0 && place.column > 0)
        g_set_error(error, MIRMAIL_ERROR, (int)code, "%s:%d:%d: %s", file,
                    place.line, place.column, message);
    else if (place.line > 0)
        g_set_error(error, MIRMAIL_ERROR, (int)code, "%s:%d: %s", file,
                    place.line, message);
    else
        g_set_error(error, MIRMAIL_ERROR, (int)code, "%s: %s", file, message);
}

void error_set(GError **error, ErrorCode code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_message(error, code, (Place){0}, format, arguments);
    va_end(arguments);
}

void error_set_at(GError **error, ErrorCode code, Place place,
                  const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_message(error, code, place, format, arguments);
    va_end(arguments);
}

int error_exit_status(const GError *error)
{
    if (error == NULL || error->domain != MIRMAIL_ERROR)
        return ERROR_SYSTEM;
    return error->code;
}
