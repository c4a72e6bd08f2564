/* finding.c - see finding.h. */
#include "base/finding.h"

struct Findings {
    GPtrArray *stored;
    size_t counts[SEVERITY_ERROR + 1];
};

static void finding_free(void *data)
{
    Finding *finding = data;
    g_free(finding->file);
    g_free(finding->text);
    g_free(finding);
}

Findings *findings_new(void)
{
    Findings *findings = g_new0(Findings, 1);
    findings->stored = g_ptr_array_new_with_free_func(finding_free);
    return findings;
}

void findings_free(Findings *findings)
{
    if (findings == NULL)
        return;
    g_ptr_array_unref(findings->stored);
    g_free(findings);
}

void findings_add(Findings *findings, Severity severity, const char *rule,
                  Place place, const char *format, ...)
{
    if (findings == NULL)
        return;
    findings->counts[severity]++;
    if (findings->stored->len >= FINDINGS_MAX)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *raw = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    Finding *finding = g_new0(Finding, 1);
    finding->severity = severity;
    finding->rule = rule;
    finding->file = place.file ? error_printable(place.file) : NULL;
    finding->line = place.line;
    finding->column = place.column;
    finding->text = error_printable(raw);
    g_ptr_array_add(findings->stored, finding);
}

size_t findings_count(const Findings *findings, Severity severity)
{
    return findings ? findings->counts[severity] : 0;
}

size_t findings_stored(const Findings *findings)
{
    return findings ? findings->stored->len : 0;
}

const Finding *findings_at(const Findings *findings, size_t index)
{
    return g_ptr_array_index(findings->stored, index);
}

const char *severity_name(Severity severity)
{
    static const char *const names[] = {"note", "warning", "error"};
    return names[severity];
}

char *finding_to_line(const Finding *finding)
{
    GString *line = g_string_new(finding->file);
    if (finding->file != NULL) {
        if (finding->line > 0)
            g_string_append_printf(line, ":%d", finding->line);
        if (finding->line > 0 && finding->column > 0)
            g_string_append_printf(line, ":%d", finding->column);
        g_string_append(line, ": ");
    }
    g_string_append_printf(line, "%s: %s", severity_name(finding->severity),
                           finding->text);
    return g_string_free(line, FALSE);
}
