/* pane.c - see pane.h. */
#include "preview/pane.h"

#include <string.h>

#include "preview/mime_tree.h"

static const char always[] = "(min-width:0)";
static const char never[] = "(max-width:0)";

typedef struct Pane {
    const PaneSource *source;
    PaneScheme scheme;
    GString *out;
    size_t images; /* bytes put in so far */
} Pane;

/* --- the colour scheme --- */

/* The length of `(prefers-color-scheme: NAME)` at `at`, or 0. */
static size_t match_condition(const char *at, const char *end, bool *dark)
{
    static const char feature[] = "prefers-color-scheme";
    const char *c = at + 1;
    size_t length = strlen(feature);
    while (c < end && g_ascii_isspace(*c))
        c++;
    if ((size_t)(end - c) < length ||
        g_ascii_strncasecmp(c, feature, length) != 0)
        return 0;
    for (c += length; c < end && (g_ascii_isspace(*c) || *c == ':'); c++)
        continue;
    const char *name = c;
    while (c < end && g_ascii_isalpha(*c))
        c++;
    size_t name_length = (size_t)(c - name);
    while (c < end && g_ascii_isspace(*c))
        c++;
    if (c == end || *c != ')')
        return 0;
    *dark = name_length == 4 && g_ascii_strncasecmp(name, "dark", 4) == 0;
    bool light = name_length == 5 && g_ascii_strncasecmp(name, "light", 5) == 0;
    return *dark || light ? (size_t)(c - at) + 1 : 0;
}

/* Is the condition between `at` and `after` all that its @media asks? */
static bool stands_alone(const GString *out, const char *after, const char *end)
{
    static const char word[] = "@media";
    size_t length = out->len;
    while (length > 0 && g_ascii_isspace(out->str[length - 1]))
        length--;
    while (after < end && g_ascii_isspace(*after))
        after++;
    return after < end && *after == '{' && length >= strlen(word) &&
           g_ascii_strncasecmp(out->str + length - strlen(word), word,
                               strlen(word)) == 0;
}

static void append_style(Pane *pane, const char *css, const char *end)
{
    for (const char *at = css; at < end; at++) {
        bool dark = false;
        size_t length = *at == '(' ? match_condition(at, end, &dark) : 0;
        if (length == 0) {
            g_string_append_c(pane->out, *at);
            continue;
        }
        bool holds = dark == (pane->scheme == PANE_DARK);
        if (stands_alone(pane->out, at + length, end))
            g_string_append(pane->out, holds ? "all" : "not all");
        else
            g_string_append(pane->out, holds ? always : never);
        at += length - 1;
    }
}

/* --- images that the mail carries --- */

static bool may_put_in(const Pane *pane, const MimePart *part)
{
    static const char *const types[] = {"image/png", "image/jpeg", "image/gif",
                                        "image/webp", NULL};
    return part != NULL && strcmp(part->encoding, "base64") == 0 &&
           g_strv_contains(types, part->type) &&
           pane->images + part->size <= PANE_IMAGE_MAX;
}

static void append_data(Pane *pane, const MimePart *part)
{
    const char *body = pane->source->message->str + part->body;
    g_string_append_printf(pane->out, "data:%s;base64,", part->type);
    for (size_t i = 0; i < part->size; i++)
        if (g_ascii_isalnum(body[i]) || strchr("+/=", body[i]) != NULL)
            g_string_append_c(pane->out, body[i]);
    pane->images += part->size;
}

/* `cid:…"` at `at`: the image in its place, and the bytes that it replaces;
 * 0 when the mail has no such part. */
static size_t append_image(Pane *pane, const char *at, const char *end)
{
    const char *id = at + strlen("cid:");
    const char *stop = memchr(id, '"', (size_t)(end - id));
    if (stop == NULL || stop - id > 998)
        return 0;
    g_autofree char *escaped = g_strndup(id, (size_t)(stop - id));
    g_autofree char *content_id = g_uri_unescape_string(escaped, NULL);
    const MimePart *part = content_id != NULL
                               ? mime_tree_find(pane->source->parts, content_id)
                               : NULL;
    if (!may_put_in(pane, part))
        return 0;
    append_data(pane, part);
    return (size_t)(stop - at);
}

/* --- the document --- */

static bool begins(const char *at, const char *end, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(end - at) >= length &&
           g_ascii_strncasecmp(at, word, length) == 0;
}

static const char *find_word(const char *at, const char *end, const char *word)
{
    for (; at < end; at++)
        if (*at == *word && begins(at, end, word))
            return at;
    return end;
}

static void append_choice(Pane *pane)
{
    g_string_append_printf(pane->out,
                           "<base target=\"_blank\">"
                           "<style>:root{color-scheme:%s!important}</style>",
                           pane->scheme == PANE_DARK ? "dark" : "light");
}

void pane_append(GString *out, const PaneSource *source, PaneScheme scheme)
{
    Pane pane = {.source = source, .scheme = scheme, .out = out};
    const char *at = source->html->str;
    const char *end = at + source->html->len;
    bool chosen = false;
    while (at < end) {
        size_t used = 0;
        if (*at == '<' && !chosen && begins(at, end, "</head>")) {
            append_choice(&pane);
            chosen = true;
        } else if (*at == '<' && begins(at, end, "<style")) {
            const char *stop = find_word(at, end, "</style");
            append_style(&pane, at, stop);
            at = stop;
            continue;
        } else if (*at == 'c' && at > source->html->str && at[-1] == '"' &&
                   begins(at, end, "cid:")) {
            used = append_image(&pane, at, end);
        }
        if (used == 0)
            g_string_append_c(out, *at++);
        at += used;
    }
}
