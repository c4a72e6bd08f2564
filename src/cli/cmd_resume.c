/* cmd_resume.c - mirmail resume: goes on with a campaign as it was begun. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/sending.h"
#include "config/config.h"
#include "journal/journal.h"

static Campaign *find_campaign(const Options *options, GError **error)
{
    g_autoptr(Config) config = config_load(options->config, error);
    if (config == NULL)
        return NULL;
    g_autoptr(Journal) journal = journal_open(config->journal, JOURNAL_READ,
                                              clock_system(), error);
    if (journal == NULL)
        return NULL;
    const char *id = options->arguments[0];
    GError *failure = NULL;
    Campaign *campaign = journal_find_campaign(journal, id, &failure);
    if (failure != NULL)
        g_propagate_error(error, failure);
    else if (campaign == NULL && id != NULL)
        error_set(error, ERROR_INPUT,
                  "no campaign `%s` in %s; `mirmail status` lists them", id,
                  config->journal);
    else if (campaign == NULL)
        error_set(error, ERROR_INPUT, "no campaign in %s yet", config->journal);
    return campaign;
}

static void lay_text(char **stored, const char *given)
{
    g_free(*stored);
    *stored = g_strdup(given);
}

/* What the resume says itself counts over what the send said; when to begin,
 * whether to ask, and how to show progress, is never remembered. */
static void lay_over(Options *stored, const Options *given,
                     const char *campaign)
{
    const struct {
        char **stored;
        const char *given;
    } kept[] = {
        {&stored->rate, given->rate},
        {&stored->relay, given->relay},
        {&stored->connections, given->connections},
        {&stored->config, given->config},
        {&stored->until, given->until},
        {&stored->campaign, campaign},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
        if (kept[i].given != NULL)
            lay_text(kept[i].stored, kept[i].given);
    lay_text(&stored->at, given->at);
    lay_text(&stored->unknown, given->unknown);
    stored->yes = given->yes;
    stored->quiet = given->quiet;
    stored->json = given->json;
    stored->revise = given->revise;
}

static bool enter_directory(const char *directory, GError **error)
{
    if (chdir(directory) == 0)
        return true;
    error_set(error, ERROR_MISSING, "%s, where the campaign was begun: %s",
              directory, g_strerror(errno));
    return false;
}

/* Whoever was forgotten: `#…`, once perhaps with their name before it. */
static bool is_stand_in(const char *person)
{
    const char *angle = strrchr(person, '<');
    const char *address = angle ? angle + 1 : person;
    return *address == '#' && strchr(address, '@') == NULL;
}

/* The others get their mail. An array without anybody stays one: it means
 * nobody, and not the lists of the configuration. */
static void leave_out_forgotten(char **people)
{
    char **kept = people;
    for (; people != NULL && *people != NULL; people++) {
        if (is_stand_in(*people))
            g_free(*people);
        else
            *kept++ = *people;
    }
    if (kept != NULL)
        *kept = NULL;
}

static int run(const Options *options, GError **error)
{
    g_autoptr(Campaign) campaign = find_campaign(options, error);
    if (campaign == NULL)
        return 0;
    if (campaign->test) {
        error_set(error, ERROR_USAGE,
                  "`%s` was a test copy; send a new one with --test",
                  campaign->id);
        return 0;
    }
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) problem = NULL;
    if (!g_shell_parse_argv(campaign->arguments, NULL, &words, &problem)) {
        error_set(error, ERROR_INPUT, "campaign `%s`: its arguments: %s",
                  campaign->id, problem->message);
        return 0;
    }
    /* A --config given here is relative to here. */
    g_autofree char *config = options->config ? g_canonicalize_filename(
                                                    options->config, NULL)
                                              : NULL;
    Options given = *options;
    given.config = config;
    /* What was asked is known by the mails that asked for it. */
    if (g_strv_contains((const char *const *)words, "--mail")) {
        error_set(error, ERROR_USAGE,
                  "`%s` asked people who want to join; `mirmail subscribe` "
                  "goes on with them, and `mirmail resume CAMPAIGN` with "
                  "another campaign",
                  campaign->id);
        return 0;
    }
    Options stored;
    int status = 0;
    if (options_parse(&stored, FOR_SEND, words, 1, 1, error) &&
        enter_directory(campaign->directory, error)) {
        lay_over(&stored, &given, campaign->id);
        leave_out_forgotten(stored.to);
        status = sending_run(&stored, error);
    }
    options_clear(&stored);
    return status;
}

const Command command_resume = {
    .name = "resume",
    .synopsis = "[OPTION]... [CAMPAIGN]",
    .summary = "go on where a run ended; the newest one when none is named",
    .example = "  mirmail resume\n"
               "  mirmail resume --rate 10/min 2016-summer-hackathon\n"
               "  mirmail resume --unknown=skip\n",
    .use = FOR_RESUME,
    .least = 0,
    .most = 1,
    .run = run,
};
