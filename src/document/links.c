/* links.c - addresses checked and completed, element by element. */
#include "document/links.h"

#include <string.h>

#include "document/place.h"
#include "document/uri.h"

typedef struct Linker {
    Document *document;
    PlaceFinder *finder;
    const char *base;
    const ImageTaker *images;
    Findings *findings;
} Linker;

static const char *const LINK_SCHEMES[] = {"http", "https", "mailto", "tel",
                                           NULL};
static const char *const IMAGE_SCHEMES[] = {"http", "https", NULL};
static const char *const HARMFUL_SCHEMES[] = {"javascript", "data", "file",
                                              "vbscript", NULL};

static bool is_one_of(const char *address, const char *const *schemes)
{
    size_t i;

    for (i = 0; schemes[i]; i++)
        if (uri_has_scheme(address, schemes[i]))
            return true;
    return false;
}

/* For messages: an address can be a picture of a megabyte. */
static char *shorten(const char *address)
{
    enum { SHOWN = 80 };

    if (g_utf8_strlen(address, -1) <= SHOWN)
        return g_strdup(address);
    return g_strdup_printf(
        "%.*s...", (int)(g_utf8_offset_to_pointer(address, SHOWN) - address),
        address);
}

static void report_scheme(const Linker *linker, Place place,
                          const char *address)
{
    g_autofree char *shown = shorten(address);
    int length = (int)uri_scheme_length(address);

    if (is_one_of(address, HARMFUL_SCHEMES))
        findings_add(linker->findings, SEVERITY_ERROR, "scheme", place,
                     "`%s` cannot stand in a mail; allowed are https, http, "
                     "mailto and tel",
                     shown);
    else
        findings_add(linker->findings, SEVERITY_WARNING, "scheme", place,
                     "the link `%s` is removed: mail programs do not open "
                     "%.*s:",
                     shown, length, address);
}

static void report_relative(const Linker *linker, Place place,
                            const char *address)
{
    g_autofree char *shown = shorten(address);

    /* `#part` means the post itself, which has no address then. */
    if (address[0] != '#')
        findings_add(linker->findings, SEVERITY_ERROR, "relative", place,
                     "the address `%s` is relative, and neither the post's "
                     "`url` nor `base_url` says to what",
                     shown);
}

/* Nothing is looked up when nobody wants to know. */
static Place place_of(const Linker *linker, const Node *node,
                      const char *written)
{
    if (!linker->findings)
        return (Place){NULL, 0, 0};
    return place_find(linker->finder, node->line, written);
}

/* The address to write, or NULL after a finding. */
static char *complete(const Linker *linker, const Node *node,
                      const char *written, const char *const *schemes)
{
    const char *prefix = document_gap_prefix(linker->document);
    g_autofree char *address = uri_clean(written);
    g_autofree char *absolute = NULL;
    g_autofree char *shown = NULL;
    char *encoded;

    if (gap_match(address, prefix, NULL, NULL) > 0)
        return uri_encode(address);
    if (uri_scheme_length(address) == 0 && !linker->base) {
        report_relative(linker, place_of(linker, node, written), address);
        return NULL;
    }
    absolute = uri_scheme_length(address) > 0
                   ? g_strdup(address)
                   : uri_resolve(linker->base, address);
    if (!is_one_of(absolute, schemes)) {
        report_scheme(linker, place_of(linker, node, written), absolute);
        return NULL;
    }
    encoded = uri_encode(absolute);
    if (encoded)
        return encoded;
    shown = shorten(address);
    findings_add(linker->findings, SEVERITY_ERROR, "host",
                 place_of(linker, node, written),
                 "the address `%s` has no host that could exist", shown);
    return NULL;
}

/* Words stand in for an image that cannot be shown. */
static void replace_image(const Linker *linker, Node *node)
{
    const char *alt = node_attribute(node, "alt");

    if (alt && *alt)
        node_insert_before(node, node_new_text(linker->document, alt,
                                               strlen(alt), node->line));
    node_detach(node);
}

static void remove_link(Node *node)
{
    Node *box = node->parent;

    node_replace_by_children(node);
    /* What announced a video has nothing to announce any more. */
    if (g_strcmp0(node_attribute(box, "class"), "media") == 0)
        node_detach(box);
}

static bool is_media_link(const Node *node)
{
    return !node->first_child &&
           g_strcmp0(node_attribute(node->parent, "class"), "media") == 0;
}

