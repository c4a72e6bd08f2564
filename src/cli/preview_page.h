/*
 * preview_page.h - the forms of `mirmail preview` beside plain text: the page
 * in a file, the page on a port of this machine, and what has changed.
 */
#ifndef CLI_PREVIEW_PAGE_H
#define CLI_PREVIEW_PAGE_H

#include "cli/setup.h"

/* --html FILE [--open]. The file is replaced as a whole or not at all. The
 * exit status, or 0 and an error. */
int preview_write(const Options *options, GError **error);

/* --serve [--port N] [--open], until a signal comes. */
int preview_serve(const Options *options, GError **error);

/* --diff: 0 the same, 1 not. */
int preview_diff(const Options *options, GError **error);

/* As setup_prepare(), but without a list there is still a reader. */
bool preview_prepare(Setup *setup, const Options *options, GError **error);

/* The exit status for what was found. */
int preview_status(const Setup *setup, const Options *options);

/* Shows a file or an address with the desktop's own program. ERROR_MISSING
 * when there is none. */
bool preview_open(const char *target, GError **error);

#endif
