/* autolink.c - recognises bare addresses. */
#include "document/autolink.h"

#include <string.h>

#include <glib.h>

static bool ends_address(char c)
{
    return c == '\0' || c == '<' || g_ascii_isspace(c);
}

static size_t char_size(char first)
{
    return (size_t)g_utf8_skip[(unsigned char)first];
}

/* Beyond the specification: Chinese and Japanese put no blank behind an
 * address. Their punctuation ends it, and so does a bracket that was not
 * opened in it, when a character beyond ASCII follows. */
static bool ends_before_cjk(const char *text, size_t at, int *brackets)
{
    gunichar c = g_utf8_get_char(text + at);

    if (c == '(')
        ++*brackets;
    if (c == ')' && --*brackets < 0)
        return (unsigned char)text[at + 1] >= 0x80;
    return (c >= 0x3000 && c <= 0x303f) || (c >= 0xff01 && c <= 0xff5e);
}

/* The length of the host at `text`; 0 when it is none. Underscores may not
 * stand in its last two labels. */
static size_t match_host(const char *text, bool needs_dot)
{
    size_t length = 0;
    int dots = 0;
    bool last = false; /* underscore in the last label, in the one before */
    bool before = false;
    int brackets = 0;

    for (;; length += char_size(text[length])) {
        unsigned char c = (unsigned char)text[length];
        if (c == '_') {
            last = true;
        } else if (c == '.') {
            before = last;
            last = false;
            dots++;
        } else if (c < 0x80 ? !g_ascii_isalnum((char)c) && c != '-'
                            : ends_before_cjk(text, length, &brackets)) {
            break;
        }
    }
    if (length == 0 || last || before || (needs_dot && dots == 0))
        return 0;
    return length;
}

/* `&copy;` at the end of the address belongs to the sentence. */
static size_t trim_entity(const char *text, size_t length)
{
    size_t at = length - 1;

    while (at > 0 && g_ascii_isalnum(text[at - 1]))
        at--;
    return at > 0 && at < length - 1 && text[at - 1] == '&' ? at - 1
                                                            : length - 1;
}

static size_t trim_end(const char *text, size_t length)
{
    size_t opened = 0;
    size_t closed = 0;
    size_t i;

    for (i = 0; i < length; i++) {
        opened += text[i] == '(';
        closed += text[i] == ')';
    }
    while (length > 0) {
        char c = text[length - 1];
        if (strchr("?!.,:*_~'\"", c)) {
            length--;
        } else if (c == ';') {
            length = trim_entity(text, length);
        } else if (c == ')' && closed > opened) {
            closed--;
            length--;
        } else {
            break;
        }
    }
    return length;
}

static bool match_web(const char *text, size_t start, size_t host,
                      Autolink *found)
{
    size_t end = start + host;
    size_t size = match_host(text + end, host == 0);
    size_t smallest;
    int brackets = 0;

    if (size == 0)
        return false;
    smallest = end;
    end += size;
    while (!ends_address(text[end]) && !ends_before_cjk(text, end, &brackets))
        end += char_size(text[end]);
    end = start + trim_end(text + start, end - start);
    if (end <= smallest)
        return false;
    *found = (Autolink){start, end, host == 0 ? "http://" : ""};
    return true;
}

static bool may_precede(const char *text, size_t at)
{
    return at == 0 || g_ascii_isspace(text[at - 1]) ||
           strchr("*_~(\"'", text[at - 1]);
}

static bool match_scheme(const char *text, size_t at, Autolink *found)
{
    size_t length = 0;

    if (g_ascii_strncasecmp(text + at, "https://", 8) == 0)
        length = 8;
    else if (g_ascii_strncasecmp(text + at, "http://", 7) == 0)
        length = 7;
    if (length == 0 || (at > 0 && g_ascii_isalnum(text[at - 1])))
        return false;
    return match_web(text, at, length, found);
}

static bool is_local(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr(".+-_", c));
}

/* A mail address around the `@` at `at`. */
static bool match_mail(const char *text, size_t from, size_t at,
                       Autolink *found)
{
    size_t start = at;
    size_t end = at + 1;
    size_t dots = 0;

    while (start > from && is_local(text[start - 1]))
        start--;
    if (start == at || (start > 0 && text[start - 1] == '/'))
        return false;
    while (g_ascii_isalnum(text[end]) || text[end] == '-' || text[end] == '_' ||
           (text[end] == '.' && g_ascii_isalnum(text[end + 1]))) {
        dots += text[end] == '.';
        end++;
    }
    if (dots == 0 || text[end - 1] == '-' || text[end - 1] == '_')
        return false;
    *found = (Autolink){start, end, "mailto:"};
    return true;
}

bool autolink_find(const char *text, size_t from, Autolink *found)
{
    size_t at;

    for (at = from; text[at]; at++) {
        switch (text[at]) {
        case 'h':
        case 'H':
            if (match_scheme(text, at, found))
                return true;
            break;
        case 'w':
        case 'W':
            if (g_ascii_strncasecmp(text + at, "www.", 4) == 0 &&
                may_precede(text, at) && !ends_address(text[at + 4]) &&
                match_web(text, at, 0, found))
                return true;
            break;
        case '@':
            if (match_mail(text, from, at, found))
                return true;
            break;
        default:
            break;
        }
    }
    return false;
}
