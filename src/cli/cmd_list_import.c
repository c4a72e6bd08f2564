/* cmd_list_import.c - mirmail list import: people of another system. */
#include "cli/command.h"
#include "cli/import_report.h"
#include "config/config.h"

static const char *choose_list(const Options *options, const Config *config,
                               GError **error)
{
    if (options->into != NULL)
        return options->into;
    char **lists = config->lists;
    if (lists != NULL && lists[0] != NULL && lists[1] == NULL)
        return lists[0];
    error_set(error, ERROR_USAGE, "into which list? give --into FILE%s",
              lists ? ", as `lists` in mirmail.yaml names several"
                    : ", or set `lists` in mirmail.yaml");
    return NULL;
}

static int run(const Options *options, GError **error)
{
    g_autoptr(Config) config = config_load(options->config, error);
    if (config == NULL)
        return 0;
    ImportOptions import = {.into = choose_list(options, config, error)};
    if (import.into == NULL)
        return 0;
    return import_report_run(&import, options, config->suppressions, error);
}

const Command command_list_import = {
    .name = "list import",
    .synopsis = "[OPTION]... FILE...",
    .summary = "take over subscribers of another system, and who left it",
    .example = "  mirmail list import --dry-run members.csv unsubscribed.csv\n"
               "  mirmail list import --into lists/news.csv export.json\n",
    .use = FOR_LIST_IMPORT,
    .least = 1,
    .most = 1000,
    .run = run,
};
