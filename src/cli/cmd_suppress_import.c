/* cmd_suppress_import.c - mirmail suppress import: whom another system does
 * not write to any more. */
#include <string.h>

#include "cli/command.h"
#include "cli/import_report.h"
#include "config/config.h"

static bool check_reason(const char *reason, GError **error)
{
    if (reason == NULL || (suppression_is_reason(reason) &&
                           strcmp(reason, SUPPRESSION_ALLOWED) != 0))
        return true;
    error_set(error, ERROR_USAGE,
              "--reason: `%s` is no word of up to %d letters a-z that keeps "
              "somebody away",
              reason, SUPPRESSION_REASON_MAX);
    return false;
}

static int run(const Options *options, GError **error)
{
    if (!check_reason(options->reason, error))
        return 0;
    g_autoptr(Config) config = config_load(options->config, error);
    if (config == NULL)
        return 0;
    const char *reason = options->reason ? options->reason
                                         : SUPPRESSION_IMPORTED;
    ImportOptions import = {.reason = reason};
    return import_report_run(&import, options, config->suppressions, error);
}

const Command command_suppress_import = {
    .name = "suppress import",
    .synopsis = "[OPTION]... FILE...",
    .summary = "suppress whom another system does not write to any more",
    .example = "  mirmail suppress import --reason bounced bounces.csv\n"
               "  mirmail suppress import --dry-run blocklist.txt\n",
    .use = FOR_SUPPRESS_IMPORT,
    .least = 1,
    .most = 1000,
    .run = run,
};
