/*
 * cmd_bounces.c - mirmail bounces: what came back, and what is done about it;
 * see feedback/returns.h.
 */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/json_lines.h"
#include "config/config.h"
#include "feedback/returns.h"

typedef struct Work {
    const Options *options;
    Returns *returns;
    int64_t doings[RETURN_DOINGS];
    int64_t kinds[BOUNCE_KINDS];
    int64_t classes[BOUNCE_CLASSES]; /* of those that are proven and new */
} Work;

/* --- one line a mail --- */

static const char *name_of_kind(BounceKind kind)
{
    return kind == BOUNCE_AUTOMATIC ? "automatic answer"
           : kind == BOUNCE_OTHER   ? "no bounce"
                                    : "bounce";
}

/* "hard bounce of ada@example.org: 550 5.1.1 no such user" */
static void append_failure(GString *line, const BounceRecipient *recipient,
                           const char *address)
{
    static const char *const names[BOUNCE_CLASSES] = {
        [BOUNCE_HARD] = "hard bounce",
        [BOUNCE_SOFT] = "soft bounce",
        [BOUNCE_CONTENT] = "refused for its content",
        [BOUNCE_POLICY] = "refused by policy",
        [BOUNCE_DELAYED] = "delayed",
        [BOUNCE_COMPLAINT] = "complaint",
    };
    g_string_append(line, names[recipient->class]);
    if (address != NULL)
        g_string_append_printf(line, " of %s", address);
    const Reply *reply = &recipient->reply;
    g_string_append(line, ":");
    if (reply->enhanced[0] != 0)
        g_string_append_printf(line, " %d.%d.%d", reply->enhanced[0],
                               reply->enhanced[1], reply->enhanced[2]);
    if (reply->text != NULL)
        g_string_append_printf(line, " (%.160s)", reply->text);
}

static void append_doing(GString *line, const Work *work,
                         const Return *returned)
{
    bool is_dry = work->options->dry_run;
    switch (returned->doing) {
    case RETURN_SUPPRESSED:
        g_string_append(line,
                        is_dry ? "; would be suppressed" : "; suppressed");
        break;
    case RETURN_NOTED:
        g_string_append_printf(line, "; %s, %d of %d campaigns",
                               is_dry ? "would be noted" : "noted",
                               returned->campaigns, RETURNS_SOFT_CAMPAIGNS);
        break;
    case RETURN_UNPROVEN:
        g_string_append_printf(line, "; not proven: %s", returned->why);
        break;
    case RETURN_SHOWN:
        g_string_append_printf(line, "; nothing is done: %s", returned->why);
        break;
    case RETURN_BEFORE:
        g_string_append(line, "; suppressed before");
        break;
    case RETURN_KNOWN:
        g_string_append(line, "; known from before");
        break;
    case RETURN_IGNORED:
    case RETURN_DOINGS:
        g_string_append(line, "; ignored");
        break;
    }
}

static void append_all_failures(GString *line, const Bounce *bounce)
{
    for (guint i = 0; i < bounce->recipients->len; i++) {
        const BounceRecipient *recipient = bounce->recipients->pdata[i];
        g_string_append(line, i > 0 ? ", " : "");
        append_failure(line, recipient, recipient->address);
    }
    if (bounce->recipients->len == 0)
        g_string_append(line, name_of_kind(bounce->kind));
}

static void print_line(const Work *work, const char *place,
                       const Return *returned)
{
    g_autoptr(GString) line = g_string_new(NULL);
    const Trace *trace = &returned->trace;
    if (returned->recipient != NULL)
        append_failure(line, returned->recipient, trace->address.text);
    else
        append_all_failures(line, returned->bounce);
    if (trace->campaign != NULL)
        g_string_append_printf(line, "; campaign %s", trace->campaign);
    append_doing(line, work, returned);
    g_autofree char *where = error_printable(place);
    g_autofree char *shown = error_printable(line->str);
    printf("%s: %s\n", where, shown);
}

/* --- all of them --- */

static void count(Work *work, const Return *returned)
{
    work->doings[returned->doing]++;
    work->kinds[returned->bounce->kind]++;
    if (returned->recipient != NULL && returned->doing != RETURN_KNOWN)
        work->classes[returned->recipient->class]++;
}

static bool take_mail(void *data, const SourceMail *mail, GError **error)
{
    Work *work = data;
    g_auto(Return) returned = {0};
    if (!returns_take(work->returns, mail, &returned, error))
        return false;
    count(work, &returned);
    if (work->options->json)
        json_lines_return(mail->place, &returned);
    else
        print_line(work, mail->place, &returned);
    return true;
}

static void print_summary(const Work *work)
{
    if (work->options->json) {
        json_lines_returns(work->doings, work->kinds, work->classes,
                           work->options->dry_run);
        return;
    }
    int64_t mails = 0;
    for (int i = 0; i < RETURN_DOINGS; i++)
        mails += work->doings[i];
    printf("%" G_GINT64_FORMAT " mail%s", mails, mails == 1 ? "" : "s");
    int64_t answers = work->kinds[BOUNCE_AUTOMATIC];
    if (answers > 0)
        printf(", %" G_GINT64_FORMAT " automatic", answers);
    for (int i = 0; i < BOUNCE_CLASSES; i++)
        if (work->classes[i] > 0)
            printf(", %" G_GINT64_FORMAT " %s", work->classes[i],
                   bounce_class_name((BounceClass)i));
    for (int i = 0; i < RETURN_DOINGS; i++)
        if (work->doings[i] > 0)
            printf("; %" G_GINT64_FORMAT " %s", work->doings[i],
                   return_doing_name((ReturnDoing)i));
    puts(work->options->dry_run ? " (dry run: nothing was written)" : "");
}

static int run(const Options *options, GError **error)
{
    Work work = {.options = options};
    g_autoptr(Config) config = config_load(options->config, error);
    if (config == NULL)
        return 0;
    const ReturnsSource how = {
        .config = config,
        .clock = clock_system(),
        .fill_random = random_system,
        .dry = options->dry_run,
    };
    g_autoptr(Returns) returns = returns_open(&how, error);
    if (returns == NULL)
        return 0;
    work.returns = returns;
    for (char *const *path = options->arguments; *path != NULL; path++)
        if (!mail_source_visit(*path, take_mail, &work, error))
            return 0;
    print_summary(&work);
    return 0;
}

const Command command_bounces = {
    .name = "bounces",
    .synopsis = "[OPTION]... MAILDIR|MBOX|-...",
    .summary = "read what came back; dead addresses stop by themselves",
    .example = "  mirmail bounces --dry-run Maildir\n"
               "  mirmail bounces - < mail\n",
    .use = FOR_BOUNCES,
    .least = 1,
    .most = 100000,
    .run = run,
};
