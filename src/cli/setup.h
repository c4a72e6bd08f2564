/*
 * setup.h - from options to a composed pipeline, the same for send, preview
 * and resume.
 */
#ifndef CLI_SETUP_H
#define CLI_SETUP_H

#include "cli/options.h"
#include "config/config.h"
#include "pipeline/pipeline.h"

/* Owns everything; borrowed from `options` are its texts. */
typedef struct Setup {
    Config *config;
    Findings *findings;
    PipelineOptions pipeline_options;
    Pipeline *pipeline;
} Setup;

/* Loads the configuration, lays the options over it, composes. Findings are
 * there for printing also when it fails. */
bool setup_prepare(Setup *setup, const Options *options, GError **error);
void setup_clear(Setup *setup);

/* SOURCE_DATE_EPOCH, or 0. */
bool setup_pinned_date(int64_t *seconds, GError **error);

/* "12" for --limit and the like: a whole number from `least` to `most`. */
bool setup_number(const char *option, const char *text, int64_t least,
                  int64_t most, int64_t *number, GError **error);

#endif
