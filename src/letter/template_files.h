/*
 * template_files.h - the three files of a template, read and checked.
 *
 *     mail.html  mail.txt  theme.css     and partials beside them
 *
 * A file that a directory lacks is taken from the default template.
 */
#ifndef LETTER_TEMPLATE_FILES_H
#define LETTER_TEMPLATE_FILES_H

#include "document/style.h"
#include "letter/template.h"

typedef struct TemplateFiles {
    Template *html;
    Template *text;
    Style *theme;
    char *html_file; /* what errors call it */
    char *theme_source;
} TemplateFiles;

/* `template` is a path with a slash, the name of a built-in template, or NULL
 * for BUILTIN_TEMPLATE. ERROR_MISSING when there is none, ERROR_INPUT with
 * line and column for what is wrong in a file. */
bool template_files_load(const char *template, TemplateFiles *files,
                         GError **error);
void template_files_clear(TemplateFiles *files);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TemplateFiles, template_files_clear)

#endif
