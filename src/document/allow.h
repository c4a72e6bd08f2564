/*
 * allow.h - which elements and attributes a mail may hold.
 *
 * Two tables, and checks of values that need nothing but the value. What
 * happens to everything else is sanitize.c's matter.
 */
#ifndef DOCUMENT_ALLOW_H
#define DOCUMENT_ALLOW_H

#include "document/document.h"

typedef enum {
    ACTION_KEEP,
    ACTION_UNWRAP,    /* nothing that a reader sees is lost */
    ACTION_DROP,      /* with its content */
    ACTION_BECOME,    /* another element: ElementRule.as */
    ACTION_EMBED,     /* a link to it */
    ACTION_FIELD,     /* an input: a box to tick, or nothing */
    ACTION_READING,   /* the small reading above a character: (in brackets) */
    ACTION_BREAK,     /* a place where a long word may be broken */
    ACTION_HEAD_LINE, /* the summary of details: a strong paragraph */
    ACTION_VOID,      /* a helper without content of its own */
} Action;

typedef struct ElementRule {
    const char *name;
    Action action;
    const char *as;
} ElementRule;

typedef enum {
    ALLOW_ANY,
    ALLOW_ADDRESS, /* links_resolve() looks at it */
    ALLOW_STYLE,
    ALLOW_SIZE, /* 120 or 50% */
    ALLOW_NUMBER,
    ALLOW_SPAN, /* 1 to 1000 */
    ALLOW_LANGUAGE,
    ALLOW_WORD, /* one of AttributeRule.words */
    ALLOW_MARK, /* our own class */
} ValueRule;

typedef struct AttributeRule {
    const char *name;
    const char *elements; /* " td th ", NULL: all */
    ValueRule value;
    const char *words;
} AttributeRule;

/* NULL: the element is not known. */
const ElementRule *allow_find_element(const char *name);

/* NULL: the element may not have the attribute. */
const AttributeRule *allow_find_attribute(const Node *element,
                                          const char *name);

/* The value as it may stay, in the document's arena, or NULL. For every rule
 * but ALLOW_STYLE and ALLOW_MARK. */
const char *allow_check_value(Document *document, const AttributeRule *rule,
                              const char *value);

#endif
