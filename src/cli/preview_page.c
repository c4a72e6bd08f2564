/* preview_page.c - --html and --diff; see preview_page.h. */
#include "cli/preview_page.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "cli/command.h"
#include "cli/report.h"

/* --- the page in a file --- */

static bool make_page(Setup *setup, const Options *options, GString *out,
                      GError **error)
{
    PipelinePage how = {
        .as = options->as,
        .findings = setup->findings,
        .clock = clock_system(),
        .remote_images = options->remote_images,
    };
    return pipeline_check(setup->pipeline, setup->findings, error) &&
           pipeline_page(setup->pipeline, &how, out, error);
}

static bool fail_write(const char *path, bool is_forbidden, const char *reason,
                       GError **error)
{
    error_set_at(error, is_forbidden ? ERROR_PERMISSION : ERROR_SYSTEM,
                 (Place){path, 0, 0}, "cannot be written: %s", reason);
    return false;
}

/* A pipe or a device is written to; a file is replaced. */
static bool write_special(const char *path, const GString *page, GError **error)
{
    FILE *stream = g_fopen(path, "wb");
    if (stream == NULL)
        return fail_write(path, errno == EACCES, g_strerror(errno), error);
    bool ok = fwrite(page->str, 1, page->len, stream) == page->len;
    ok = fflush(stream) == 0 && ok;
    int reason = errno;
    if (fclose(stream) != 0 && ok) {
        ok = false;
        reason = errno;
    }
    return ok || fail_write(path, false, g_strerror(reason), error);
}

/* A new file beside the old one takes its place. A link stays a link. */
static bool write_file(const char *path, const GString *page, GError **error)
{
    struct stat info;
    bool exists = stat(path, &info) == 0;
    if (exists && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
        return write_special(path, page, error);
    g_autofree char *target = exists ? realpath(path, NULL) : NULL;
    g_autoptr(GError) reason = NULL;
    return g_file_set_contents_full(
               target != NULL ? target : path, page->str, (gssize)page->len,
               G_FILE_SET_CONTENTS_CONSISTENT, 0666, &reason) ||
           fail_write(path,
                      g_error_matches(reason, G_FILE_ERROR, G_FILE_ERROR_ACCES),
                      reason->message, error);
}

static bool open_file(const char *path, GError **error)
{
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    g_autofree char *uri = g_filename_to_uri(whole, NULL, error);
    return uri != NULL && preview_open(uri, error);
}

static bool put_page(const char *path, const GString *page, bool open,
                     GError **error)
{
    /* Whether all of it arrives, every command asks at its end (cli.c). */
    if (strcmp(path, "-") == 0) {
        fwrite(page->str, 1, page->len, stdout);
        return true;
    }
    return write_file(path, page, error) && (!open || open_file(path, error));
}

static int write_page(Setup *setup, const Options *options, GError **error)
{
    g_autoptr(GString) page = g_string_new(NULL);
    bool ok = make_page(setup, options, page, error);
    report_findings(stderr, setup->findings);
    if (!ok || !put_page(options->html, page, options->open, error))
        return 0;
    return preview_status(setup, options);
}

int preview_write(const Options *options, GError **error)
{
    if (strcmp(options->html, "-") == 0 && options->open) {
        error_set(error, ERROR_USAGE,
                  "--open shows a file; --html - writes none");
        return 0;
    }
    Setup setup;
    int status = 0;
    if (preview_prepare(&setup, options, error))
        status = write_page(&setup, options, error);
    else if (setup.findings != NULL)
        report_findings(stderr, setup.findings);
    setup_clear(&setup);
    return status;
}

/* Without a shell. The browser may outlive this program. */
bool preview_open(const char *target, GError **error)
{
    static const char *const programs[] = {"xdg-open", "open"};
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *program = g_find_program_in_path(programs[i]);
        char *words[] = {program, (char *)(uintptr_t)target, NULL};
        g_autoptr(GError) reason = NULL;
        if (program == NULL)
            continue;
        if (g_spawn_async(NULL, words, NULL,
                          G_SPAWN_STDOUT_TO_DEV_NULL |
                              G_SPAWN_STDERR_TO_DEV_NULL,
                          NULL, NULL, NULL, &reason))
            return true;
        error_set(error, ERROR_SYSTEM, "--open: %s", reason->message);
        return false;
    }
    error_set(error, ERROR_MISSING,
              "--open: there is no xdg-open here; open %s in a browser",
              target);
    return false;
}

/* --- what has changed --- */

static bool compare(Setup *setup, GString *out, PipelineDiff *diff,
                    GError **error)
{
    g_autoptr(Journal) journal = journal_open(
        setup->config->journal, JOURNAL_READ, clock_system(), error);
    return journal != NULL &&
           pipeline_diff(setup->pipeline, journal, out, diff, error);
}

static void report_same(const PipelineDiff *diff)
{
    g_autoptr(GDateTime)
        date = g_date_time_new_from_unix_local(diff->kept_us / 1000000);
    g_autofree char *when = date ? g_date_time_format(date, "%Y-%m-%d %H:%M")
                                 : g_strdup("?");
    if (diff->same && diff->same_html)
        fprintf(stderr, "the same as the version of %s\n", when);
    else if (diff->same)
        fprintf(stderr,
                "subject and text are the same as in the version of %s; the "
                "HTML part is not\n",
                when);
}

int preview_diff(const Options *options, GError **error)
{
    Setup setup;
    PipelineDiff diff = {0};
    g_autoptr(GString) out = g_string_new(NULL);
    bool ok = preview_prepare(&setup, options, error) &&
              compare(&setup, out, &diff, error);
    if (ok) {
        fwrite(out->str, 1, out->len, stdout);
        report_same(&diff);
    } else if (setup.findings != NULL) {
        report_findings(stderr, setup.findings);
    }
    setup_clear(&setup);
    return ok && !diff.same ? 1 : 0;
}
