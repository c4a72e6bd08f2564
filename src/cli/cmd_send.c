/* cmd_send.c - mirmail send. */
#include "cli/command.h"
#include "cli/preview.h"
#include "cli/sending.h"

static int run(const Options *options, GError **error)
{
    if (options->dry_run)
        return preview_run(options, error);
    const char *const preview_only[] = {options->as ? "--as" : NULL,
                                        options->format ? "--format" : NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(preview_only); i++) {
        if (preview_only[i] != NULL) {
            error_set(error, ERROR_USAGE, "%s needs --dry-run",
                      preview_only[i]);
            return 0;
        }
    }
    return sending_run(options, error);
}

const Command command_send = {
    .name = "send",
    .synopsis = "[OPTION]... POST",
    .summary = "send a post to everybody on the list, once",
    .example = "  mirmail send post.md\n"
               "  mirmail send --test me@example.org post.md\n"
               "  mirmail send --at \"2026-12-01 09:00\" post.md\n"
               "  mirmail send --yes --rate 30/min --list lists/news.csv "
               "post.md\n",
    .use = FOR_SEND,
    .least = 1,
    .most = 1,
    .run = run,
};
