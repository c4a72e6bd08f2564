/*
 * fuzz_parts.c - any bytes as an HTML post: the text part keeps its rules,
 * and the HTML part is read back as it was written, before and after it was
 * made ready for mail.
 */
#include <stdint.h>
#include <string.h>

#include "document/document.h"
#include "document/element.h"
#include "document/html_write.h"
#include "document/mail_ready.h"
#include "document/text_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define BODY_START "<!DOCTYPE html><html><head></head><body>"
#define BODY_END "</body></html>"

static Document *read_post(const char *text, size_t length)
{
    const DocumentSource source = {.text = text,
                                   .length = length,
                                   .format = DOCUMENT_HTML,
                                   .file = "post.html",
                                   .first_line = 1,
                                   .base_url = "https://example.org/"};

    return document_read(&source, NULL, NULL);
}

static char *write_text(const Document *document, TextLinks links,
                        const char *ascii_lang)
{
    const TextStyle style = {72, links, ascii_lang};
    g_autoptr(GPtrArray) pieces = text_write(document, &style);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < pieces->len; i++) {
        const TextPiece *piece = g_ptr_array_index(pieces, i);
        g_assert(!piece->first_prefix);
        g_string_append(text, piece->text);
    }
    return g_string_free(text, FALSE);
}

static void check_text(const char *text)
{
    const char *at = text;

    g_assert(g_utf8_validate(text, -1, NULL));
    g_assert(!*text || g_str_has_suffix(text, "\n"));
    g_assert(!g_str_has_prefix(text, "\n"));
    g_assert(!g_str_has_suffix(text, "\n\n"));
    g_assert(!strstr(text, "\n\n\n\n"));
    while (*at) {
        const char *end = strchr(at, '\n');
        g_assert(end == at || end[-1] != ' ');
        g_assert(end - at != 2 || memcmp(at, "--", 2) != 0);
        for (; at < end; at++)
            g_assert((unsigned char)*at >= ' ' && *at != 0x7F);
        at = end + 1;
    }
}

/* What stands in the body of a page. */
static char *body_of(const GString *page)
{
    const char *start = strstr(page->str, "<body>");
    const char *end = g_strrstr(page->str, "</body>");

    g_assert(start && end);
    start += strlen("<body>");
    return g_strstrip(g_strndup(start, (gsize)(end - start)));
}

static bool is_inside(const Node *node, const char *name)
{
    for (const Node *up = node->parent; up; up = up->parent)
        if (node_is(up, name) ||
            (*name == 'h' && element_heading_level(up) > 0))
            return true;
    return false;
}

/* HTML has no words for a block in a paragraph, a link in a link, an item
 * without its list. */
static bool can_be_said(const Document *document)
{
    const Node *root = document_root_const(document);

    for (const Node *node = root->first_child; node;
         node = node_following(node, root)) {
        if (element_is_block(node) &&
            (is_inside(node, "p") || is_inside(node, "h")))
            return false;
        if (node_is(node, "a") && is_inside(node, "a"))
            return false;
        if (node_is(node, "li") && !element_is_list(node->parent))
            return false;
        if ((node_is(node, "dt") || node_is(node, "dd")) &&
            !node_is(node->parent, "dl"))
            return false;
    }
    return true;
}

/* The page is read back without the allow-list, so nothing may be lost. */
static void check_html(const Document *document)
{
    g_autoptr(GString) html = g_string_new(NULL);
    g_autoptr(GString) page = g_string_new(BODY_START);
    g_autoptr(GString) again = g_string_new(NULL);
    g_autoptr(Document) shell = NULL;
    g_autofree char *body = NULL;

    if (!can_be_said(document))
        return;
    html_write(document, html);
    g_string_append(page, html->str);
    g_string_append(page, BODY_END);
    shell = document_read_shell(page->str, page->len, "page", NULL, NULL);
    if (!shell)
        return; /* nested too deep with the tags that the writer closes */
    html_write(shell, again);
    body = body_of(again);
    g_assert_cmpstr(body, ==, g_strstrip(html->str));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autofree char *input = g_utf8_make_valid((const char *)bytes,
                                               (gssize)size);
    g_autoptr(Document) document = read_post(input, strlen(input));
    g_autofree char *text = NULL;
    g_autofree char *again = NULL;
    g_autofree char *sentence = NULL;

    if (!document)
        return 0;
    text = write_text(document, TEXT_LINKS_END, NULL);
    again = write_text(document, TEXT_LINKS_END, NULL);
    g_assert_cmpstr(text, ==, again);
    check_text(text);
    for (int links = TEXT_LINKS_END; links <= TEXT_LINKS_NONE; links++) {
        g_autofree char *other = write_text(document, (TextLinks)links, "de");
        check_text(other);
    }
    sentence = text_first_sentence(document, 140);
    g_assert(g_utf8_validate(sentence, -1, NULL));
    check_html(document);
    mail_ready(document);
    check_html(document);
    return 0;
}
