/* panels.c - what stands beside the mail; see panels.h. */
#include "preview/panels.h"

#include <string.h>

#include "base/units.h"
#include "preview/markup.h"

/* Gmail shows the rest behind a link somewhere near this (it counts after
 * its own rewriting). In bytes, and a warning before it. */
#define HTML_BYTES_CUT 102000
#define HTML_BYTES_MAX 100000
#define HTML_BYTES_WARN 80000
#define PHONE_SUBJECT 40 /* characters */

static void append_size(GString *out, size_t bytes)
{
    g_autofree char *text = size_to_text((int64_t)bytes);
    markup_text(out, text);
}

/* --- the head --- */

static void append_bold(GString *out, const char *text)
{
    g_string_append(out, "<b>");
    markup_text(out, text);
    g_string_append(out, "</b>");
}

static void append_recipients(GString *out, const PageSource *source)
{
    g_string_append(out, source->partial ? "<b>the first " : "<b>");
    markup_counted(out, (size_t)source->recipients, "recipient", "recipients");
    g_string_append(out, "</b>");
    for (size_t i = 0; source->lists != NULL && source->lists[i] != NULL; i++) {
        g_string_append(out, i == 0 ? " of " : ", ");
        append_bold(out, source->lists[i]);
    }
}

void panel_append_meta(GString *out, const View *view)
{
    const PageSource *source = view->source;
    const Mailbox *from = source->from;
    g_autofree char *mailbox = from->name != NULL
                                   ? g_strdup_printf("%s <%s>", from->name,
                                                     from->address.text)
                                   : g_strdup(from->address.text);
    g_string_append(out, "From ");
    append_bold(out, mailbox);
    g_string_append(out, " · to ");
    append_recipients(out, source);
    g_string_append(out, " · shown as ");
    append_bold(out, source->shown);
    g_string_append(out, " · source ");
    append_bold(out, source->post);
    g_string_append_printf(out, " (%s body)", source->format);
}

/* --- the inbox --- */

static const char *sender_name(const PageSource *source)
{
    const char *name = source->from->name;
    return name != NULL && *name != '\0' ? name : source->from->address.text;
}

static char *short_date(const PageSource *source)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(
        source->date_seconds + INT64_C(60) * source->date_offset_minutes);
    return date != NULL ? g_date_time_format(date, "%-d %b") : g_strdup("");
}

static void append_cell(GString *out, const char *class, const char *text)
{
    g_string_append_printf(out, "<span class=\"%s\">", class);
    markup_text(out, text);
    g_string_append(out, "</span>");
}

static void append_wide_row(GString *out, const View *view, const char *date)
{
    const PageSource *source = view->source;
    size_t length = (size_t)g_utf8_strlen(source->filled->subject->str, -1);
    g_string_append(out, "<figure class=\"wide\"><figcaption>Desktop"
                         "</figcaption><div class=\"row\"><b class=\"who\">"
                         "<span>");
    markup_text(out, sender_name(source));
    g_string_append(out, "</span></b><span class=\"what\"><b>");
    markup_text(out, source->filled->subject->str);
    g_string_append(out, "</b> – ");
    markup_text(out, view->survey.opening);
    g_string_append(out, "</span>");
    append_cell(out, "when", date);
    g_string_append(out, "</div>\n<p class=\"meta\">Subject: ");
    markup_counted(out, length, "character", "characters");
    if (length > PHONE_SUBJECT)
        g_string_append_printf(out, ", of which a phone shows about %d",
                               PHONE_SUBJECT);
    g_string_append(out, ".</p></figure>\n");
}

static void append_narrow_row(GString *out, const View *view, const char *date)
{
    const PageSource *source = view->source;
    g_string_append(out, "<figure class=\"narrow\"><figcaption>Phone"
                         "</figcaption><div class=\"row\"><b class=\"who\">"
                         "<span>");
    markup_text(out, sender_name(source));
    g_string_append(out, "</span></b>");
    append_cell(out, "when", date);
    append_cell(out, "subject", source->filled->subject->str);
    append_cell(out, "opening", view->survey.opening);
    g_string_append(out, "</div></figure>\n");
}

void panel_append_inbox(GString *out, const View *view)
{
    g_autofree char *date = short_date(view->source);
    g_string_append(out, "<div class=\"rows\">\n");
    append_wide_row(out, view, date);
    append_narrow_row(out, view, date);
    g_string_append(out, "</div>\n");
}

/* --- size --- */

