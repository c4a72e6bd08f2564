/*
 * html_compile.h - a filled HTML template and the post's tree as a program.
 */
#ifndef LETTER_HTML_COMPILE_H
#define LETTER_HTML_COMPILE_H

#include "document/document.h"
#include "document/style.h"
#include "letter/program.h"

typedef struct HtmlSource {
    const char *file;      /* of the template, for errors */
    const GString *gapped; /* what evaluate() wrote */
    const Document *content;
    const Style *theme;
} HtmlSource;

bool html_compile(Program *program, const Slots *slots,
                  const HtmlSource *source, GError **error);

#endif
