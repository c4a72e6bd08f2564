/*
 * html_tag.h - the tags of an HTML source, one after the other.
 *
 * A tokenizer (HTML 13.2.5) that knows just enough to find every tag the
 * parser would find: comments, quoted values, raw text.
 */
#ifndef DOCUMENT_HTML_TAG_H
#define DOCUMENT_HTML_TAG_H

#include <stdbool.h>
#include <stddef.h>

#define HTML_TAG_NAME_MAX 20

typedef struct HtmlTag {
    char name[HTML_TAG_NAME_MAX + 1]; /* lower case; longer ones are cut */
    unsigned traits;                  /* the reader's own */
    bool closing;
    bool self_closing;
    bool has_font_attribute; /* color, face or size */
    int attributes;
    int line;
} HtmlTag;

typedef struct HtmlTags {
    const char *at;
    const char *end;
    int line; /* of `at`, from 1 */
} HtmlTags;

/* False at the end. */
bool html_tag_next(HtmlTags *tags, HtmlTag *tag);

/* Moves behind the end tag of an element whose content is raw text. */
void html_tag_skip_raw(HtmlTags *tags, const HtmlTag *tag);

#endif
