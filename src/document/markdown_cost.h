/*
 * markdown_cost.h - what Markdown would cost, before a parser sees it.
 *
 * cmark is linear but for images whose description holds a link, quotes and
 * lists that begin hundreds deep on one line, and references that repeat a
 * very long definition. Such sources are refused.
 */
#ifndef DOCUMENT_MARKDOWN_COST_H
#define DOCUMENT_MARKDOWN_COST_H

#include <stdbool.h>

#include "base/error.h"
#include "document/lines.h"

/* An ERROR_INPUT with its line when the text would cost too much. */
bool markdown_check_cost(const Lines *lines, const char *file, GError **error);

#endif