static void begin_size(GString *out, const char *what)
{
    g_string_append_printf(out, "<dt>%s</dt><dd>", what);
}

static void append_size_row(GString *out, const char *what, size_t bytes)
{
    begin_size(out, what);
    append_size(out, bytes);
    g_string_append(out, "</dd>\n");
}

static void append_counts(GString *out, const Survey *survey)
{
    begin_size(out, "Images");
    markup_count(out, (int64_t)survey->images);
    if (survey->remote->len > 0) {
        g_string_append(out, ", ");
        markup_count(out, survey->remote->len);
        g_string_append(out, " from the network");
    }
    g_string_append(out, "</dd>\n");
    begin_size(out, "Links");
    markup_count(out, survey->links->len);
    g_string_append(out, " to ");
    markup_counted(out, g_hash_table_size(survey->hosts), "host", "hosts");
    g_string_append(out, "</dd>\n");
}

void panel_append_size(GString *out, const View *view)
{
    const Filled *filled = view->source->filled;
    g_string_append(out, "<p class=\"meta\" id=\"size-html\">HTML <b>");
    append_size(out, filled->html->len);
    g_string_append(out, "</b> of 102 KB; Gmail cuts longer ones</p>\n");
    g_string_append_printf(
        out,
        "<meter aria-labelledby=\"size-html\" min=\"0\" max=\"%d\" "
        "low=\"%d\" high=\"%d\" optimum=\"0\" value=\"%zu\"></meter>\n",
        HTML_BYTES_CUT, HTML_BYTES_WARN, HTML_BYTES_MAX,
        MIN(filled->html->len, (size_t)HTML_BYTES_CUT));
    g_string_append(out, "<dl class=\"sizes\">\n");
    append_size_row(out, "Text", filled->text->len);
    append_size_row(out, "Whole message", view->source->message->len);
    append_counts(out, &view->survey);
    g_string_append(out, "</dl>\n");
}

/* --- findings --- */

void panel_append_counts(GString *out, const Findings *findings)
{
    markup_counted(out, findings_count(findings, SEVERITY_ERROR), "error",
                   "errors");
    g_string_append(out, ", ");
    markup_counted(out, findings_count(findings, SEVERITY_WARNING), "warning",
                   "warnings");
}

static void append_finding(GString *out, const Finding *finding)
{
    static const char *const signs[] = {"i", "!", "✗"};
    const char *name = severity_name(finding->severity);
    g_string_append_printf(out,
                           "<li class=\"%s\"><span class=\"sign\" "
                           "aria-hidden=\"true\">%s</span>"
                           "<span class=\"hidden\">%s: </span>",
                           name, signs[finding->severity], name);
    if (finding->file != NULL) {
        g_string_append(out, "<code class=\"place\">");
        markup_text(out, finding->file);
        if (finding->line > 0)
            g_string_append_printf(out, "<span>:%d", finding->line);
        if (finding->line > 0 && finding->column > 0)
            g_string_append_printf(out, ":%d", finding->column);
        if (finding->line > 0)
            g_string_append(out, "</span>");
        g_string_append(out, "</code>");
    }
    markup_text(out, finding->text);
    g_string_append(out, "</li>\n");
}

/* Errors before warnings before notes. */
static void append_severity(GString *out, const Findings *findings,
                            Severity severity)
{
    size_t shown = 0;
    size_t stored = findings_stored(findings);
    for (size_t i = 0; i < stored && shown < PANEL_FINDINGS_MAX; i++) {
        const Finding *finding = findings_at(findings, i);
        if (finding->severity != severity)
            continue;
        append_finding(out, finding);
        shown++;
    }
    size_t all = findings_count(findings, severity);
    if (all == shown)
        return;
    g_string_append_printf(out, "<li class=\"%s\">and ",
                           severity_name(severity));
    markup_count(out, (int64_t)(all - shown));
    g_string_append(out, " more</li>\n");
}

void panel_append_findings(GString *out, const Findings *findings,
                           const View *view)
{
    g_autoptr(GString) items = g_string_new(NULL);
    append_severity(items, findings, SEVERITY_ERROR);
    append_severity(items, findings, SEVERITY_WARNING);
    append_severity(items, findings, SEVERITY_NOTE);
    if (view != NULL)
        checks_append(items, view);
    if (items->len == 0) {
        g_string_append(out, "<p class=\"meta\">None.</p>\n");
        return;
    }
    g_string_append(out, "<ul class=\"findings\">\n");
    g_string_append_len(out, items->str, (gssize)items->len);
    g_string_append(out, "</ul>\n");
}
