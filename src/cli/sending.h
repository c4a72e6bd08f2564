/*
 * sending.h - what `mirmail send` and `mirmail resume` have in common: check,
 * show the plan, ask, deliver, sum up.
 */
#ifndef CLI_SENDING_H
#define CLI_SENDING_H

#include "cli/options.h"

/* The exit status, or 0 and an error. */
int sending_run(const Options *options, GError **error);

#endif
