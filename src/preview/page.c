/* page.c - see page.h. */
#include "preview/page.h"

#include <assert.h>
#include <string.h>

#include "base/builtin.h"
#include "preview/markup.h"
#include "preview/mime_tree.h"
#include "preview/panels.h"

#define SHA256_BYTES 32

/* What fills one page: of `view` and `failure` one is NULL. */
typedef struct Page {
    const View *view;
    const FailurePage *failure;
    const char *state; /* NULL: a page to keep */
} Page;

void view_init(View *view, const PageSource *source)
{
    *view = (View){.source = source};
    survey_make(&view->survey, source->filled->html, source->filled->text);
    view->parts = mime_tree_read(source->message->str, source->message->len);
}

void view_clear(View *view)
{
    survey_clear(&view->survey);
    mime_tree_free(view->parts);
}

/* --- the slots of the built-in pages --- */

static const char *read_builtin(const char *name, size_t *length)
{
    const char *text = builtin_file(name, length);
    assert(text != NULL);
    return text;
}

static const Findings *findings_of(const Page *page)
{
    return page->view != NULL ? page->view->source->findings
                              : page->failure->findings;
}

/* CSP names a script by the hash of the very bytes between its tags. */
static void append_script_hash(GString *out)
{
    size_t length = 0;
    const char *script = read_builtin("templates/preview/live.js", &length);
    guint8 digest[SHA256_BYTES];
    gsize digest_length = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)script, (gssize)length);
    g_checksum_get_digest(checksum, digest, &digest_length);
    g_autofree char *text = g_base64_encode(digest, digest_length);
    g_string_append_printf(out, "'sha256-%s'", text);
}

static void put_policy(GString *out, const Page *page)
{
    bool remote = page->view != NULL && page->view->source->remote_images;
    g_string_append(out, "default-src 'none'; style-src 'unsafe-inline'; "
                         "img-src data:");
    g_string_append(out, remote ? " https:" : "");
    g_string_append(out, "; base-uri 'none'; form-action 'none'");
    if (page->state == NULL)
        return;
    g_string_append(out, "; connect-src 'self'; script-src ");
    append_script_hash(out);
}

static void put_state(GString *out, const Page *page)
{
    if (page->state == NULL)
        return;
    g_string_append(out, " data-state=\"");
    markup_text(out, page->state);
    g_string_append_c(out, '"');
}

static void put_script(GString *out, const Page *page)
{
    size_t length = 0;
    const char *script = read_builtin("templates/preview/live.js", &length);
    if (page->state == NULL)
        return;
    g_string_append(out, "<script>");
    g_string_append_len(out, script, (gssize)length);
    g_string_append(out, "</script>\n");
}

/* For a browser that runs no scripts: clumsier, but alive. */
static void put_refresh(GString *out, const Page *page)
{
    if (page->state != NULL)
        g_string_append(out, "<noscript><meta http-equiv=\"refresh\" "
                             "content=\"3\"></noscript>\n");
}

static void put_style(GString *out, const Page *page)
{
    (void)page;
    size_t length = 0;
    const char *style = read_builtin("templates/preview/page.css", &length);
    g_string_append_len(out, style, (gssize)length);
}

static void put_subject(GString *out, const Page *page)
{
    markup_text(out, page->view->source->filled->subject->str);
}

static void put_post(GString *out, const Page *page)
{
    markup_text(out, page->failure->post);
}

static void put_message(GString *out, const Page *page)
{
    markup_text(out, page->failure->message);
}

static void put_meta(GString *out, const Page *page)
{
    panel_append_meta(out, page->view);
}

static void put_inbox(GString *out, const Page *page)
{
    panel_append_inbox(out, page->view);
}

static void put_size(GString *out, const Page *page)
{
    panel_append_size(out, page->view);
}

static void put_counts(GString *out, const Page *page)
{
    panel_append_counts(out, findings_of(page));
}

static void put_findings(GString *out, const Page *page)
{
    panel_append_findings(out, findings_of(page), page->view);
}

static void put_frames(GString *out, const Page *page)
{
    tab_append_frames(out, page->view);
}

static void put_text(GString *out, const Page *page)
{
    tab_append_text(out, page->view);
}

static void put_headers(GString *out, const Page *page)
{
    tab_append_headers(out, page->view);
}

static void put_links(GString *out, const Page *page)
{
    tab_append_links(out, page->view);
}

static const struct {
    const char *mark;
    void (*put)(GString *out, const Page *page);
} slots[] = {
    {"@COUNTS@", put_counts},   {"@FINDINGS@", put_findings},
    {"@FRAMES@", put_frames},   {"@HEADERS@", put_headers},
    {"@INBOX@", put_inbox},     {"@LINKS@", put_links},
    {"@MESSAGE@", put_message}, {"@META@", put_meta},
    {"@POLICY@", put_policy},   {"@POST@", put_post},
    {"@REFRESH@", put_refresh}, {"@SCRIPT@", put_script},
    {"@SIZE@", put_size},       {"@STATE@", put_state},
    {"@STYLE@", put_style},     {"@SUBJECT@", put_subject},
    {"@TEXT@", put_text},
};

/* One pass over the built-in page: what a slot puts is not looked at again,
 * so no text from outside can name a slot. */
static void fill(GString *out, const char *name, const Page *page)
{
    size_t left = 0;
    const char *at = read_builtin(name, &left);
    while (left > 0) {
        size_t used = 0;
        for (size_t i = 0; *at == '@' && i < G_N_ELEMENTS(slots); i++) {
            size_t length = strlen(slots[i].mark);
            if (length > left || memcmp(at, slots[i].mark, length) != 0)
                continue;
            slots[i].put(out, page);
            used = length;
            break;
        }
        if (used == 0) {
            g_string_append_c(out, *at);
            used = 1;
        }
        at += used;
        left -= used;
    }
}

void page_append(GString *out, const PageSource *source)
{
    View view;
    view_init(&view, source);
    Page page = {.view = &view, .state = source->state};
    fill(out, "templates/preview/page.html", &page);
    view_clear(&view);
}

void page_append_failure(GString *out, const FailurePage *failure)
{
    Page page = {.failure = failure, .state = failure->state};
    fill(out, "templates/preview/failure.html", &page);
}
