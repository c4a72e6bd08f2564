/*
 * cmd_unsubscribe.c - mirmail unsubscribe: by a link, or by the mails that
 * people sent in order to leave; see feedback/unsubscribe_mail.h.
 */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/json_lines.h"
#include "config/config.h"
#include "feedback/mail_source.h"
#include "feedback/unsubscribe_mail.h"

/* What is said of one link or mail. */
typedef struct Answer {
    UnsubscribeResult result;
    bool automatic; /* a mail by a program */
    const char *place;
    const char *address; /* who left; NULL */
    const char *from;    /* who wrote a mail that unsubscribes nobody; NULL */
} Answer;

typedef struct Work {
    const Options *options;
    Unsubscriber *unsubscriber;
    int64_t refused;
    int64_t failed;
    GError *failure; /* the first one */
} Work;

static const char *name_of(UnsubscribeResult result)
{
    static const char *const names[] = {
        [UNSUBSCRIBE_DONE] = "unsubscribed",
        [UNSUBSCRIBE_BEFORE] = "unsubscribed before",
        [UNSUBSCRIBE_ABSENT] = "not on the list",
        [UNSUBSCRIBE_REFUSED] = "no right token",
        [UNSUBSCRIBE_FAILED] = "failed",
        [UNSUBSCRIBE_LIFTED] = "came back later",
    };
    return names[result];
}

static void say(const Work *work, const Answer *answer)
{
    const char *result = name_of(answer->result);
    const char *whom = answer->address ? answer->address : answer->from;
    if (work->options->json) {
        json_lines_unsubscribe(result, answer->automatic, answer->place,
                               answer->address, answer->from);
        return;
    }
    g_autofree char *place = error_printable(answer->place);
    g_autofree char *shown = error_printable(whom != NULL ? whom : "");
    printf("%s: %s%s%s%s%s\n", place, result,
           answer->automatic && !answer->address ? ", by a program" : "",
           answer->from ? ", from "
           : *shown     ? ": "
                        : "",
           shown,
           work->options->dry_run && answer->address ? " (dry run)" : "");
}

static void count_failure(Work *work, GError *problem)
{
    work->failed++;
    if (work->failure == NULL)
        work->failure = problem;
    else
        g_error_free(problem);
}

/* --- links --- */

static void take_link(Work *work, const char *link)
{
    g_auto(Person) person = {0};
    GError *problem = NULL;
    UnsubscribeResult result = UNSUBSCRIBE_REFUSED;
    g_autofree char *token = unsubscribe_find_token(work->unsubscriber, link);
    if (token != NULL)
        result = unsubscribe(work->unsubscriber, token, &person, &problem);
    if (result == UNSUBSCRIBE_FAILED)
        count_failure(work, problem);
    work->refused += result == UNSUBSCRIBE_REFUSED ||
                     result == UNSUBSCRIBE_ABSENT;
    say(work,
        &(Answer){.result = result, .place = link, .address = person.address});
}

/* --- mails --- */

/* One that failed is counted, and the others are read. */
static bool take_mail(void *data, const SourceMail *source, GError **error)
{
    (void)error;
    Work *work = data;
    UnsubscribeMail outcome;
    GError *problem = NULL;
    g_autoptr(Mail) mail = mail_parse(source->bytes, source->length);
    unsubscribe_by_mail(work->unsubscriber, mail, &outcome, &problem);
    bool refused = outcome.result == UNSUBSCRIBE_REFUSED;
    if (outcome.result == UNSUBSCRIBE_FAILED)
        count_failure(work, problem);
    say(work, &(Answer){.result = outcome.result,
                        .automatic = outcome.automatic,
                        .place = source->place,
                        .address = outcome.person.address,
                        .from = refused ? outcome.from : NULL});
    unsubscribe_mail_clear(&outcome);
    return true;
}

/* --- all of them --- */

/* A mail server that handed the mail over tries again after an
 * ERROR_RETRY (sysexits.h EX_TEMPFAIL). */
static int finish(Work *work, GError **error)
{
    if (work->failure == NULL)
        return work->refused > 0 ? 1 : 0;
    error_set(error, ERROR_RETRY, "%s; nothing was done for %" G_GINT64_FORMAT,
              work->failure->message, work->failed);
    g_clear_error(&work->failure);
    return 0;
}

static int work_on(Work *work, GError **error)
{
    char *const *arguments = work->options->arguments;
    for (; *arguments != NULL; arguments++) {
        if (!work->options->mail)
            take_link(work, *arguments);
        else if (!mail_source_visit(*arguments, take_mail, work, error))
            break;
    }
    if (*arguments == NULL)
        return finish(work, error);
    g_clear_error(&work->failure);
    return 0;
}

/* An address proves nothing; whoever types it in is the organiser. */
static bool check_links(const Options *options, GError **error)
{
    char *const *link = options->arguments;
    for (; !options->mail && *link != NULL; link++) {
        if (strchr(*link, '@') == NULL || strchr(*link, '/') != NULL)
            continue;
        error_set(error, ERROR_USAGE,
                  "`%s` is no link; an address is taken off by `mirmail "
                  "suppress add %s`",
                  *link, *link);
        return false;
    }
    return true;
}

static int run(const Options *options, GError **error)
{
    Work work = {.options = options};
    if (!check_links(options, error))
        return 0;
    g_autoptr(Config) config = config_load(options->config, error);
    if (config == NULL)
        return 0;
    UnsubscribeOptions how = {
        .config = config,
        .clock = clock_system(),
        .fill_random = random_system,
        .dry = options->dry_run,
    };
    work.unsubscriber = unsubscriber_open(&how, error);
    int status = work.unsubscriber != NULL ? work_on(&work, error) : 0;
    unsubscriber_close(work.unsubscriber);
    return status;
}

const Command command_unsubscribe = {
    .name = "unsubscribe",
    .synopsis = "[OPTION]... LINK|MAILDIR|MBOX|-...",
    .summary = "take people off by their link, or by the mails they sent",
    .example = "  mirmail unsubscribe --mail --dry-run Maildir\n"
               "  mirmail unsubscribe https://news.example.org/u/TOKEN\n",
    .use = FOR_UNSUBSCRIBE,
    .least = 1,
    .most = 100000,
    .run = run,
};
