/* form.c - see form.h. */
#include "feedback/form.h"

#include <string.h>

#include <glib.h>

#define BOUNDARY_MAX 70 /* RFC 2046 5.1.1 */

/* Bytes of somebody else. */
typedef struct Span {
    const char *at;
    size_t length;
} Span;

static Span span_of(const char *text)
{
    return (Span){text, strlen(text)};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static Span trim(Span span)
{
    while (span.length > 0 && is_blank(span.at[0]))
        span = (Span){span.at + 1, span.length - 1};
    while (span.length > 0 && is_blank(span.at[span.length - 1]))
        span.length--;
    return span;
}

static bool is_equal(Span span, const char *text)
{
    return span.length == strlen(text) &&
           memcmp(span.at, text, span.length) == 0;
}

static bool is_word(Span span, const char *word)
{
    return span.length == strlen(word) &&
           g_ascii_strncasecmp(span.at, word, span.length) == 0;
}

/* Up to the first `end`, which is taken off `rest`; all of it without one. */
static Span take_until(Span *rest, char end)
{
    const char *at = rest->length > 0 ? memchr(rest->at, end, rest->length)
                                      : NULL;
    size_t length = at != NULL ? (size_t)(at - rest->at) : rest->length;
    size_t skipped = at != NULL ? length + 1 : length;
    Span taken = {rest->at, length};
    *rest = (Span){rest->at + skipped, rest->length - skipped};
    return taken;
}

static const char *find(Span in, Span what)
{
    return memmem(in.at, in.length, what.at, what.length);
}

/* --- application/x-www-form-urlencoded --- */

static char decode_one(Span *rest)
{
    const char *at = rest->at;
    size_t used = 1;
    char c = at[0];
    if (c == '+')
        c = ' ';
    if (at[0] == '%' && rest->length >= 3 && g_ascii_isxdigit(at[1]) &&
        g_ascii_isxdigit(at[2])) {
        c = (char)(g_ascii_xdigit_value(at[1]) << 4 |
                   g_ascii_xdigit_value(at[2]));
        used = 3;
    }
    *rest = (Span){rest->at + used, rest->length - used};
    return c;
}

static bool is_encoded(Span span, const char *text)
{
    while (span.length > 0 && *text != '\0')
        if (decode_one(&span) != *text++)
            return false;
    while (span.length > 0 && is_blank(span.at[0]))
        decode_one(&span);
    return span.length == 0 && *text == '\0';
}

static bool urlencoded_has(Span body, const char *name, const char *value)
{
    while (body.length > 0) {
        Span field = take_until(&body, '&');
        Span key = take_until(&field, '=');
        if (is_encoded(key, name) && is_encoded(field, value))
            return true;
    }
    return false;
}

/* --- parameters: `form-data; name="x"` --- */

/* A quoted text from its first quote on, empty when the last one is missing;
 * escapes stay, as no name and no boundary that counts here has any. */
static Span take_quoted(Span *rest)
{
    size_t end = 1;
    while (end < rest->length && rest->at[end] != '"')
        end += rest->at[end] == '\\' && end + 1 < rest->length ? 2 : 1;
    size_t skipped = MIN(end + 1, rest->length);
    Span text = {rest->at + 1, end < rest->length ? end - 1 : 0};
    *rest = (Span){rest->at + skipped, rest->length - skipped};
    return text;
}

/* The value of a header field's parameter; at NULL when there is none. */
static Span find_parameter(Span field, const char *name)
{
    take_until(&field, ';');
    while (field.length > 0) {
        Span key = trim(take_until(&field, '='));
        while (field.length > 0 && is_blank(field.at[0]))
            field = (Span){field.at + 1, field.length - 1};
        bool quoted = field.length > 0 && field.at[0] == '"';
        Span value = quoted ? take_quoted(&field) : (Span){0};
        Span rest = take_until(&field, ';');
        if (is_word(key, name))
            return quoted ? value : trim(rest);
    }
    return (Span){0};
}

/* --- multipart/form-data --- */

/* The lines of a part's header, up to and with the empty one. */
static bool is_part_named(Span *part, const char *name)
{
    bool named = false;
    while (part->length > 0) {
        Span line = trim(take_until(part, '\n'));
        if (line.length == 0)
            return named;
        Span value = line;
        Span key = trim(take_until(&value, ':'));
        if (is_word(key, "Content-Disposition"))
            named = is_equal(find_parameter(value, "name"), name);
    }
    return false;
}

/* A part ends at the next delimiter; what no delimiter ends is none. */
static bool multipart_has(Span body, Span boundary, const char *name,
                          const char *value)
{
    char text[BOUNDARY_MAX + 3] = "--";
    memcpy(text + 2, boundary.at, boundary.length);
    Span delimiter = {text, boundary.length + 2};
    const char *at = find(body, delimiter);
    while (at != NULL) {
        const char *start = at + delimiter.length;
        body.length -= (size_t)(start - body.at);
        body.at = start;
        at = find(body, delimiter);
        if (at == NULL)
            break;
        Span part = {start, (size_t)(at - start)};
        take_until(&part, '\n'); /* the rest of the delimiter's line */
        if (is_part_named(&part, name) && is_equal(trim(part), value))
            return true;
    }
    return false;
}

bool form_has(const char *type, const char *body, size_t length,
              const char *name, const char *value)
{
    Span field = span_of(type != NULL ? type : "");
    Span rest = field;
    Span essence = trim(take_until(&rest, ';'));
    if (essence.length == 0 ||
        is_word(essence, "application/x-www-form-urlencoded"))
        return urlencoded_has((Span){body, length}, name, value);
    if (!is_word(essence, "multipart/form-data"))
        return false;
    Span boundary = find_parameter(field, "boundary");
    return boundary.length > 0 && boundary.length <= BOUNDARY_MAX &&
           multipart_has((Span){body, length}, boundary, name, value);
}
