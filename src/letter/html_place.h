/*
 * html_place.h - where in a page of HTML the next character would stand.
 *
 * A small reading of HTML 5's tokenizer, for pages of our own: enough to know
 * text from attribute from address. It judges which mark a field gets and
 * which places are refused; what is written later is escaped by the tree
 * that a real parser made, not by this.
 */
#ifndef LETTER_HTML_PLACE_H
#define LETTER_HTML_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#define HTML_NAME_MAX 31

typedef enum {
    HTML_DATA,
    HTML_TAG_OPEN, /* behind < or </ */
    HTML_TAG_NAME,
    HTML_TAG,       /* in a tag, outside of names and values */
    HTML_ATTRIBUTE, /* in an attribute's name */
    HTML_EQUALS,    /* behind = */
    HTML_BARE,      /* in a value without quotes */
    HTML_QUOTED,    /* in a value with quotes */
    HTML_MARKUP,    /* behind <! or <?, no comment */
    HTML_COMMENT,
    HTML_TITLE, /* in <title> or <textarea> */
    HTML_RAW,   /* in <style> or <script> */
} HtmlState;

typedef struct HtmlPlace {
    HtmlState state;
    char quote;
    bool end_tag;
    char tag[HTML_NAME_MAX + 1];       /* lower case; cut when too long */
    char attribute[HTML_NAME_MAX + 1]; /* likewise */
    size_t value_length;               /* characters of the value so far */
    unsigned serial;                   /* counts values, texts and comments */
    size_t matched;                    /* of <!--, --> or </title */
} HtmlPlace;

/* Zeroed is the start of a page. */
void html_place_feed(HtmlPlace *place, const char *text, size_t length);

/* The value of an attribute that holds an address. */
bool html_place_is_url(const HtmlPlace *place);

#endif
