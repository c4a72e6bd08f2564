/*
 * options.h - the options of all commands: one table row each.
 *
 * A row says which commands take the option, so help, manual and parser
 * cannot disagree. Values are kept as the texts they were given as; whoever
 * uses one checks it.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

typedef enum {
    FOR_SEND = 1 << 0,
    FOR_PREVIEW = 1 << 1,
    FOR_RESUME = 1 << 2,
    FOR_STATUS = 1 << 3,
    FOR_LIST_CHECK = 1 << 4,
    FOR_INIT = 1 << 5,
    FOR_TEMPLATE = 1 << 6,
    FOR_TEMPLATE_LIST = 1 << 7,
    FOR_CHECK = 1 << 8,
    FOR_KEYGEN = 1 << 9,
    FOR_DOCTOR = 1 << 10,
    FOR_SERVE = 1 << 11,
    FOR_UNSUBSCRIBE = 1 << 12,
    FOR_BOUNCES = 1 << 13,
    FOR_SUBSCRIBE = 1 << 14,
    FOR_LIST_IMPORT = 1 << 17,
    FOR_LIST_EXPORT = 1 << 18,
    FOR_SUPPRESS_IMPORT = 1 << 19,
    FOR_LIST_ADD = 1 << 20,
    FOR_LIST_REMOVE = 1 << 21,
    FOR_LIST_FORMAT = 1 << 22,
    FOR_LIST_SHOW = 1 << 23,
    FOR_LIST_STATS = 1 << 24,
    FOR_SUPPRESS_ADD = 1 << 25,
    FOR_SUPPRESS_REMOVE = 1 << 26,
    FOR_SUPPRESS_LIST = 1 << 27,
    FOR_FORGET = 1 << 28,
} OptionUse;

typedef struct Options {
    char **attach;
    char *as;
    char *at;
    char *ca;
    char *campaign;
    char *config;
    char *connections;
    char *format;
    char *from;
    char *html;
    char *input;
    char *into;
    char *lang;
    char *limit;
    char *listen;
    char *port;
    char *rate;
    char *reason;
    char *received;
    char *relay;
    char *resolver;
    char *subject;
    char *template;
    char *test;
    char *trust;
    char *unknown;
    char *until;
    char **except;
    char **list;
    char **only;
    char **to;
    gboolean allow_clipping;
    gboolean ascii;
    gboolean cgi;
    gboolean check;
    gboolean diff;
    gboolean dkim;
    gboolean dry_run;
    gboolean ed25519;
    gboolean force;
    gboolean hash;
    gboolean help;
    gboolean json;
    gboolean links;
    gboolean mail;
    gboolean no_dns;
    gboolean open;
    gboolean post;
    gboolean quiet;
    gboolean remote_images;
    gboolean resubscribe;
    gboolean revise;
    gboolean serve;
    gboolean spreadsheet;
    gboolean strict;
    gboolean yes;
    char **arguments; /* what is left, NULL-terminated, never NULL */
    bool only_looks; /* of the command: it never sends, so nobody need be set */
    bool may_lack_key;   /* likewise: it may run where the keys are not */
    const char *confirm; /* likewise: the post is the question whether
                            somebody wants to be on the list, see
                            PipelineOptions.confirm; NULL */
    char *given; /* options and arguments as typed, quoted for a shell */
} Options;

/* Parses `argv` (without program and command) for a command that takes the
 * options of `use` and `least` to `most` arguments. ERROR_USAGE with the
 * nearest right option. */
bool options_parse(Options *options, OptionUse use, char *const *argv,
                   int least, int most, GError **error);
void options_clear(Options *options);

/* "  --rate RATE      at most …": the lines for a command's help. */
void options_append_help(GString *out, OptionUse use);

#endif
