/* cmd_preview.c - mirmail preview, and send --dry-run; see preview.h. */
#include "cli/preview.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "cli/command.h"
#include "cli/preview_page.h"
#include "cli/report.h"

static bool choose_kind(const char *format, PreviewKind *kind, GError **error)
{
    static const char *const names[] = {"mail", "text", "html", "mime", NULL};
    *kind = PREVIEW_MAIL;
    for (int i = 0; format != NULL && names[i] != NULL; i++) {
        if (strcmp(format, names[i]) == 0) {
            *kind = (PreviewKind)i;
            return true;
        }
    }
    if (format == NULL)
        return true;
    g_autofree char *hint = suggest_hint(format, names);
    error_set(error, ERROR_USAGE,
              "--format is mail, text, html or mime, not `%s`%s", format, hint);
    return false;
}

bool preview_prepare(Setup *setup, const Options *options, GError **error)
{
    static char *const nobody[] = {(char *)(uintptr_t) "subscriber@example.org",
                                   NULL};
    Options with_reader = *options;
    g_autoptr(GError) problem = NULL;
    with_reader.may_lack_key = !options->dry_run;
    if (setup_prepare(setup, &with_reader, &problem))
        return true;
    bool no_list = problem->code == ERROR_USAGE && options->list == NULL &&
                   options->to == NULL && setup->config != NULL &&
                   setup->config->lists == NULL;
    if (!no_list) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    setup_clear(setup);
    with_reader.to = (char **)(uintptr_t)nobody;
    return setup_prepare(setup, &with_reader, error);
}

static void print_counts(const Setup *setup, const char *shown)
{
    PipelineFacts facts = pipeline_facts(setup->pipeline);
    g_autofree char *count = report_count(facts.recipients);
    g_autofree char *size = size_to_text(facts.largest_message);
    g_autofree char *address = error_printable(shown);
    g_autofree char *contents = report_contents(&facts);
    fprintf(stderr, "%s %s, %s, %s, body taken as %s (%s); shown: %s\n", count,
            facts.recipients == 1 ? "recipient" : "recipients", size, contents,
            facts.format, facts.format_reason, address);
    g_autofree char *languages = report_languages(&facts);
    if (*languages != '\0')
        fprintf(stderr, "languages: %s\n", languages);
}

int preview_status(const Setup *setup, const Options *options)
{
    size_t errors = findings_count(setup->findings, SEVERITY_ERROR);
    if (options->strict)
        errors += findings_count(setup->findings, SEVERITY_WARNING);
    return errors > 0 ? ERROR_INPUT : 0;
}

static int show(Setup *setup, const Options *options, PreviewKind kind,
                GError **error)
{
    PipelineView view = {options->as, kind, clock_system()};
    GString *out = g_string_new(NULL);
    g_autofree char *shown = NULL;
    bool ok = pipeline_check(setup->pipeline, setup->findings, error) &&
              pipeline_preview(setup->pipeline, &view, out, &shown, error);
    if (ok)
        fwrite(out->str, 1, out->len, stdout);
    fflush(stdout);
    g_string_free(out, TRUE);
    report_folded(stderr, setup->findings, SEVERITY_NOTE);
    if (!ok)
        return 0;
    print_counts(setup, shown);
    return preview_status(setup, options);
}

static int show_copy(const Options *options, GError **error)
{
    PreviewKind kind;
    if (!choose_kind(options->format, &kind, error))
        return 0;
    Setup setup;
    int status = 0;
    if (preview_prepare(&setup, options, error))
        status = show(&setup, options, kind, error);
    else if (setup.findings != NULL)
        report_folded(stderr, setup.findings, SEVERITY_NOTE);
    setup_clear(&setup);
    return status;
}

/* One thing at a time; and what belongs to a page wants one. */
static bool check_forms(const Options *options, GError **error)
{
    bool page = options->html != NULL || options->serve;
    int forms = (options->format != NULL) + (options->html != NULL) +
                (options->serve != 0) + (options->diff != 0);
    const char *lonely = NULL;
    if (forms > 1) {
        error_set(error, ERROR_USAGE,
                  "--format, --html, --serve and --diff exclude each other");
        return false;
    }
    if (options->open && !page)
        lonely = "--open";
    else if (options->remote_images && !page)
        lonely = "--remote-images";
    else if (options->port != NULL && !options->serve)
        lonely = "--port";
    if (lonely != NULL)
        error_set(error, ERROR_USAGE, "%s goes with %s", lonely,
                  strcmp(lonely, "--port") == 0 ? "--serve"
                                                : "--html or --serve");
    return lonely == NULL;
}

int preview_run(const Options *options, GError **error)
{
    if (!check_forms(options, error))
        return 0;
    if (options->diff)
        return preview_diff(options, error);
    if (options->serve)
        return preview_serve(options, error);
    if (options->html != NULL)
        return preview_write(options, error);
    return show_copy(options, error);
}

const Command command_preview = {
    .name = "preview",
    .synopsis = "[OPTION]... POST",
    .summary = "show what one recipient would get; send nothing",
    .example = "  mirmail preview post.md\n"
               "  mirmail preview --html preview.html --open post.md\n"
               "  mirmail preview --serve --open post.md\n"
               "  mirmail preview --format html post.md > post.html\n"
               "  mirmail preview --as ada@example.org --format mime "
               "post.md\n",
    .use = FOR_PREVIEW,
    .least = 1,
    .most = 1,
    .run = preview_run,
};
