#include "letter/escape.h"

#include <string.h>

typedef enum { STEP_COPY, STEP_DROP, STEP_BLANK } Step;

/* What becomes of the character at `p`, and how long it is. */
static Step judge(const char *p, gsize *length)
{
    const unsigned char *c = (const unsigned char *)p;

    *length = 1;
    if (c[0] == '\t' || c[0] == '\n' || c[0] == '\r')
        return STEP_BLANK;
    if (c[0] < 0x20 || c[0] == 0x7f)
        return STEP_DROP;
    if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f) {
        *length = 2;
        return c[1] == 0x85 ? STEP_BLANK : STEP_DROP;
    }
    if (c[0] != 0xe2 || (c[1] != 0x80 && c[1] != 0x81) || c[2] == 0)
        return STEP_COPY;
    *length = 3;
    if (c[1] == 0x80 && (c[2] == 0xa8 || c[2] == 0xa9))
        return STEP_BLANK;
    if (c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae)
        return STEP_DROP;
    if (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9)
        return STEP_DROP;
    return STEP_COPY;
}

static void append_blank(GString *out)
{
    if (out->len > 0 && out->str[out->len - 1] == ' ')
        return;
    g_string_append_c(out, ' ');
}

static void append_html(GString *out, const char *p, gsize length)
{
    switch (*p) {
    case '&':
        g_string_append(out, "&amp;");
        break;
    case '<':
        g_string_append(out, "&lt;");
        break;
    case '>':
        g_string_append(out, "&gt;");
        break;
    case '"':
        g_string_append(out, "&quot;");
        break;
    case '\'':
        g_string_append(out, "&#39;");
        break;
    default:
        g_string_append_len(out, p, (gssize)length);
    }
}

typedef enum { FOR_TEXT, FOR_LINES, FOR_HTML } Purpose;

/* Bytes that are copied whatever the purpose: nearly all of them. */
static gsize plain_run(const char *p)
{
    gsize length = 0;

    while (g_ascii_isalnum(p[length]) || p[length] == ' ')
        length++;
    return length;
}

static void escape(GString *out, const char *value, Purpose purpose)
{
    gsize length;

    for (const char *p = value; *p != '\0'; p += length) {
        length = plain_run(p);
        g_string_append_len(out, p, (gssize)length);
        p += length;
        if (*p == '\0')
            break;
        Step step = judge(p, &length);
        if (step == STEP_BLANK && purpose == FOR_LINES && *p == '\n')
            g_string_append_c(out, '\n');
        else if (step == STEP_BLANK)
            append_blank(out);
        else if (step == STEP_COPY && purpose == FOR_HTML)
            append_html(out, p, length);
        else if (step == STEP_COPY)
            g_string_append_len(out, p, (gssize)length);
    }
}

void escape_text(GString *out, const char *value)
{
    escape(out, value, FOR_TEXT);
}

void escape_lines(GString *out, const char *value)
{
    escape(out, value, FOR_LINES);
}

void escape_html(GString *out, const char *value)
{
    escape(out, value, FOR_HTML);
}

static void append_percent(GString *out, char c)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char byte = (unsigned char)c;

    g_string_append_c(out, '%');
    g_string_append_c(out, digits[byte >> 4]);
    g_string_append_c(out, digits[byte & 15]);
}

void escape_url_part(GString *out, const char *value)
{
    for (const char *p = value; *p != '\0'; p++) {
        if (g_ascii_isalnum(*p) || strchr("-._~", *p) != NULL)
            g_string_append_c(out, *p);
        else
            append_percent(out, *p);
    }
}

static bool has_good_scheme(const char *value)
{
    static const char *const schemes[] = {"https://", "http://", "mailto:"};

    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
        gsize length = strlen(schemes[i]);
        if (g_ascii_strncasecmp(value, schemes[i], length) == 0)
            return value[length] != '\0';
    }
    return false;
}

bool escape_url_whole(GString *out, const char *value, bool html)
{
    if (!has_good_scheme(value))
        return false;
    for (const char *p = value; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return false;
    }
    for (const char *p = value; *p != '\0'; p++) {
        if (html && (*p == '&' || *p == '\''))
            append_html(out, p, 1);
        else if ((unsigned char)*p > 0x7e || strchr(" \"<>\\^`{|}", *p) != NULL)
            append_percent(out, *p);
        else
            g_string_append_c(out, *p);
    }
    return true;
}
