/* media.c - what an embedded thing is called and where it can be seen. */
#include "document/media.h"

#include <string.h>

typedef struct Player {
    const char *prefix; /* behind the scheme and "www." */
    const char *page;
} Player;

static const Player PLAYERS[] = {
    {"youtube.com/embed/", "https://www.youtube.com/watch?v="},
    {"youtube-nocookie.com/embed/", "https://www.youtube.com/watch?v="},
    {"player.vimeo.com/video/", "https://vimeo.com/"},
};

bool media_is(const Node *node)
{
    return node_is(node, "iframe") || node_is(node, "video") ||
           node_is(node, "audio") || node_is(node, "embed") ||
           node_is(node, "object");
}

static const char *skip_scheme(const char *address)
{
    if (g_str_has_prefix(address, "https:"))
        address += strlen("https:");
    else if (g_str_has_prefix(address, "http:"))
        address += strlen("http:");
    if (!g_str_has_prefix(address, "//"))
        return NULL;
    address += 2;
    return g_str_has_prefix(address, "www.") ? address + 4 : address;
}

char *media_page_address(const char *address, bool *is_video)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(address));
    const char *rest = skip_scheme(trimmed);
    size_t i;

    *is_video = false;
    if (!rest)
        return g_strdup(address);
    for (i = 0; i < G_N_ELEMENTS(PLAYERS); i++) {
        const char *id;
        size_t length;
        if (!g_str_has_prefix(rest, PLAYERS[i].prefix))
            continue;
        *is_video = true;
        id = rest + strlen(PLAYERS[i].prefix);
        length = strcspn(id, "?#&/");
        /* A list of videos has no id of its own. */
        if (length == 0 || strncmp(id, "videoseries", length) == 0)
            return g_strdup(address);
        return g_strdup_printf("%s%.*s", PLAYERS[i].page, (int)length, id);
    }
    return g_strdup(address);
}

static const char *own_address(const Node *node)
{
    const char *address = node_attribute(node, node_is(node, "object") ? "data"
                                                                       : "src");

    return address && *address ? address : NULL;
}

static const char *find_address(const Node *node)
{
    const char *address = own_address(node);
    const Node *at = node;

    while (!address && (at = node_following(at, node)))
        if (node_is(at, "source") || node_is(at, "embed") ||
            node_is(at, "iframe"))
            address = own_address(at);
    return address;
}

static const char *label_of(const DocumentWords *words, const Node *node,
                            bool is_video)
{
    const char *type = node_attribute(node, "type");

    if (is_video || node_is(node, "video") ||
        (type && g_str_has_prefix(type, "video/")))
        return words->video;
    if (node_is(node, "audio") || (type && g_str_has_prefix(type, "audio/")))
        return words->audio;
    return words->page;
}

static bool is_in_paragraph(const Node *node)
{
    static const char *const TEXTUAL[] = {
        "p",  "a",  "span", "b",  "strong", "em", "i",     "h1",   "h2",  "h3",
        "h4", "h5", "h6",   "td", "th",     "dt", "small", "code", "pre", NULL,
    };
    const Node *parent = node->parent;

    return parent && parent->kind == NODE_ELEMENT &&
           g_strv_contains(TEXTUAL, parent->name);
}

Node *media_to_link(Document *document, const Node *node)
{
    const DocumentWords *words = document_words(document);
    const char *address = find_address(node);
    const char *title = node_attribute(node, "title");
    g_autoptr(GString) text = NULL;
    g_autofree char *page = NULL;
    Node *box;
    Node *link;
    bool is_video;

    if (!address)
        return NULL;
    page = media_page_address(address, &is_video);
    text = g_string_new(label_of(words, node, is_video));
    g_string_append_printf(text, "%s ", words->colon);
    if (title && *title)
        g_string_append_printf(text, "%s ", title);
    box = node_new_element(document, is_in_paragraph(node) ? "span" : "p",
                           node->line);
    node_set_attribute(document, box, "class", "media");
    node_append(box, node_new_text(document, text->str, text->len, node->line));
    link = node_new_element(document, "a", node->line);
    node_set_attribute(document, link, "href", page);
    node_append(box, link);
    return box;
}
