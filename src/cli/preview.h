/*
 * preview.h - what `mirmail preview` and `mirmail send --dry-run` do: one
 * copy on standard output, counts and findings on standard error. No network,
 * no writing.
 */
#ifndef CLI_PREVIEW_H
#define CLI_PREVIEW_H

#include "cli/options.h"

/* The exit status, or 0 and an error. */
int preview_run(const Options *options, GError **error);

#endif
