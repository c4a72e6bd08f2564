/*
 * fuzz_style.c - any bytes as a theme: it is refused with one line, or it can
 * be applied, and nothing of it leaves its <style> or its attribute.
 */
#include <stdint.h>
#include <string.h>

#include "document/document.h"
#include "document/html_write.h"
#include "document/style.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char page[] =
    "<!DOCTYPE html><html><head><title>x</title></head><body class=\"bg\">"
    "<p class=\"a b\">x <a href=\"#\">y</a> <em style=\"color:red\">z</em></p>"
    "<ul><li><p>1</p></li><li>2</li></ul><table><tr><td class=\"txt\">3"
    "</td></tr></table></body></html>";

static int count_elements(const Document *document)
{
    const Node *root = document_root_const(document);
    int count = 0;

    for (const Node *node = root; node; node = node_following(node, root))
        count += node->kind == NODE_ELEMENT;
    return count;
}

static void check_applied(const Style *style)
{
    g_autoptr(Document)
        document = document_read_shell(page, strlen(page), "page", NULL, NULL);
    g_autoptr(Document) again = NULL;
    g_autoptr(GString) html = g_string_new(NULL);

    style_apply(style, document, document_root(document));
    html_write(document, html);
    again = document_read_shell(html->str, html->len, "page", NULL, NULL);
    g_assert(again);
    g_assert_cmpint(count_elements(again), ==, count_elements(document));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Style)
        style = style_parse((const char *)bytes, size, "theme.css", &error);

    g_assert((style == NULL) == (error != NULL));
    if (error) {
        g_assert_null(strchr(error->message, '\n'));
        return 0;
    }
    g_assert_null(strchr(style_kept(style, STYLE_ALL), '<'));
    check_applied(style);
    return 0;
}
