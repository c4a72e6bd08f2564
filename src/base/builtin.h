/*
 * builtin.h - files that the program carries in itself, by their path in the
 * source tree: the default template, and what `mirmail init` writes.
 */
#ifndef BASE_BUILTIN_H
#define BASE_BUILTIN_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

/* The bytes of a built-in file, with a NUL behind them; NULL when there is
 * none of that name, as in "templates/announcement/mail.html". */
const char *builtin_file(const char *name, size_t *length);

/* A template is a folder below templates/ with a mail.html. This one is meant
 * when none is named. */
#define BUILTIN_TEMPLATE "announcement"

/* The files of a template, built in or of the user's own, of which the latter
 * may lack some; NULL-terminated. */
extern const char *const template_files[];

/* Whether a directory has one of them. */
bool template_is_in(const char *directory);

/* The names of the templates, NULL-terminated; the caller's. Those with a
 * post.md of their own are a mail of ours and not among them. */
GStrv builtin_templates(void);
/* ERROR_MISSING with the nearest name when it is none of them. */
bool builtin_check_template(const char *name, GError **error);
/* "mail.txt" of a template; NULL when it has none. */
const char *builtin_template_file(const char *template, const char *name,
                                  size_t *length);

#endif
