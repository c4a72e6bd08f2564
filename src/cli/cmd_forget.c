/*
 * cmd_forget.c - mirmail forget: a person taken out of lists, suppressions
 * and journal.
 *
 * What stays is a salted hash: in the suppressions, so that nobody writes to
 * the person again, and in the journal, so that campaigns keep their counts.
 * Every step can be done again, so who is interrupted runs it once more.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/lists.h"
#include "journal/journal.h"
#include "list/roll.h"
#include "list/suppression.h"

/* Borrowed, but for what is opened on the way. */
typedef struct Forgetting {
    const Config *config;
    const Options *options;
    const Address *address;
} Forgetting;

/* --- lists --- */

static void print_place(const char *path, int line, const char *what)
{
    g_autofree char *shown = error_printable(path);
    printf("%s:%d: %s\n", shown, line, what);
}

static bool is_one_of(int line, const GArray *lines)
{
    for (guint i = 0; lines != NULL && i < lines->len; i++)
        if (g_array_index(lines, int, i) == line)
            return true;
    return false;
}

/* Lines that name the person, but for some (NULL: none). */
static void show_mentions(const char *path, const char *key,
                          const GArray *but_for, const char *what)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i] != NULL; i++)
        if (address_find(lines[i], key, NULL) != NULL &&
            !is_one_of(i + 1, but_for))
            print_place(path, i + 1, what);
}

/* Other rows and columns may name the person too; that is for people to
 * judge. The rows are gone by now, unless this is a dry run. */
static void show_others(const char *path, const char *key, const GArray *rows,
                        bool is_dry)
{
    show_mentions(path, key, is_dry ? rows : NULL,
                  is_dry ? "this line names the address too"
                         : "this line names the address too; look at it");
}

static bool forget_in_list(const Forgetting *forgetting, const char *path,
                           GError **error)
{
    bool is_dry = forgetting->options->dry_run;
    const char *key = forgetting->address->key;
    g_autoptr(Roll)
        roll = roll_open(path, is_dry ? ROLL_READ : ROLL_CHANGE, error);
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(int));
    if (roll == NULL)
        return false;
    size_t row = 0;
    while ((row = roll_find(roll, key, row)) != ROLL_NONE) {
        int line = roll_line(roll, row);
        g_array_append_val(lines, line);
        roll_remove(roll, row);
    }
    if (!is_dry && !roll_write(roll, error))
        return false;
    for (guint i = 0; i < lines->len; i++)
        print_place(path, g_array_index(lines, int, i),
                    is_dry ? "would be removed" : "removed");
    show_others(path, key, lines, is_dry);
    return true;
}

static bool forget_in_all(const Forgetting *forgetting, char *const *path,
                          GError **error)
{
    for (; path != NULL && *path != NULL; path++)
        if (!forget_in_list(forgetting, *path, error))
            return false;
    return true;
}

static bool forget_in_lists(const Forgetting *forgetting, GError **error)
{
    return forget_in_all(forgetting, forgetting->config->lists, error) &&
           forget_in_all(forgetting, forgetting->options->list, error);
}

/* --- suppressions --- */

static void look_in_suppressions(const Forgetting *forgetting)
{
    show_mentions(forgetting->config->suppressions, forgetting->address->key,
                  NULL, "this line would get a hash, or go");
}

static bool forget_in_suppressions(const Forgetting *forgetting,
                                   Suppressions *suppressions, GError **error)
{
    int lines = 0;
    if (!suppressions_forget(suppressions, forgetting->address, &lines, error))
        return false;
    g_autofree char *shown = error_printable(forgetting->config->suppressions);
    g_autofree char *hash = suppressions_known_hash(suppressions,
                                                    forgetting->address);
    printf("%s: %d line%s changed; not written to any more, as %s\n", shown,
           lines, lines == 1 ? "" : "s", hash);
    return true;
}

/* --- journal --- */

static void count_entry(void *data, const char *campaign, const Entry *entry)
{
    (void)campaign;
    (void)entry;
    (*(int *)data)++;
}

