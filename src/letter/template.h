/*
 * template.h - the template language, parsed and checked.
 *
 *     {{ name | default: "there" }}      a value, escaped for its place
 *     {{{ content }}}                    our own HTML, as it is
 *     {{#if x}} … {{else}} … {{/if}}     x is not empty
 *     {{#each list as a}} … {{/each}}    also with {{else}}
 *     {{#x}} … {{/x}}  {{^x}} … {{/x}}   Mustache's sections
 *     {{> footer}}                       footer.html or footer.txt beside it
 *     {{! comment }}  {{!-- … --}}  {{=<% %>=}}
 *
 * A line that holds nothing but one tag of a section, a partial, a comment
 * or a delimiter vanishes, as in Mustache. Parsing names no values: whether a
 * name is known is the scope's and the list's matter.
 *
 * Limits, each an error with line and column: TEMPLATE_BYTES_MAX for all
 * files together, sections TEMPLATE_DEPTH_MAX deep, partials
 * TEMPLATE_PARTIALS_MAX deep.
 *
 * A Template is constant once parsed.
 */
#ifndef LETTER_TEMPLATE_H
#define LETTER_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "letter/expression.h"

#define TEMPLATE_BYTES_MAX 1048576
#define TEMPLATE_DEPTH_MAX 32
#define TEMPLATE_PARTIALS_MAX 8

typedef enum { TEMPLATE_HTML, TEMPLATE_PLAIN } TemplateFormat;

typedef enum {
    TEMPLATE_TEXT,
    TEMPLATE_VALUE,
    TEMPLATE_IF,
    TEMPLATE_EACH,
    TEMPLATE_SECTION, /* Mustache's: a list is gone through, else an if */
} TemplateKind;

typedef struct TemplateNode TemplateNode;
struct TemplateNode {
    TemplateKind kind;
    char *text; /* TEMPLATE_TEXT */
    size_t length;
    Expression expression; /* all others; filters for TEMPLATE_VALUE only */
    bool raw;              /* {{{ }}} */
    bool inverted;         /* {{^x}} */
    bool block;            /* every tag of the section has its own line */
    char *item;            /* TEMPLATE_EACH: the name behind `as`; or NULL */
    TemplateNode *children;
    TemplateNode *otherwise;
    TemplateNode *next;
};

typedef struct Template Template;

/* Gives a partial's text and, in `file`, what errors shall call it; both
 * belong to the caller. NULL is an error. */
typedef char *(*TemplatePartial)(void *data, const char *name, char **file,
                                 GError **error);

typedef struct TemplateSource {
    const char *file; /* for errors */
    const char *text; /* any bytes */
    size_t length;
    TemplateFormat format;
    TemplatePartial partial; /* NULL: there are none */
    void *data;
} TemplateSource;

/* Errors are ERROR_INPUT, or what `partial` gave. */
Template *template_parse(const TemplateSource *source, GError **error);
void template_free(Template *template);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Template, template_free)

const TemplateNode *template_first(const Template *template);
TemplateFormat template_format(const Template *template);
/* All sources joined, for finding a word that none of them has. */
const char *template_source(const Template *template);

#endif
