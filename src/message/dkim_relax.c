/* dkim_relax.c - see dkim_relax.h. */
#include "message/dkim_relax.h"

#include <stdbool.h>
#include <string.h>

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* RFC 6376 3.4.2: the name in lower case, the lines as one, blanks as one,
 * none at the ends and around the colon. */
void dkim_relax_field(const char *field, size_t length, GString *out)
{
    const char *end = field + length;
    const char *colon = memchr(field, ':', length);
    const char *at = field;
    if (colon != NULL) {
        const char *name_end = colon;
        while (name_end > field && is_blank(name_end[-1]))
            name_end--;
        for (; at < name_end; at++)
            g_string_append_c(out, g_ascii_tolower(*at));
        g_string_append_c(out, ':');
        at = colon + 1;
    }
    bool has_text = false;
    bool blank = false;
    for (; at < end; at++) {
        if (*at == '\r' || *at == '\n')
            continue;
        if (is_blank(*at)) {
            blank = true;
            continue;
        }
        if (blank && has_text)
            g_string_append_c(out, ' ');
        blank = false;
        has_text = true;
        g_string_append_c(out, *at);
    }
    g_string_append(out, "\r\n");
}

/* A line without its end. Most have nothing to change, and go in one piece. */
static void relax_line(const char *line, size_t length, GString *out)
{
    while (length > 0 && is_blank(line[length - 1]))
        length--;
    size_t from = 0;
    for (size_t i = 0; i < length; i++) {
        if (!is_blank(line[i]) || (line[i] == ' ' && !is_blank(line[i + 1])))
            continue;
        g_string_append_len(out, line + from, (gssize)(i - from));
        g_string_append_c(out, ' ');
        while (is_blank(line[i + 1]))
            i++;
        from = i + 1;
    }
    g_string_append_len(out, line + from, (gssize)(length - from));
}

static bool is_empty(const char *line, size_t length)
{
    while (length > 0 && is_blank(line[length - 1]))
        length--;
    return length == 0;
}

/* RFC 6376 3.4.4. Empty lines wait until a line follows that is not. */
void dkim_relax_body(const char *body, size_t length, GString *out)
{
    const char *end = body + length;
    size_t waiting = 0;
    while (body < end) {
        const char *stop = memmem(body, (size_t)(end - body), "\r\n", 2);
        size_t size = (size_t)((stop != NULL ? stop : end) - body);
        if (is_empty(body, size)) {
            waiting++;
        } else {
            for (; waiting > 0; waiting--)
                g_string_append(out, "\r\n");
            relax_line(body, size, out);
            g_string_append(out, "\r\n");
        }
        body += size + (stop != NULL ? 2 : 0);
    }
}
