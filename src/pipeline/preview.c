/* preview.c - one recipient's copy, shown; see pipeline.h. */
#include <string.h>

#include "mail/date.h"
#include "pipeline/private.h"
#include "preview/page.h"

/* What is shown, and when it would be sent. */
typedef struct View {
    PreviewKind kind;
    int64_t date_seconds;
    int date_offset_minutes;
} View;

static bool append_message(Pipeline *pipeline, const Subscriber *subscriber,
                           const View *view, GString *out, GError **error)
{
    g_autoptr(MessageBuffer) buffer = message_buffer_new();
    return message_write(pipeline->message, subscriber, view->date_seconds,
                         view->date_offset_minutes, buffer, out, error);
}

/* The header as it goes out, with the line ends of a terminal. */
static bool append_header(Pipeline *pipeline, const Subscriber *subscriber,
                          const View *view, GString *out, GError **error)
{
    GString *bytes = g_string_new(NULL);
    bool ok = append_message(pipeline, subscriber, view, bytes, error);
    const char *end = ok ? strstr(bytes->str, "\r\n\r\n") : NULL;
    for (const char *at = bytes->str; ok && at < end + 4; at++)
        if (*at != '\r')
            g_string_append_c(out, *at);
    g_string_free(bytes, TRUE);
    return ok;
}

static bool append_preview(Pipeline *pipeline, const Subscriber *subscriber,
                           const View *view, GString *out, GError **error)
{
    if (view->kind == PREVIEW_MIME)
        return append_message(pipeline, subscriber, view, out, error);
    if (view->kind == PREVIEW_MAIL &&
        !append_header(pipeline, subscriber, view, out, error))
        return false;
    Filled filled;
    filled_init(&filled);
    size_t which = message_choose(pipeline->message, subscriber);
    const Message *message = message_at(pipeline->message, which);
    bool ok = letter_merge(message_letter(message), subscriber, &filled, error);
    if (ok)
        g_string_append(out, view->kind == PREVIEW_HTML ? filled.html->str
                                                        : filled.text->str);
    filled_clear(&filled);
    return ok;
}

static View view_at(const Pipeline *pipeline, PreviewKind kind,
                    const Clock *clock)
{
    View view = {kind, pipeline->options->date_seconds, 0};
    if (view.date_seconds == 0) {
        view.date_seconds = clock->wall_us(clock) / 1000000;
        view.date_offset_minutes = date_local_offset(view.date_seconds);
    }
    return view;
}

bool pipeline_preview(Pipeline *pipeline, const PipelineView *wanted,
                      GString *out, char **shown, GError **error)
{
    View view = view_at(pipeline, wanted->kind, wanted->clock);
    const Subscriber *subscriber = pipeline_find_subscriber(pipeline,
                                                            wanted->as, error);
    if (subscriber == NULL)
        return false;
    if (shown != NULL)
        *shown = g_strdup(subscriber_address(subscriber)->text);
    bool ok = append_preview(pipeline, subscriber, &view, out, error);
    return list_rewind(pipeline->list, ok ? error : NULL) && ok;
}

/* --- the page --- */

static void append_page(const Pipeline *pipeline, const PipelinePage *how,
                        const View *view, PageSource *page, GString *out)
{
    const Config *config = pipeline->config;
    page->format = pipeline_facts(pipeline).format;
    page->from = &config->sender.from;
    page->lists = pipeline->recipients.paths;
    page->recipients = pipeline->summary.counts.given;
    page->partial = how->partial;
    page->unsubscribe_url = config->list.unsubscribe_url;
    if (pipeline->ways != NULL && page->filled->ways.web->len > 0)
        page->unsubscribe_url = page->filled->ways.web->str;
    page->text_width = config->text.width;
    page->findings = how->findings;
    page->date_seconds = view->date_seconds;
    page->date_offset_minutes = view->date_offset_minutes;
    page->remote_images = how->remote_images;
    page->state = how->state;
    page_append(out, page);
}

bool pipeline_page(Pipeline *pipeline, const PipelinePage *how, GString *out,
                   GError **error)
{
    View view = view_at(pipeline, PREVIEW_MIME, how->clock);
    const Subscriber *subscriber = pipeline_find_subscriber(pipeline, how->as,
                                                            error);
    if (subscriber == NULL)
        return false;
    g_autoptr(GString) message = g_string_new(NULL);
    Filled filled;
    filled_init(&filled);
    size_t which = message_choose(pipeline->message, subscriber);
    const Letter *letter = message_letter(message_at(pipeline->message, which));
    bool ok = append_message(pipeline, subscriber, &view, message, error) &&
              letter_merge(letter, subscriber, &filled, error);
    if (ok) {
        PageSource page = {
            .post = pipeline_version(pipeline, which)->file,
            .shown = subscriber_address(subscriber)->text,
            .filled = &filled,
            .message = message,
        };
        append_page(pipeline, how, &view, &page, out);
    }
    filled_clear(&filled);
    return list_rewind(pipeline->list, ok ? error : NULL) && ok;
}
