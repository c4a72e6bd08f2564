/* cmd_keygen.c - mirmail keygen: new keys. */
#include "cli/command.h"
#include "cli/keygen.h"

static int run(const Options *options, GError **error)
{
    if (options->dkim)
        return keygen_dkim(options, error);
    if (options->ed25519 || options->arguments[0] != NULL) {
        error_set(error, ERROR_USAGE,
                  "a key that signs the mail of a domain is made by `mirmail "
                  "keygen --dkim DOMAIN SELECTOR`; one for links by `mirmail "
                  "keygen` alone");
        return 0;
    }
    return keygen_links(options, error);
}

const Command command_keygen = {
    .name = "keygen",
    .synopsis = "[OPTION]... [DOMAIN SELECTOR]",
    .summary = "make a key: for links with which readers leave, or for DKIM",
    .example = "  mirmail keygen\n"
               "  mirmail keygen --dkim example.org mirmail-2026\n",
    .use = FOR_KEYGEN,
    .least = 0,
    .most = 2,
    .run = run,
};
