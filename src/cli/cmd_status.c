/* cmd_status.c - mirmail status: campaigns, and the outcomes of one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/json_lines.h"
#include "cli/report.h"

static char *format_moment(int64_t moment_us)
{
    g_autoptr(GDateTime)
        moment = g_date_time_new_from_unix_local(moment_us / 1000000);
    return moment ? g_date_time_format(moment, "%Y-%m-%d %H:%M")
                  : g_strdup("?");
}

static int64_t left_of(const Campaign *campaign)
{
    int64_t done = campaign->counts[OUTCOME_SENT] +
                   campaign->counts[OUTCOME_FAILED] +
                   campaign->counts[OUTCOME_UNKNOWN] +
                   campaign->counts[OUTCOME_SKIPPED];
    return MAX(campaign->recipients - done, 0);
}

static void print_campaigns(const GPtrArray *campaigns)
{
    size_t width = 8;
    for (guint i = 0; i < campaigns->len; i++) {
        const Campaign *campaign = g_ptr_array_index(campaigns, i);
        width = MAX(width, strlen(campaign->id));
    }
    printf("%-*s  %-16s %8s %8s %8s %8s %8s\n", (int)width, "campaign", "begun",
           "sent", "deferred", "failed", "unknown", "left");
    for (guint i = 0; i < campaigns->len; i++) {
        const Campaign *campaign = g_ptr_array_index(campaigns, i);
        g_autofree char *begun = format_moment(campaign->created_us);
        printf("%-*s  %-16s %8" PRId64 " %8" PRId64 " %8" PRId64 " %8" PRId64
               " %8" PRId64 "%s\n",
               (int)width, campaign->id, begun, campaign->counts[OUTCOME_SENT],
               campaign->counts[OUTCOME_DEFERRED],
               campaign->counts[OUTCOME_FAILED],
               campaign->counts[OUTCOME_UNKNOWN], left_of(campaign),
               campaign->test ? "  test" : "");
    }
}

static int show_all(Journal *journal, const Options *options, GError **error)
{
    g_autoptr(GPtrArray) campaigns = journal_list_campaigns(journal, error);
    if (campaigns == NULL)
        return 0;
    if (!options->json && campaigns->len == 0)
        puts("no campaign yet");
    else if (!options->json)
        print_campaigns(campaigns);
    for (guint i = 0; options->json && i < campaigns->len; i++)
        json_lines_campaign(g_ptr_array_index(campaigns, i));
    return 0;
}

typedef struct Visit {
    const char *campaign;
    bool json;
} Visit;

static void print_entry(void *data, const Entry *entry)
{
    const Visit *visit = data;
    if (visit->json) {
        json_lines_entry(visit->campaign, entry);
        return;
    }
    g_autofree char *when = format_moment(entry->at_us);
    g_autofree char *reply = reply_to_line(&entry->reply);
    g_autofree char *line = error_printable(reply);
    printf("%-8s  %s  %s%s%s\n", outcome_name(entry->outcome), when,
           entry->address, *line ? "  " : "", line);
}

static int show_one(Journal *journal, const Options *options, GError **error)
{
    const char *id = options->arguments[0];
    GError *failure = NULL;
    g_autoptr(Campaign) campaign = journal_find_campaign(journal, id, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return 0;
    }
    if (campaign == NULL) {
        error_set(error, ERROR_INPUT,
                  "no campaign `%s`; `mirmail status` lists them", id);
        return 0;
    }
    Visit visit = {id, options->json};
    if (options->json) {
        json_lines_campaign(campaign);
    } else {
        g_autoptr(GPtrArray) alone = g_ptr_array_new();
        g_autofree char *subject = error_printable(campaign->subject);
        g_ptr_array_add(alone, campaign);
        printf("%s\n\n", subject);
        print_campaigns(alone);
        putchar('\n');
    }
    journal_visit(journal, id, print_entry, &visit, error);
    return 0;
}

static int run(const Options *options, GError **error)
{
    g_autoptr(Config) config = config_load(options->config, error);
    if (config == NULL)
        return 0;
    g_autoptr(GError) problem = NULL;
    g_autoptr(Journal) journal = journal_open(config->journal, JOURNAL_READ,
                                              clock_system(), &problem);
    if (journal == NULL && problem->code == ERROR_MISSING &&
        options->arguments[0] == NULL) {
        if (!options->json)
            puts("no campaign yet");
        return 0;
    }
    if (journal == NULL) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return 0;
    }
    return options->arguments[0] ? show_one(journal, options, error)
                                 : show_all(journal, options, error);
}

const Command command_status = {
    .name = "status",
    .synopsis = "[OPTION]... [CAMPAIGN]",
    .summary = "show campaigns, or what became of each recipient of one",
    .example = "  mirmail status\n"
               "  mirmail status --json 2016-summer-hackathon\n",
    .use = FOR_STATUS,
    .least = 0,
    .most = 1,
    .run = run,
};
