/*
 * template_tag.h - a template's text cut into tags.
 *
 * Knows delimiters, the sign behind them, line and column, and whether a tag
 * stands alone on its line; knows nothing of what is open.
 */
#ifndef LETTER_TEMPLATE_TAG_H
#define LETTER_TEMPLATE_TAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define TAG_DELIMITER_MAX 16 /* bytes */

typedef enum {
    TAG_NONE, /* the end of the text */
    TAG_VALUE,
    TAG_RAW,      /* {{{ x }}} or {{& x }} */
    TAG_IF,       /* {{#if x}} */
    TAG_EACH,     /* {{#each x}} */
    TAG_SECTION,  /* {{#x}} */
    TAG_INVERTED, /* {{^x}} */
    TAG_ELSE,
    TAG_CLOSE,
    TAG_PARTIAL,
    TAG_COMMENT,
    TAG_DELIMITERS,
} TagKind;

typedef struct Tag {
    TagKind kind;
    Place place;
    bool alone;         /* and so its line vanishes; never for values */
    const char *line;   /* where its line begins */
    const char *before; /* where the text before it ends */
    const char *whole;  /* the tag, delimiters included */
    size_t whole_length;
    const char *text; /* what stands inside, without sign and word */
    size_t length;
} Tag;

/* Borrows `text` and `file`. Tags point into the text. */
typedef struct TagReader {
    const char *text;
    const char *end;
    const char *at; /* behind the last tag */
    Place place;    /* of counted_to */
    const char *counted_to;
    const char *line;   /* where the line of counted_to begins */
    bool long_comments; /* a `--}}` may still follow */
    char open[TAG_DELIMITER_MAX + 1];
    char close[TAG_DELIMITER_MAX + 1];
} TagReader;

void tag_reader_init(TagReader *reader, const char *file, const char *text);
bool tag_reader_next(TagReader *reader, Tag *tag, GError **error);

/* The blanks before a tag that stands alone. */
char *tag_indent(const Tag *tag);
/* The tag as it is written, shortened when it is long. */
char *tag_shown(const Tag *tag);

#endif
