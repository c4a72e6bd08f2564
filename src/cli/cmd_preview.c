/* cmd_preview.c - mirmail preview, and send --dry-run; see preview.h. */
#include "cli/preview.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "cli/command.h"
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

/* Without a list a preview still has a reader. */
static bool prepare(Setup *setup, const Options *options, GError **error)
{
    static char *const nobody[] = {(char *)(uintptr_t) "subscriber@example.org",
                                   NULL};
    Options with_reader = *options;
    g_autoptr(GError) problem = NULL;
    if (setup_prepare(setup, options, &problem))
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
    fprintf(stderr, "%s %s, %s, %zu %s, body taken as %s (%s); shown: %s\n",
            count, facts.recipients == 1 ? "recipient" : "recipients", size,
            facts.links, facts.links == 1 ? "link" : "links", facts.format,
            facts.format_reason, address);
}

static int show(Setup *setup, const Options *options, PreviewKind kind,
                GError **error)
{
    GString *out = g_string_new(NULL);
    g_autofree char *shown = NULL;
    bool ok = pipeline_check(setup->pipeline, setup->findings, error) &&
              pipeline_preview(setup->pipeline, options->as, kind,
                               clock_system(), out, &shown, error);
    if (ok)
        fwrite(out->str, 1, out->len, stdout);
    fflush(stdout);
    g_string_free(out, TRUE);
    report_findings(stderr, setup->findings);
    if (!ok)
        return 0;
    print_counts(setup, shown);
    size_t errors = findings_count(setup->findings, SEVERITY_ERROR);
    if (options->strict)
        errors += findings_count(setup->findings, SEVERITY_WARNING);
    return errors > 0 ? ERROR_INPUT : 0;
}

int preview_run(const Options *options, GError **error)
{
    PreviewKind kind;
    if (!choose_kind(options->format, &kind, error))
        return 0;
    Setup setup;
    int status = 0;
    if (prepare(&setup, options, error))
        status = show(&setup, options, kind, error);
    else if (setup.findings != NULL)
        report_findings(stderr, setup.findings);
    setup_clear(&setup);
    return status;
}

const Command command_preview = {
    .name = "preview",
    .synopsis = "[OPTION]... POST",
    .summary = "show what one recipient would get; send nothing",
    .example = "  mirmail preview post.md\n"
               "  mirmail preview --format html post.md > post.html\n"
               "  mirmail preview --as ada@example.org --format mime "
               "post.md\n",
    .use = FOR_PREVIEW,
    .least = 1,
    .most = 1,
    .run = preview_run,
};
