/* tabs.c - the mail in its four forms; see panels.h. */
#include <string.h>

#include "base/units.h"
#include "preview/markup.h"
#include "preview/mime_tree.h"
#include "preview/pane.h"
#include "preview/panels.h"

/* --- HTML --- */

static void append_frame(GString *out, const View *view, PaneScheme scheme,
                         const char *where, int width)
{
    const char *name = scheme == PANE_DARK ? "dark" : "light";
    PaneSource source = {view->source->filled->html, view->source->message,
                         view->parts};
    g_autoptr(GString) document = g_string_sized_new(source.html->len + 1024);
    pane_append(document, &source, scheme);
    /* The live page keeps the place that a frame was scrolled to, for which
     * it must be let into the frame; scripts stay forbidden. */
    g_string_append_printf(out,
                           "<iframe class=\"%s\" title=\"HTML part, %s, %s\" "
                           "width=\"%d\" sandbox=\"%s\" srcdoc=\"",
                           name, where, name, width,
                           view->source->state ? "allow-same-origin" : "");
    markup_document(out, document->str, document->len);
    g_string_append(out, "\"></iframe>\n");
}

static void append_figure(GString *out, const View *view, const char *where,
                          int width)
{
    g_string_append_printf(
        out,
        "<figure>\n<figcaption>%s, %d pixels wide"
        "</figcaption>\n<div class=\"scroll\" tabindex=\"0\" "
        "role=\"region\" aria-label=\"%s\">\n",
        where, width, where);
    append_frame(out, view, PANE_LIGHT, where, width);
    append_frame(out, view, PANE_DARK, where, width);
    g_string_append(out, "</div>\n</figure>\n");
}

void tab_append_frames(GString *out, const View *view)
{
    size_t remote = view->survey.remote->len;
    if (view->source->filled->html->len == 0) {
        g_string_append(out, "<p class=\"meta\">This mail has no HTML part."
                             "</p>\n");
        return;
    }
    if (remote > 0 && !view->source->remote_images) {
        g_string_append(out, "<p class=\"meta\">");
        markup_counted(out, remote, "image is", "images are");
        g_string_append(
            out, " not loaded, as in many mail programs; with "
                 "<code>--remote-images</code> the page loads what is on "
                 "the network.</p>\n");
    }
    g_string_append(out,
                    "<p class=\"meta inverted\">Some programs turn the colours "
                    "of a light mail around by themselves; this is how that "
                    "looks.</p>\n<div class=\"frames\">\n");
    append_figure(out, view, "Desktop", 640);
    append_figure(out, view, "Phone", 375);
    g_string_append(out, "</div>\n");
}

/* --- text --- */

static const char *line_class(const char *line, bool *signed_off)
{
    if (strncmp(line, "-- \n", 4) == 0)
        *signed_off = true;
    if (*signed_off)
        return "sign-off";
    return *line == '>' ? "quoted" : NULL;
}

void tab_append_text(GString *out, const View *view)
{
    bool signed_off = false;
    const char *at = view->source->filled->text->str;
    g_string_append(out, "<p class=\"meta\">The dashed line is column 80; the "
                         "text is as the first part of the mail has it."
                         "</p>\n<div class=\"scroll\" tabindex=\"0\" "
                         "role=\"region\" aria-label=\"Text\">\n"
                         "<pre class=\"part\">\n");
    while (*at != '\0') {
        size_t length = strcspn(at, "\n");
        const char *class = line_class(at, &signed_off);
        if (class != NULL)
            g_string_append_printf(out, "<span class=\"%s\">", class);
        markup_lines(out, at, length);
        g_string_append(out, class != NULL ? "</span>\n" : "\n");
        at += length + (at[length] == '\n');
    }
    g_string_append(out, "</pre>\n</div>\n");
}

/* --- headers --- */

static void append_header_line(GString *out, const char *line, size_t length)
{
    bool folded = length > 0 && (*line == ' ' || *line == '\t');
    const char *colon = folded ? NULL : memchr(line, ':', length);
    size_t name = colon != NULL ? (size_t)(colon - line) + 1 : 0;
    if (name > 0) {
        g_string_append(out, "<b>");
        markup_lines(out, line, name);
        g_string_append(out, "</b>");
    }
    markup_lines(out, line + name, length - name);
    g_string_append_c(out, '\n');
}

