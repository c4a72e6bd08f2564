/*
 * style_rule.h - what a theme is made of. Private to style*.c.
 *
 *     style_parse.c   reads a theme into rules
 *     style.c         writes the rules into elements
 */
#ifndef DOCUMENT_STYLE_RULE_H
#define DOCUMENT_STYLE_RULE_H

#include "document/style.h"

#define PARTS_MAX 3

typedef enum { POSITION_ANY, POSITION_FIRST, POSITION_LAST } Position;

/* `td.txt:first-child`; what is NULL may be anything. */
typedef struct Part {
    const char *element; /* these two in the style's names */
    const char *class;
    Position position;
} Part;

typedef struct Declaration {
    char *name;
    char *value;
} Declaration;

typedef struct Rule {
    Part parts[PARTS_MAX]; /* the outermost first */
    int part_count;
    int specificity;
    guint order;
    GArray *declarations; /* of Declaration, shared by the rule's selectors */
} Rule;

struct Style {
    GArray *rules; /* of Rule, weakest first */
    GStringChunk *names;
    GString *kept[STYLE_DARK + 1]; /* by StyleKept */
};

Style *style_new(void);
/* An empty array of Declaration, which frees them. */
GArray *style_new_declarations(void);

/* Where the value ends that begins at `at`: at `;`, `}` or `end`, outside of
 * quotes and parentheses. NULL when a quote is never closed. */
const char *style_end_of_value(const char *at, const char *end);
/* Trimmed, without comments, each run of blanks one blank. */
char *style_copy_value(const char *from, const char *end);

#endif
