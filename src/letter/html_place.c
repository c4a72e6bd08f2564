#include "letter/html_place.h"

#include <string.h>

#include <glib.h>

static void add_to_name(char *name, char c)
{
    size_t length = strlen(name);

    if (length < HTML_NAME_MAX) {
        name[length] = g_ascii_tolower(c);
        name[length + 1] = '\0';
    }
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (strcmp(name, *names) == 0)
            return true;
    }
    return false;
}

static void enter(HtmlPlace *place, HtmlState state)
{
    place->state = state;
    place->matched = 0;
    place->serial++;
}

static void end_tag(HtmlPlace *place)
{
    static const char *const raw[] = {"style", "script", NULL};
    static const char *const title[] = {"title", "textarea", NULL};

    if (!place->end_tag && is_one_of(place->tag, raw))
        enter(place, HTML_RAW);
    else if (!place->end_tag && is_one_of(place->tag, title))
        enter(place, HTML_TITLE);
    else
        enter(place, HTML_DATA);
}

static void start_value(HtmlPlace *place, HtmlState state, char quote)
{
    enter(place, state);
    place->quote = quote;
    place->value_length = 0;
}

static void feed_tag_open(HtmlPlace *place, char c)
{
    if (c == '/' && !place->end_tag) {
        place->end_tag = true;
    } else if (g_ascii_isalpha(c)) {
        place->tag[0] = '\0';
        add_to_name(place->tag, c);
        place->state = HTML_TAG_NAME;
    } else if (c == '!' || c == '?') {
        place->state = HTML_MARKUP;
        place->matched = c == '!' ? 1 : 0;
    } else {
        place->state = HTML_DATA;
    }
}

/* Behind a name, behind a value, or between them. */
static void feed_tag(HtmlPlace *place, char c)
{
    if (c == '>') {
        end_tag(place);
    } else if (g_ascii_isspace(c) || c == '/') {
        place->state = HTML_TAG;
    } else if (place->state == HTML_TAG_NAME) {
        add_to_name(place->tag, c);
    } else if (c == '=' && place->attribute[0] != '\0') {
        place->state = HTML_EQUALS;
    } else {
        if (place->state == HTML_TAG)
            place->attribute[0] = '\0';
        add_to_name(place->attribute, c);
        place->state = HTML_ATTRIBUTE;
    }
}

static void feed_value(HtmlPlace *place, char c)
{
    if (place->state == HTML_EQUALS) {
        if (c == '"' || c == '\'')
            start_value(place, HTML_QUOTED, c);
        else if (c == '>')
            end_tag(place);
        else if (!g_ascii_isspace(c))
            start_value(place, HTML_BARE, '\0');
        return;
    }
    if (place->state == HTML_QUOTED ? c == place->quote : g_ascii_isspace(c)) {
        place->attribute[0] = '\0';
        place->state = HTML_TAG;
    } else if (place->state == HTML_BARE && c == '>') {
        end_tag(place);
    } else {
        place->value_length++;
    }
}

static void feed_markup(HtmlPlace *place, char c)
{
    if (place->state == HTML_COMMENT) {
        if (c == '-')
            place->matched++;
        else if (c == '>' && place->matched >= 2)
            enter(place, HTML_DATA);
        else
            place->matched = 0;
    } else if (c == '-' && place->matched > 0) {
        if (++place->matched == 3)
            enter(place, HTML_COMMENT);
    } else if (c == '>') {
        enter(place, HTML_DATA);
    } else {
        place->matched = 0;
    }
}

/* `</style` ends the text of a <style>. */
static void feed_raw(HtmlPlace *place, char c)
{
    size_t length = strlen(place->tag);

    if (c == '<')
        place->matched = 1;
    else if (place->matched == 1 && c == '/')
        place->matched = 2;
    else if (place->matched >= 2 && place->matched < length + 2 &&
             g_ascii_tolower(c) == place->tag[place->matched - 2])
        place->matched++;
    else
        place->matched = 0;
    if (place->matched == length + 2) {
        place->state = HTML_TAG;
        place->end_tag = true;
        place->attribute[0] = '\0';
    }
}

static void feed(HtmlPlace *place, char c)
{
    switch (place->state) {
    case HTML_DATA:
        if (c == '<') {
            enter(place, HTML_TAG_OPEN);
            place->end_tag = false;
            place->attribute[0] = '\0';
        }
        return;
    case HTML_TAG_OPEN:
        feed_tag_open(place, c);
        return;
    case HTML_TAG_NAME:
    case HTML_TAG:
    case HTML_ATTRIBUTE:
        feed_tag(place, c);
        return;
    case HTML_EQUALS:
    case HTML_BARE:
    case HTML_QUOTED:
        feed_value(place, c);
        return;
    case HTML_MARKUP:
    case HTML_COMMENT:
        feed_markup(place, c);
        return;
    case HTML_TITLE:
    case HTML_RAW:
        feed_raw(place, c);
        return;
    }
}

void html_place_feed(HtmlPlace *place, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        feed(place, text[i]);
}

bool html_place_is_url(const HtmlPlace *place)
{
    static const char *const names[] = {
        "href",   "src",        "background", "cite",   "action",
        "poster", "formaction", "longdesc",   "srcset", NULL};

    return place->state == HTML_QUOTED && is_one_of(place->attribute, names);
}
