/*
 * fuzz_import.c - any bytes as another system's export.
 *
 * The first byte says what the file is called and which system it is said to
 * be of. Every row gets one fate, whoever was added may stand in a mail, and
 * the same import again finds nothing left to do.
 */
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "list/export.h"
#include "list/import.h"
#include "mail/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int64_t wall_us(const Clock *clock)
{
    (void)clock;
    return INT64_C(1795869000000000);
}

static int64_t monotonic_ns(const Clock *clock)
{
    (void)clock;
    return 0;
}

static bool fill_fixed(void *bytes, size_t length)
{
    memset(bytes, 7, length);
    return true;
}

static const Clock still = {wall_us, monotonic_ns, NULL};

static void check_outcome(void *data, const ImportOutcome *outcome)
{
    (void)data;
    g_assert(outcome->fate == IMPORT_REFUSED || outcome->address != NULL);
    g_assert(outcome->fate != IMPORT_REFUSED || outcome->why != NULL);
    g_assert(outcome->address == NULL || header_check(outcome->address, NULL));
}

typedef struct Trial {
    const char *paths[2];
    const char *from;
    const char *into;
    char *suppressions;
} Trial;

static bool import_once(const Trial *trial, ImportCounts *counts)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Findings) findings = findings_new();
    g_autoptr(Suppressions) suppressions = suppressions_open(
        trial->suppressions, &still, fill_fixed, &error);
    g_assert(suppressions != NULL);
    ImportOptions options = {.paths = trial->paths,
                             .from = trial->from,
                             .into = trial->into,
                             .reason = SUPPRESSION_IMPORTED,
                             .suppressions = suppressions,
                             .findings = findings,
                             .visit = check_outcome};
    bool ok = import_run(&options, counts, &error);
    g_assert(ok == (error == NULL));
    return ok;
}

static void check_list(const char *path)
{
    const char *const paths[] = {path, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(List)
        list = list_open(&(ListOptions){.paths = paths}, NULL, &error);
    g_assert(list != NULL);
    for (int format = EXPORT_CSV; format <= EXPORT_ADDRESSES; format++) {
        g_autoptr(Export) export = export_open((ExportFormat)format, paths,
                                               true, &error);
        g_autoptr(GString) out = g_string_new(NULL);
        const Subscriber *subscriber;
        g_assert(export != NULL);
        export_begin(export, out);
        while ((subscriber = list_next(list, &error)) != NULL)
            export_append(export, subscriber, out);
        g_assert(error == NULL);
        g_assert(g_utf8_validate(out->str, (gssize)out->len, NULL));
        g_assert(list_counts(list)->invalid == 0);
        list_rewind(list, NULL);
    }
}

static void try_import(Trial *trial)
{
    ImportCounts counts;
    if (!import_once(trial, &counts))
        return;
    int64_t sum = 0;
    for (int fate = 0; fate < IMPORT_FATE_COUNT; fate++)
        sum += counts.fates[fate];
    g_assert(sum == counts.rows);
    if (trial->into != NULL && g_file_test(trial->into, G_FILE_TEST_EXISTS))
        check_list(trial->into);
    else if (trial->into != NULL)
        g_assert(counts.fates[IMPORT_ADDED] + counts.fates[IMPORT_FILLED] == 0);
    g_assert(import_once(trial, &counts));
    g_assert(counts.fates[IMPORT_ADDED] == 0);
    g_assert(counts.fates[IMPORT_FILLED] == 0);
    g_assert(counts.fates[IMPORT_SUPPRESSED] == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const names[] = {"a.csv", "a.json", "a.yaml",
                                        "unsubscribed_a.csv"};
    static const char *const systems[] = {
        NULL,     "mailchimp",  "listmonk", "mailman",   "sympa", "phplist",
        "google", "buttondown", "ghost",    "mailtrain", "keila", "csv",
    };
    uint8_t choice = size > 0 ? bytes[0] : 0;
    g_autofree char *folder = g_dir_make_tmp("mirmail-fuzz-XXXXXX", NULL);
    g_assert(folder != NULL);
    g_autofree char *path = g_build_filename(folder, names[choice % 4], NULL);
    g_autofree char *list = g_build_filename(folder, "list.csv", NULL);
    g_autofree char *away = g_build_filename(folder, "away.csv", NULL);
    g_assert(g_file_set_contents(path, (const char *)bytes + (size > 0),
                                 (gssize)(size > 0 ? size - 1 : 0), NULL));
    Trial trial = {{path, NULL},
                   systems[choice / 4 % G_N_ELEMENTS(systems)],
                   choice >= 240 ? NULL : list,
                   away};
    try_import(&trial);
    g_unlink(path);
    g_unlink(list);
    g_unlink(away);
    g_rmdir(folder);
    return 0;
}
