/*
 * cmd_subscribe.c - mirmail subscribe: the mails by which people ask to be on
 * the list, and confirm it; see feedback/join.h.
 *
 * Who asked gets the built-in question by the way that every mail takes, one
 * campaign for each day of requests.
 */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/json_lines.h"
#include "cli/sending.h"
#include "config/config.h"
#include "feedback/join.h"
#include "feedback/mail_source.h"

#define REQUESTS_MAX 500 /* people asked in one run */

typedef struct Work {
    const Options *options;
    const Config *config;
    Joiner *joiner;
    GHashTable *asked[JOIN_DAYS]; /* addresses, each once */
    guint requests;
} Work;

/* --- one line a mail --- */

static const char *name_of(JoinVerdict verdict)
{
    static const char *const names[] = {
        [JOIN_ASKED] = "asked to join",
        [JOIN_ADDED] = "joined",
        [JOIN_PRESENT] = "on the list before",
        [JOIN_SUPPRESSED] = "must not be written to",
        [JOIN_IGNORED] = "ignored",
    };
    return names[verdict];
}

static void say(const Work *work, const char *place, const Join *join)
{
    const char *address = join->person.address.text;
    if (work->options->json) {
        json_lines_subscribe(name_of(join->verdict), place, address, join->why);
        return;
    }
    if (work->options->quiet && join->verdict != JOIN_ADDED)
        return;
    g_autofree char *line = g_strdup_printf(
        "%s: %s%s%s%s%s%s", place, address ? address : "", address ? ": " : "",
        name_of(join->verdict), join->why ? ": " : "",
        join->why ? join->why : "", work->options->dry_run ? " (dry run)" : "");
    g_autofree char *shown = error_printable(line);
    puts(shown);
}

/* --- reading --- */

/* Whoever floods the mailbox does not make us flood others. */
static void note_request(Work *work, Join *join)
{
    GHashTable *asked = work->asked[join->days_ago];
    const char *address = join->person.address.text;
    if (g_hash_table_contains(asked, address))
        return;
    if (work->requests < REQUESTS_MAX) {
        g_hash_table_add(asked, g_strdup(address));
        work->requests++;
        return;
    }
    join->verdict = JOIN_IGNORED;
    join->why = g_strdup_printf("more than %d requests in one run",
                                REQUESTS_MAX);
}

static bool take_mail(void *data, const SourceMail *source, GError **error)
{
    Work *work = data;
    g_auto(Join) join = {0};
    g_autoptr(Mail) mail = mail_parse(source->bytes, source->length);
    if (!join_take(work->joiner, mail, &join, error))
        return false;
    if (join.verdict == JOIN_ASKED)
        note_request(work, &join);
    say(work, source->place, &join);
    return true;
}

/* --- asking --- */

/* Somebody whose mailbox refuses the question is no failure of ours; whoever
 * handed the mail over tries again after an ERROR_RETRY. */
static int ask(const Work *work, int days_ago, GError **error)
{
    GHashTable *asked = work->asked[days_ago];
    char *nothing[] = {NULL};
    const char *list = work->config->list.name;
    g_autofree char *campaign = g_strdup(
        joiner_campaign(work->joiner, days_ago));
    g_autofree char *subject = g_strdup_printf(
        "Please confirm your subscription%s%s", list ? " to " : "",
        list ? list : "");
    g_autofree char **addresses = (char **)g_hash_table_get_keys_as_array(asked,
                                                                          NULL);
    Options options = *work->options;
    options.arguments = nothing;
    options.campaign = campaign;
    options.subject = subject;
    options.to = addresses;
    options.confirm = joiner_week(work->joiner);
    options.yes = TRUE;
    options.revise = TRUE;
    int status = sending_run(&options, error);
    return status == EXIT_SOME_FAILED ? EXIT_SENT : status;
}

static int ask_all(const Work *work, GError **error)
{
    int status = EXIT_SENT;
    for (int day = JOIN_DAYS - 1; day >= 0; day--) {
        if (work->options->dry_run || g_hash_table_size(work->asked[day]) == 0)
            continue;
        g_autoptr(GError) problem = NULL;
        int result = ask(work, day, &problem);
        if (problem != NULL) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return 0;
        }
        status = MAX(status, result);
    }
    return status;
}

static int work_on(Work *work, GError **error)
{
    for (char *const *path = work->options->arguments; *path != NULL; path++)
        if (!mail_source_visit(*path, take_mail, work, error))
            return 0;
    return ask_all(work, error);
}

static int run(const Options *options, GError **error)
{
    if (!options->mail) {
        error_set(error, ERROR_USAGE,
                  "people join by mail: `mirmail subscribe --mail FOLDER`; "
                  "`mirmail list add` puts somebody on a list");
        return 0;
    }
    g_autoptr(Config) config = config_load(options->config, error);
    if (config == NULL)
        return 0;
    const JoinSource source = {
        .config = config,
        .clock = clock_system(),
        .fill_random = random_system,
        .dry = options->dry_run,
    };
    g_autoptr(Joiner) joiner = joiner_open(&source, error);
    if (joiner == NULL)
        return 0;
    Work work = {.options = options, .config = config, .joiner = joiner};
    for (int day = 0; day < JOIN_DAYS; day++)
        work.asked[day] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                                NULL);
    int status = work_on(&work, error);
    for (int day = 0; day < JOIN_DAYS; day++)
        g_hash_table_unref(work.asked[day]);
    return status;
}

const Command command_subscribe = {
    .name = "subscribe",
    .synopsis = "--mail [OPTION]... MAILDIR|MBOX|-...",
    .summary = "put people on the list who asked by mail and confirmed it",
    .example = "  mirmail subscribe --mail --dry-run Maildir\n"
               "  mirmail subscribe --mail --quiet - < mail\n",
    .use = FOR_SUBSCRIBE,
    .least = 1,
    .most = 100000,
    .run = run,
};