static void resolve_link(const Linker *linker, Node *node)
{
    const char *written = node_attribute(node, "href");
    g_autofree char *address = complete(linker, node, written, LINK_SCHEMES);
    const char *start;

    if (!address) {
        remove_link(node);
        return;
    }
    start = written + strspn(written, " \t\n\r\f");
    if (*start == '#')
        node_set_attribute(linker->document, node, "rel", "bookmark");
    node_set_attribute(linker->document, node, "href", address);
    if (is_media_link(node))
        node_append(node, node_new_text(linker->document, address,
                                        strlen(address), node->line));
}

/* The whole number of pixels that an attribute says, 0 for none. */
static int pixels_of(const Node *node, const char *name)
{
    const char *text = node_attribute(node, name);
    gint64 value = 0;

    if (text && !g_ascii_string_to_signed(text, 10, 1, 100000, &value, NULL))
        value = 0;
    return (int)value;
}

static void set_pixels(const Linker *linker, Node *node, const char *name,
                       gint64 value)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, value);

    node_set_attribute(linker->document, node, name, text);
}

static gint64 scale(int side, int wanted, int other)
{
    return MAX((gint64)side * wanted / other, 1);
}

/* The file's size, unless the author wants another: then his, with the side
 * that he left open in the same proportion. */
static void set_size(const Linker *linker, Node *node, const TakenImage *taken)
{
    int width = pixels_of(node, "width");
    int height = pixels_of(node, "height");
    bool has_width = node_attribute(node, "width");
    bool has_height = node_attribute(node, "height");

    if (taken->width == 0 || (has_width && has_height) ||
        (has_width && width == 0) || (has_height && height == 0))
        return;
    if (!has_width)
        set_pixels(linker, node, "width",
                   has_height ? scale(taken->width, height, taken->height)
                              : taken->width);
    if (!has_height)
        set_pixels(linker, node, "height",
                   has_width ? scale(taken->height, width, taken->width)
                             : taken->height);
}

/* Somebody's gap in the address leaves it for each recipient to complete. */
static ImageFate take_image(const Linker *linker, Node *node,
                            const char *written)
{
    const char *prefix = document_gap_prefix(linker->document);
    g_autofree char *address = uri_clean(written);
    PlaceFinder before = *linker->finder;
    TakenImage taken = {0};
    ImageFate fate;

    if (!linker->images || (prefix && strstr(address, prefix)))
        return IMAGE_LEFT;
    fate = linker->images->take(linker->images->data, address,
                                place_of(linker, node, written), &taken);
    if (fate == IMAGE_LEFT)
        *linker->finder = before;
    if (fate != IMAGE_TAKEN)
        return fate;
    node_set_attribute(linker->document, node, "src", taken.address);
    set_size(linker, node, &taken);
    return fate;
}

static void resolve_image(const Linker *linker, Node *node)
{
    const char *written = node_attribute(node, "src");
    g_autofree char *address = NULL;
    ImageFate fate = IMAGE_LEFT;

    if (written && *written)
        fate = take_image(linker, node, written);
    if (fate == IMAGE_TAKEN)
        return;
    if (fate == IMAGE_REFUSED) {
        replace_image(linker, node);
        return;
    }
    if (written && *written)
        address = complete(linker, node, written, IMAGE_SCHEMES);
    else
        findings_add(linker->findings, SEVERITY_WARNING, "image",
                     place_of_tag(linker->finder, node),
                     "an image without an address is left out");
    if (address)
        node_set_attribute(linker->document, node, "src", address);
    else
        replace_image(linker, node);
}

static void resolve_cite(const Linker *linker, Node *node)
{
    Linker silent = *linker;
    g_autofree char *address = NULL;

    silent.findings = NULL; /* nobody sees or follows it */
    address = complete(&silent, node, node_attribute(node, "cite"),
                       LINK_SCHEMES);
    if (address)
        node_set_attribute(linker->document, node, "cite", address);
    else
        node_remove_attribute(node, "cite");
}

void links_resolve(Document *document, const DocumentSource *source,
                   Findings *findings)
{
    Node *root = document_root(document);
    PlaceFinder finder;
    Linker linker = {document, &finder, source->base_url, source->images,
                     findings};
    Node *node = root->first_child;

    place_finder_init(&finder, document, source->file);
    while (node) {
        Node *next = node_following(node, root);
        if (node_is(node, "a"))
            resolve_link(&linker, node);
        else if (node_is(node, "img"))
            resolve_image(&linker, node);
        else if (node->kind == NODE_ELEMENT && node_attribute(node, "cite"))
            resolve_cite(&linker, node);
        node = next;
    }
}