static bool show_campaigns(const Forgetting *forgetting, Journal *journal,
                           GError **error)
{
    int campaigns = 0;
    if (!journal_visit_person(journal, forgetting->address->key, count_entry,
                              &campaigns, error))
        return false;
    g_autofree char *shown = error_printable(forgetting->config->journal);
    printf("%s: a recipient of %d campaign%s\n", shown, campaigns,
           campaigns == 1 ? "" : "s");
    return true;
}

static bool forget_in_journal(const Forgetting *forgetting, Journal *journal,
                              Suppressions *suppressions, GError **error)
{
    JournalForgotten forgotten;
    g_autofree char *hash = suppressions_known_hash(suppressions,
                                                    forgetting->address);
    if (!journal_forget(journal, forgetting->address, hash, &forgotten, error))
        return false;
    g_autofree char *shown = error_printable(forgetting->config->journal);
    printf("%s: %" PRId64 " recipient%s and %" PRId64 " text%s changed\n",
           shown, forgotten.recipients, forgotten.recipients == 1 ? "" : "s",
           forgotten.texts, forgotten.texts == 1 ? "" : "s");
    if (forgotten.letters > 0)
        printf("%s: %" PRId64 " kept letter%s the address in what the author "
               "wrote; left as it is\n",
               shown, forgotten.letters,
               forgotten.letters == 1 ? " has" : "s have");
    return true;
}

/* *journal stays NULL when nothing was ever sent. */
static bool open_journal(const Forgetting *forgetting, Journal **journal,
                         GError **error)
{
    const char *path = forgetting->config->journal;
    JournalMode mode = forgetting->options->dry_run ? JOURNAL_READ
                                                    : JOURNAL_WRITE;
    *journal = NULL;
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    *journal = journal_open(path, mode, clock_system(), error);
    return *journal != NULL;
}

/* --- all of it --- */

static bool may_forget(const Forgetting *forgetting, GError **error)
{
    g_autofree char *question = g_strdup_printf(
        "Forget %s in lists, suppressions and journal for good?",
        forgetting->address->text);
    return forgetting->options->yes ||
           confirm(question, "nobody was forgotten", error);
}

/* Whoever sends has the address in memory and would write it down again. The
 * suppression comes first: a send that begins meanwhile then knows. */
static bool forget(const Forgetting *forgetting, Journal *journal,
                   GError **error)
{
    g_autoptr(JournalHold) hold = journal ? journal_hold(journal, error) : NULL;
    if (journal != NULL && hold == NULL)
        return false;
    g_autoptr(Suppressions) suppressions = suppressions_open(
        forgetting->config->suppressions, clock_system(), random_system, error);
    if (suppressions == NULL ||
        !forget_in_suppressions(forgetting, suppressions, error) ||
        !forget_in_lists(forgetting, error))
        return false;
    if (journal != NULL &&
        !forget_in_journal(forgetting, journal, suppressions, error))
        return false;
    puts("not reached: backups, the history of lists in git, other copies of "
         "the lists,\nlogs and queues of the relay, mails that were sent");
    return true;
}

static bool look(const Forgetting *forgetting, Journal *journal, GError **error)
{
    look_in_suppressions(forgetting);
    return forget_in_lists(forgetting, error) &&
           (journal == NULL || show_campaigns(forgetting, journal, error));
}

static int run(const Options *options, GError **error)
{
    g_autoptr(Config) config = config_load(options->config, error);
    Mailbox person;
    if (config == NULL || !lists_person(options->arguments[0], &person, error))
        return 0;
    Forgetting forgetting = {config, options, &person.address};
    Journal *journal = NULL;
    if (open_journal(&forgetting, &journal, error)) {
        if (options->dry_run)
            look(&forgetting, journal, error);
        else if (may_forget(&forgetting, error))
            forget(&forgetting, journal, error);
    }
    journal_close(journal);
    mailbox_clear(&person);
    return 0;
}

const Command command_forget = {
    .name = "forget",
    .synopsis = "[OPTION]... ADDRESS",
    .summary = "take a person out of lists, suppressions and journal",
    .example = "  mirmail forget --dry-run ada@example.org\n",
    .use = FOR_FORGET,
    .least = 1,
    .most = 1,
    .run = run,
};
