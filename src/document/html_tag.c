/* html_tag.c - finds tags. */
#include "document/html_tag.h"

#include <string.h>

#include <glib.h>

static void advance(HtmlTags *tags, const char *to)
{
    for (; tags->at < to; tags->at++)
        if (*tags->at == '\n')
            tags->line++;
}

/* Moves behind the next `needle`, or to the end. */
static void skip_past(HtmlTags *tags, const char *needle)
{
    size_t left = (size_t)(tags->end - tags->at);
    const char *found = memmem(tags->at, left, needle, strlen(needle));

    advance(tags, found ? found + strlen(needle) : tags->end);
}

static void skip_comment(HtmlTags *tags)
{
    const char *at = tags->at + 4;

    if (at < tags->end && *at == '>') {
        advance(tags, at + 1);
        return;
    }
    if (at + 1 < tags->end && at[0] == '-' && at[1] == '>') {
        advance(tags, at + 2);
        return;
    }
    for (; at + 2 < tags->end; at++) {
        if (at[0] != '-' || at[1] != '-')
            continue;
        if (at[2] == '>') {
            advance(tags, at + 3);
            return;
        }
        if (at[2] == '!' && at + 3 < tags->end && at[3] == '>') {
            advance(tags, at + 4);
            return;
        }
    }
    advance(tags, tags->end);
}

static bool ends_name(char c)
{
    return g_ascii_isspace(c) || c == '/' || c == '>';
}

static void skip_value(HtmlTags *tags)
{
    char quote;
    const char *close;

    while (tags->at < tags->end && g_ascii_isspace(*tags->at))
        advance(tags, tags->at + 1);
    if (tags->at == tags->end)
        return;
    quote = *tags->at;
    if (quote == '"' || quote == '\'') {
        close = memchr(tags->at + 1, quote, (size_t)(tags->end - tags->at - 1));
        advance(tags, close ? close + 1 : tags->end);
        return;
    }
    while (tags->at < tags->end && !g_ascii_isspace(*tags->at) &&
           *tags->at != '>')
        tags->at++;
}

static bool is_font_attribute(const HtmlTags *tags)
{
    size_t left = (size_t)(tags->end - tags->at);

    return left > 5 && (g_ascii_strncasecmp(tags->at, "color", 5) == 0 ||
                        g_ascii_strncasecmp(tags->at, "face", 4) == 0 ||
                        g_ascii_strncasecmp(tags->at, "size", 4) == 0);
}

/* From behind the name to behind the `>`. */
static void scan_attributes(HtmlTags *tags, HtmlTag *tag)
{
    while (tags->at < tags->end && *tags->at != '>') {
        char c = *tags->at;
        const char *after;
        if (g_ascii_isspace(c) || c == '/') {
            tag->self_closing = c == '/' && tags->at + 1 < tags->end &&
                                tags->at[1] == '>';
            advance(tags, tags->at + 1);
            continue;
        }
        tag->attributes++;
        tag->has_font_attribute = tag->has_font_attribute ||
                                  is_font_attribute(tags);
        tags->at++;
        while (tags->at < tags->end && !ends_name(*tags->at) &&
               *tags->at != '=')
            tags->at++;
        after = tags->at;
        while (after < tags->end && g_ascii_isspace(*after))
            after++;
        if (after < tags->end && *after == '=') {
            advance(tags, after + 1);
            skip_value(tags);
        }
    }
    if (tags->at < tags->end)
        tags->at++;
}

static void scan_tag(HtmlTags *tags, HtmlTag *tag)
{
    size_t length = 0;

    *tag = (HtmlTag){.line = tags->line, .closing = tags->at[1] == '/'};
    tags->at += tag->closing ? 2 : 1;
    for (; tags->at < tags->end && !ends_name(*tags->at); tags->at++)
        if (length < HTML_TAG_NAME_MAX)
            tag->name[length++] = g_ascii_tolower(*tags->at);
    scan_attributes(tags, tag);
}

/* Moves to the next tag. Comments and other `<!` and `<?` are passed. */
static bool find_tag(HtmlTags *tags)
{
    while (tags->at < tags->end) {
        const char *found = memchr(tags->at, '<',
                                   (size_t)(tags->end - tags->at));
        size_t left;
        advance(tags, found ? found : tags->end);
        left = (size_t)(tags->end - tags->at);
        if (left < 2)
            return false;
        if (g_ascii_isalpha(tags->at[1]))
            return true;
        if (tags->at[1] == '/' && left > 2 && g_ascii_isalpha(tags->at[2]))
            return true;
        if (left >= 4 && memcmp(tags->at, "<!--", 4) == 0)
            skip_comment(tags);
        else if (strchr("!?/", tags->at[1]))
            skip_past(tags, ">");
        else
            tags->at++;
    }
    return false;
}

void html_tag_skip_raw(HtmlTags *tags, const HtmlTag *tag)
{
    size_t length = strlen(tag->name);

    if (strcmp(tag->name, "plaintext") == 0) {
        advance(tags, tags->end);
        return;
    }
    while (tags->at < tags->end) {
        skip_past(tags, "</");
        if ((size_t)(tags->end - tags->at) > length &&
            g_ascii_strncasecmp(tags->at, tag->name, length) == 0 &&
            ends_name(tags->at[length])) {
            skip_past(tags, ">");
            return;
        }
    }
}

bool html_tag_next(HtmlTags *tags, HtmlTag *tag)
{
    if (!find_tag(tags))
        return false;
    scan_tag(tags, tag);
    return true;
}
