/* links.c - see links.h. */
#include "check/links.h"

#include <string.h>

#include "document/document.h"
#include "web/fetch.h"

/* An address, and where the post names it first. */
typedef struct Link {
    char *address; /* without #fragment */
    Place place;   /* its file is the post's */
} Link;

static void clear_link(void *data)
{
    g_free(((Link *)data)->address);
}

static Document *read_post(const Post *post, const char *base_url,
                           GError **error)
{
    DocumentSource source = {
        .text = post->body,
        .length = post->body_length,
        .format = post->format == POST_HTML ? DOCUMENT_HTML : DOCUMENT_MARKDOWN,
        .file = post->file,
        .first_line = post->body_line,
        .base_url = post->url != NULL ? post->url : base_url,
    };
    return document_read(&source, NULL, error);
}

/* A field makes a different address for each recipient. */
static bool has_field(const char *address)
{
    return strstr(address, "{{") != NULL || strstr(address, "%7B%7B") != NULL;
}

static bool is_web(const char *address)
{
    return g_ascii_strncasecmp(address, "http://", 7) == 0 ||
           g_ascii_strncasecmp(address, "https://", 8) == 0;
}

static void add_link(GArray *links, GHashTable *seen, const Node *node,
                     const char *file)
{
    const char *written = node_attribute(node,
                                         node_is(node, "a") ? "href" : "src");
    if (written == NULL || !is_web(written) || has_field(written))
        return;
    Link link = {
        .address = g_strndup(written, strcspn(written, "#")),
        .place = {file, node->line, 0},
    };
    if (g_hash_table_add(seen, g_strdup(link.address)))
        g_array_append_val(links, link);
    else
        clear_link(&link);
}

/* Of Link, in the order of the post. */
static GArray *gather(const Document *document, const char *file)
{
    GArray *links = g_array_new(FALSE, FALSE, sizeof(Link));
    g_autoptr(GHashTable)
        seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const Node *root = document_root_const(document);
    g_array_set_clear_func(links, clear_link);
    for (const Node *node = root->first_child; node != NULL;
         node = node_following(node, root))
        if (node_is(node, "a") || node_is(node, "img"))
            add_link(links, seen, node, file);
    return links;
}

static void report(const Link *link, const FetchAnswer *answer,
                   Findings *findings)
{
    const char *address = link->address;
    if (answer->status == 404 || answer->status == 410)
        findings_add(findings, SEVERITY_WARNING, "dead", link->place,
                     "%s is not there (%d); link to something else, or to a "
                     "copy in an archive",
                     address, answer->status);
    else if (answer->status == 0)
        findings_add(findings, SEVERITY_NOTE, "unknown", link->place,
                     "%s could not be asked: %s; open it yourself", address,
                     answer->problem ? answer->problem : "no answer");
    else if (answer->status >= 400)
        findings_add(findings, SEVERITY_NOTE, "unknown", link->place,
                     "%s answers %d to this program; open it yourself", address,
                     answer->status);
    else if (answer->moved_to != NULL)
        findings_add(findings, SEVERITY_NOTE, "moved", link->place,
                     "%s has moved for good to %s", address, answer->moved_to);
}

static bool ask(const GArray *links, size_t count, Findings *findings,
                GError **error)
{
    g_autofree const char **addresses = g_new0(const char *, count + 1);
    g_autofree FetchAnswer *answers = g_new0(FetchAnswer, count + 1);
    for (size_t i = 0; i < count; i++)
        addresses[i] = g_array_index(links, Link, i).address;
    bool ok = web_fetch(addresses, count, answers, error);
    for (size_t i = 0; i < count; i++) {
        if (ok)
            report(&g_array_index(links, Link, i), &answers[i], findings);
        fetch_answer_clear(&answers[i]);
    }
    return ok;
}

bool check_links(const Post *post, const char *base_url, Findings *findings,
                 GError **error)
{
    g_autoptr(Document) document = read_post(post, base_url, error);
    if (document == NULL)
        return false;
    g_autoptr(GArray) links = gather(document, post->file);
    if (links->len > CHECK_LINKS_MAX)
        findings_add(findings, SEVERITY_NOTE, "unknown",
                     (Place){post->file, 0, 0},
                     "only the first %d of %u addresses were asked for",
                     CHECK_LINKS_MAX, links->len);
    return ask(links, MIN(links->len, (guint)CHECK_LINKS_MAX), findings, error);
}