static void append_header(GString *out, const GString *message)
{
    const char *at = message->str;
    const char *end = strstr(at, "\r\n\r\n");
    if (end == NULL)
        end = at + message->len;
    g_string_append(out, "<div class=\"scroll\" tabindex=\"0\" "
                         "role=\"region\" aria-label=\"Header fields\">\n"
                         "<pre class=\"fields\">\n");
    while (at < end) {
        size_t length = strcspn(at, "\r\n");
        append_header_line(out, at, length);
        at += length;
        at += strspn(at, "\r") == 1 && at[1] == '\n' ? 2 : 1;
    }
    g_string_append(out, "</pre>\n</div>\n");
}

static void append_cell(GString *out, const char *class, const char *text)
{
    g_string_append_printf(out, *class != '\0' ? "<td class=\"%s\">" : "<td>",
                           class);
    markup_text(out, text);
    g_string_append(out, "</td>");
}

static void append_part(GString *out, const MimePart *part)
{
    g_autofree char *depth = g_strdup_printf("depth-%d", MIN(part->depth, 4));
    g_autofree char *size = size_to_text((int64_t)part->size);
    g_autofree char *decoded = size_to_text((int64_t)part->decoded);
    const char *charset = part->charset != NULL ? part->charset : "";
    bool container = part->multipart;
    g_string_append(out, "<tr>");
    append_cell(out, depth, part->type);
    append_cell(out, "", container ? "" : charset);
    append_cell(out, "", container ? "" : part->encoding);
    append_cell(out, "", part->name);
    append_cell(out, "number", size);
    append_cell(out, "number", container ? "" : decoded);
    g_string_append(out, "</tr>\n");
}

void tab_append_headers(GString *out, const View *view)
{
    g_string_append(out, "<p class=\"meta\">Folded and encoded as they are "
                         "sent.</p>\n");
    append_header(out, view->source->message);
    g_string_append(
        out, "<h3 id=\"h-parts\">Parts</h3>\n<div class=\"scroll\" "
             "tabindex=\"0\" role=\"region\" aria-labelledby=\"h-parts\">\n"
             "<table>\n<thead><tr><th scope=\"col\">Type</th>"
             "<th scope=\"col\">Charset</th><th scope=\"col\">Encoding</th>"
             "<th scope=\"col\">File</th>"
             "<th scope=\"col\" class=\"number\">On the wire</th>"
             "<th scope=\"col\" class=\"number\">Decoded</th></tr></thead>\n"
             "<tbody>\n");
    for (guint i = 0; i < view->parts->len; i++)
        append_part(out, &g_array_index(view->parts, MimePart, i));
    g_string_append(out, "</tbody>\n</table>\n</div>\n");
}

/* --- links --- */

/* Only what a click may do no harm with becomes a link on this page, and only
 * what is an address: `%` and two digits. */
static bool may_follow(const char *address)
{
    const char *at = address;
    while ((at = strchr(at, '%')) != NULL) {
        if (!g_ascii_isxdigit(at[1]) || !g_ascii_isxdigit(at[2]))
            return false;
        at++;
    }
    return g_ascii_strncasecmp(address, "https://", 8) == 0 ||
           g_ascii_strncasecmp(address, "http://", 7) == 0;
}

static void append_link(GString *out, const SurveyLink *link)
{
    g_string_append(out, "<tr><td class=\"number\">");
    if (link->number > 0)
        g_string_append_printf(out, "%d", link->number);
    g_string_append(out, "</td>");
    append_cell(out, "", *link->words != '\0' ? link->words : "(no words)");
    g_string_append(out, "<td>");
    bool follow = may_follow(link->address);
    if (follow) {
        g_string_append(out, "<a rel=\"noopener noreferrer\" target=\"_blank\" "
                             "href=\"");
        markup_text(out, link->address);
        g_string_append(out, "\">");
    }
    markup_text(out, link->address);
    g_string_append(out, follow ? "</a></td></tr>\n" : "</td></tr>\n");
}

void tab_append_links(GString *out, const View *view)
{
    if (view->survey.links->len == 0) {
        g_string_append(out, "<p class=\"meta\">This mail links to nothing."
                             "</p>\n");
        return;
    }
    g_string_append(out, "<p class=\"meta\">Each address once, with the "
                         "number that it has in the text part.</p>\n"
                         "<table>\n<thead><tr>"
                         "<th scope=\"col\" class=\"number\">No.</th>"
                         "<th scope=\"col\">Words</th>"
                         "<th scope=\"col\">Address</th></tr></thead>\n"
                         "<tbody>\n");
    for (guint i = 0; i < view->survey.links->len; i++)
        append_link(out, g_ptr_array_index(view->survey.links, i));
    g_string_append(out, "</tbody>\n</table>\n");
}
