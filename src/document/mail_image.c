/* mail_image.c - see mail_image.h. */
#include "document/mail_image.h"

#include "document/element.h"
#include "document/mail_edit.h"
#include "document/mail_ready.h"

static int pixels(const char *text)
{
    gint64 value;

    if (!text || !g_ascii_string_to_signed(text, 10, 1, 100000, &value, NULL))
        return 0;
    return (int)value;
}

/* Nothing else stands in its paragraph, or in the link in it. */
static bool stands_alone(const Node *image)
{
    const Node *node = image;

    while (node->parent && !element_is_block(node)) {
        node = node->parent;
        if (!mail_only_child(node))
            return false;
    }
    return node != image;
}

/* A link must say something: its image, when there is nothing else. */
static void name_image(Document *document, Node *image)
{
    const char *own = node_attribute(image, "alt");
    const Node *link = image->parent;
    g_autoptr(GString) words = g_string_new(NULL);

    if (own && *own)
        return;
    while (link && !node_is(link, "a"))
        link = link->parent;
    if (link)
        node_append_text(link, words);
    node_set_attribute(document, image, "alt",
                       link && element_is_blank_text(words->str)
                           ? document_words(document)->image
                           : "");
}

void mail_image_ready(Document *document, Node *image)
{
    int width = pixels(node_attribute(image, "width"));
    int height = pixels(node_attribute(image, "height"));
    bool is_alone = stands_alone(image);
    g_autofree char *text = NULL;
    g_autofree char *style = NULL;

    name_image(document, image);
    if (width > MAIL_WIDTH_MAX) {
        g_autofree char *scaled = g_strdup_printf(
            "%" G_GINT64_FORMAT, (gint64)height * MAIL_WIDTH_MAX / width);
        if (height > 0)
            node_set_attribute(document, image, "height", scaled);
        width = MAIL_WIDTH_MAX;
    }
    if (width == 0)
        node_remove_attribute(image, "width");
    if (is_alone)
        mail_add_style(document, image, "display:block");
    if (width == 0)
        return;
    text = g_strdup_printf("%d", width);
    node_set_attribute(document, image, "width", text);
    style = g_strdup_printf("width:100%%;max-width:%dpx;height:auto", width);
    mail_add_style(document, image, style);
}
