/*
 * checks.c - what was looked at and is fine; see panels.h.
 *
 * Each sentence is said only after it was found to hold for this very copy.
 */
#include <string.h>

#include "preview/markup.h"
#include "preview/panels.h"

#define LEAVE_BEFORE 80000 /* bytes of HTML: some programs show no more */
#define WIRE_LINE_MAX 998  /* RFC 5322 2.1.1 */

static void begin_item(GString *out)
{
    g_string_append(out, "<li class=\"fine\"><span class=\"sign\" "
                         "aria-hidden=\"true\">✓</span>"
                         "<span class=\"hidden\">fine: </span>");
}

static void append_item(GString *out, const char *sentence)
{
    begin_item(out);
    markup_text(out, sentence);
    g_string_append(out, "</li>\n");
}

/* --- recipients --- */

static void check_recipients_composed(GString *out, const PageSource *source)
{
    if (findings_count(source->findings, SEVERITY_ERROR) > 0)
        return;
    begin_item(out);
    if (source->partial)
        g_string_append(out, "The mail was composed for the first ");
    else
        g_string_append(out, "The mail was composed once for ");
    markup_counted(out, (size_t)source->recipients, "recipient", "recipients");
    g_string_append(out, source->partial
                             ? ", without a problem. A send composes all."
                             : ", without a problem.");
    g_string_append(out, "</li>\n");
}

/* --- links --- */

static bool is_absolute(const char *address)
{
    static const char *const schemes[] = {"https://", "http://",
                                          "mailto:", "tel:"};
    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (g_ascii_strncasecmp(address, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

static void check_links(GString *out, const Survey *survey)
{
    bool absolute = survey->links->len > 0;
    bool in_text = survey->links->len > 0;
    for (guint i = 0; i < survey->links->len; i++) {
        const SurveyLink *link = g_ptr_array_index(survey->links, i);
        absolute = absolute && is_absolute(link->address);
        in_text = in_text && link->in_text;
    }
    if (absolute)
        append_item(out, "Every link is an absolute address.");
    if (in_text)
        append_item(out, "Every link stands in both parts.");
}

static void check_leaving(GString *out, const View *view)
{
    const char *url = view->source->unsubscribe_url;
    for (guint i = 0; url != NULL && i < view->survey.links->len; i++) {
        const SurveyLink *link = g_ptr_array_index(view->survey.links, i);
        if (!g_str_has_prefix(link->address, url) || !link->in_text ||
            link->offset >= LEAVE_BEFORE)
            continue;
        append_item(out, "Both parts say how to leave the list.");
        return;
    }
}

/* --- images --- */

static void check_images(GString *out, const Survey *survey)
{
    if (survey->images > 0 && survey->images_silent == 0)
        append_item(out, "Every image says what stands in its place.");
    if (survey->remote->len == 0)
        append_item(out, "Opening the mail loads nothing from the network.");
}

/* --- lines --- */

static int line_width(const char *line, size_t length)
{
    int width = 0;
    const char *end = line + length;
    for (const char *at = line; at < end; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (!g_unichar_iszerowidth(character))
            width += g_unichar_iswide(character) ? 2 : 1;
    }
    return width;
}

/* An address, code, a table or one long word may be wider. */
static bool may_be_wide(const char *line, size_t length)
{
    const char *word = line;
    while (length > 0 && strchr("> ", *word) != NULL && *word != '\0') {
        word++;
        length--;
    }
    return word - line >= 4 || memchr(word, ' ', length) == NULL ||
           g_strstr_len(word, (gssize)length, "://") != NULL;
}

static void check_width(GString *out, const PageSource *source)
{
    const char *at = source->filled->text->str;
    while (*at != '\0') {
        size_t length = strcspn(at, "\n");
        if (line_width(at, length) > source->text_width &&
            !may_be_wide(at, length))
            return;
        at += length + (at[length] == '\n');
    }
    begin_item(out);
    g_string_append_printf(out,
                           "No line of the text part is over %d columns, but "
                           "for addresses and code.</li>\n",
                           source->text_width);
}

static void check_wire(GString *out, const GString *message)
{
    size_t longest = 0;
    size_t length = 0;
    for (size_t i = 0; i < message->len; i++) {
        unsigned char byte = (unsigned char)message->str[i];
        if (byte > 0x7e || byte == '\0')
            return;
        length = byte == '\n' ? 0 : length + 1;
        longest = MAX(longest, length);
    }
    if (longest <= WIRE_LINE_MAX)
        append_item(out, "On the wire the mail is plain ASCII in short lines: "
                         "no relay has to change it.");
}

void checks_append(GString *out, const View *view)
{
    check_recipients_composed(out, view->source);
    check_links(out, &view->survey);
    check_leaving(out, view);
    check_images(out, &view->survey);
    check_width(out, view->source);
    check_wire(out, view->source->message);
}
