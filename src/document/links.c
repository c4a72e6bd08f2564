/* links.c - addresses checked and completed, element by element. */
#include "document/links.h"

#include <string.h>

#include "document/uri.h"

typedef struct Linker {
    Document *document;
    const char *file;
    const char *base;
    Findings *findings;
} Linker;

static const char *const LINK_SCHEMES[] = {"http", "https", "mailto", "tel",
                                           NULL};
static const char *const IMAGE_SCHEMES[] = {"http", "https", "cid", NULL};
static const char *const HARMFUL_SCHEMES[] = {"javascript", "data", "file",
                                              "vbscript", NULL};

G_GNUC_PRINTF(4, 5)
static void report(const Linker *linker, Severity severity, const Node *node,
                   const char *format, ...)
{
    g_autofree char *text = NULL;
    Place place = {linker->file, node->line, 0};
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    findings_add(linker->findings, severity, "link", place, "%s", text);
}

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

static void report_scheme(const Linker *linker, const Node *node,
                          const char *address)
{
    g_autofree char *shown = shorten(address);
    int length = (int)uri_scheme_length(address);

    if (is_one_of(address, HARMFUL_SCHEMES))
        report(linker, SEVERITY_ERROR, node,
               "`%s` cannot stand in a mail; allowed are https, http, mailto "
               "and tel",
               shown);
    else
        report(linker, SEVERITY_WARNING, node,
               "the link `%s` is removed: mail programs do not open %.*s:",
               shown, length, address);
}

/* The address to write, or NULL after a finding. */
static char *complete(const Linker *linker, const Node *node,
                      const char *written, const char *const *schemes)
{
    const char *prefix = document_gap_prefix(linker->document);
    g_autofree char *address = uri_clean(written);
    g_autofree char *absolute = NULL;
    g_autofree char *shown = shorten(address);
    char *encoded;

    if (gap_match(address, prefix, NULL, NULL) > 0)
        return uri_encode(address);
    if (uri_scheme_length(address) == 0 && !linker->base) {
        if (address[0] != '#')
            report(linker, SEVERITY_ERROR, node,
                   "the address `%s` is relative, and neither the post's "
                   "`url` nor `base_url` says to what",
                   shown);
        return NULL;
    }
    absolute = uri_scheme_length(address) > 0
                   ? g_strdup(address)
                   : uri_resolve(linker->base, address);
    if (!is_one_of(absolute, schemes)) {
        report_scheme(linker, node, absolute);
        return NULL;
    }
    encoded = uri_encode(absolute);
    if (!encoded)
        report(linker, SEVERITY_ERROR, node,
               "the address `%s` has no host that could exist", shown);
    return encoded;
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

static void resolve_image(const Linker *linker, Node *node)
{
    const char *written = node_attribute(node, "src");
    g_autofree char *address = NULL;

    if (written && *written)
        address = complete(linker, node, written, IMAGE_SCHEMES);
    else
        report(linker, SEVERITY_WARNING, node, "an image without an address");
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

void links_resolve(Document *document, const char *file, const char *base_url,
                   Findings *findings)
{
    Node *root = document_root(document);
    Linker linker = {document, file, base_url, findings};
    Node *node = root->first_child;

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
