/* cmd_keygen.c - mirmail keygen: new keys. */
#include "cli/command.h"
#include "cli/keygen.h"

static int run(const Options *options, GError **error)
{
    if (options->dkim)
        return keygen_dkim(options, error);
    error_set(error, ERROR_USAGE,
              "a key for what? `mirmail keygen --dkim DOMAIN SELECTOR` makes "
              "one that signs mail");
    return 0;
}

const Command command_keygen = {
    .name = "keygen",
    .synopsis = "[OPTION]... [DOMAIN SELECTOR]",
    .summary = "make a key and show the DNS record that belongs to it",
    .example = "  mirmail keygen --dkim example.org mirmail-2026\n",
    .use = FOR_KEYGEN,
    .least = 0,
    .most = 2,
    .run = run,
};
