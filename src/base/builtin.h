/*
 * builtin.h - files that the program carries in itself, by their path in the
 * source tree: the default template, and what `mirmail init` writes.
 */
#ifndef BASE_BUILTIN_H
#define BASE_BUILTIN_H

#include <stddef.h>

/* The bytes of a built-in file, with a NUL behind them; NULL when there is
 * none of that name, as in "templates/announcement/mail.html". */
const char *builtin_file(const char *name, size_t *length);

#endif
