/* shortcodes.c - the leavings of Jekyll, Hugo and kramdown. */
#include "document/shortcodes.h"
#include "document/place.h"

#include <stdbool.h>
#include <string.h>

#define ARGUMENTS_MAX 20

/* {{< name key="value" "value" >}} taken apart. */
typedef struct Shortcode {
    char *name;
    GPtrArray *keys; /* NULL for an argument without a key */
    GPtrArray *values;
} Shortcode;

typedef struct Replacer {
    const Lines *lines;
    const char *file;
    Findings *findings;
    Lines *out;
    bool changed;
    bool in_highlight;
} Replacer;

static void shortcode_free(Shortcode *shortcode)
{
    g_free(shortcode->name);
    g_ptr_array_unref(shortcode->keys);
    g_ptr_array_unref(shortcode->values);
    g_free(shortcode);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Shortcode, shortcode_free)

/* What stands between `open` and `close` when the text is nothing else. */
static char *inside(const char *text, const char *open, const char *close)
{
    size_t length = strlen(text);
    size_t before = strlen(open);
    size_t after = strlen(close);

    if (length < before + after || !g_str_has_prefix(text, open) ||
        !g_str_has_suffix(text, close))
        return NULL;
    return g_strstrip(g_strndup(text + before, length - before - after));
}

static char *take_word(const char **at, const char *stop)
{
    char quote = **at;
    const char *start;
    size_t length;

    if (quote == '"' || quote == '\'' || quote == '`') {
        const char *close = strchr(*at + 1, quote);
        start = *at + 1;
        length = close ? (size_t)(close - start) : strlen(start);
        *at = close ? close + 1 : start + length;
    } else {
        start = *at;
        length = strcspn(start, stop);
        *at = start + length;
    }
    return g_strndup(start, length);
}

static Shortcode *parse(const char *text)
{
    Shortcode *shortcode = g_new0(Shortcode, 1);
    const char *at = text;

    shortcode->keys = g_ptr_array_new_with_free_func(g_free);
    shortcode->values = g_ptr_array_new_with_free_func(g_free);
    shortcode->name = take_word(&at, " \t");
    while (shortcode->values->len < ARGUMENTS_MAX) {
        char *word;
        at += strspn(at, " \t,/");
        if (!*at)
            break;
        word = take_word(&at, " \t=");
        if (*at == '=') {
            at++;
            g_ptr_array_add(shortcode->keys, word);
            word = take_word(&at, " \t");
        } else {
            g_ptr_array_add(shortcode->keys, NULL);
        }
        g_ptr_array_add(shortcode->values, word);
    }
    return shortcode;
}

static const char *argument(const Shortcode *shortcode, const char *key)
{
    guint i;

    for (i = 0; i < shortcode->values->len; i++)
        if (g_strcmp0(g_ptr_array_index(shortcode->keys, i), key) == 0)
            return g_ptr_array_index(shortcode->values, i);
    return NULL;
}

static void append_attribute(GString *out, const char *name, const char *value)
{
    g_autofree char *escaped = NULL;

    if (!value)
        return;
    escaped = g_markup_escape_text(value, -1);
    g_string_append_printf(out, " %s=\"%s\"", name, escaped);
}

static char *make_figure(const Shortcode *shortcode)
{
    g_autoptr(GString) out = NULL;
    const char *source = argument(shortcode, "src");
    const char *alt = argument(shortcode, "alt");
    const char *link = argument(shortcode, "link");
    const char *caption = argument(shortcode, "caption");

    if (!source)
        source = argument(shortcode, NULL);
    if (!source)
        return NULL;
    if (!caption)
        caption = argument(shortcode, "title");
    out = g_string_new("<figure>");
    if (link) {
        g_string_append(out, "<a");
        append_attribute(out, "href", link);
        g_string_append_c(out, '>');
    }
    g_string_append(out, "<img");
    append_attribute(out, "src", source);
    append_attribute(out, "alt", alt ? alt : caption);
    g_string_append(out, link ? "></a>" : ">");
    if (caption) {
        g_autofree char *escaped = g_markup_escape_text(caption, -1);
        g_string_append_printf(out, "<figcaption>%s</figcaption>", escaped);
    }
    g_string_append(out, "</figure>");
    return g_strdup(out->str);
}

static char *make_video(const Shortcode *shortcode)
{
    const char *id = argument(shortcode, "id");
    g_autoptr(GString) out = NULL;
    g_autofree char *address = NULL;

    if (!id)
        id = argument(shortcode, NULL);
    if (!id || id[strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "abcdefghijklmnopqrstuvwxyz0123456789-_")])
        return NULL;
    address = g_strdup_printf("%s%s",
                              strcmp(shortcode->name, "vimeo") == 0
                                  ? "https://player.vimeo.com/video/"
                                  : "https://www.youtube.com/embed/",
                              id);
    out = g_string_new("<iframe");
    append_attribute(out, "src", address);
    append_attribute(out, "title", argument(shortcode, "title"));
    g_string_append(out, "></iframe>");
    return g_strdup(out->str);
}

/* The HTML that a short code means; NULL: it is not known. */
static char *make_html(const char *inner)
{
    static const char *const FIGURES[] = {"figure", "image", "img", "picture",
                                          NULL};
    static const char *const VIDEOS[] = {"youtube", "youtubeplayer", "vimeo",
                                         NULL};
    g_autoptr(Shortcode) shortcode = parse(inner);

    if (g_strv_contains(FIGURES, shortcode->name))
        return make_figure(shortcode);
    if (g_strv_contains(VIDEOS, shortcode->name))
        return make_video(shortcode);
    return NULL;
}

static char *inner_of_shortcode(const char *text)
{
    char *inner = inside(text, "{{<", ">}}");

    if (!inner)
        inner = inside(text, "{{%", "%}}");
    if (!inner)
        inner = inside(text, "{%", "%}");
    return inner;
}

static void note(const Replacer *replacer, int index, const char *text)
{
    Place place = {replacer->file, lines_number(replacer->lines, index), 0};

    findings_add(replacer->findings, SEVERITY_NOTE, "template", place,
                 "`%s` is understood and replaced", text);
}

/* {: .class } and {:toc}, alone on a line. */
static bool is_attribute_list(const char *text)
{
    return g_str_has_prefix(text, "{:") && g_str_has_suffix(text, "}") &&
           strchr(text, '}') == text + strlen(text) - 1;
}

/* What the line becomes; NULL: it stays. */
static char *replace_line(Replacer *replacer, const char *text)
{
    g_autofree char *inner = NULL;

    if (is_attribute_list(text))
        return g_strdup("");
    inner = inner_of_shortcode(text);
    if (!inner)
        return NULL;
    if (g_str_has_prefix(inner, "highlight ")) {
        replacer->in_highlight = true;
        return g_strdup("~~~~~~~~");
    }
    if (replacer->in_highlight && (strcmp(inner, "endhighlight") == 0 ||
                                   strcmp(inner, "/highlight") == 0 ||
                                   strcmp(inner, "/ highlight") == 0)) {
        replacer->in_highlight = false;
        return g_strdup("~~~~~~~~");
    }
    if (strcmp(inner, "raw") == 0 || strcmp(inner, "endraw") == 0)
        return g_strdup("");
    return replacer->in_highlight ? NULL : make_html(inner);
}

/* Heading {#id} and Heading {: .x} lose their tail. */
static size_t heading_length(const char *text, size_t length)
{
    size_t hashes = strspn(text, "#");
    size_t end = length;
    const char *brace;

    while (end > 0 && g_ascii_isspace(text[end - 1]))
        end--;
    if (hashes == 0 || hashes > 6 || end == 0 || text[end - 1] != '}')
        return length;
    brace = memrchr(text, '{', end);
    if (!brace || brace == text || brace[-1] != ' ' ||
        (brace[1] != '#' && brace[1] != ':' && brace[1] != '.'))
        return length;
    return (size_t)(brace - text);
}

static void replace(Replacer *replacer, int index, bool opaque)
{
    size_t length;
    const char *text = lines_at(replacer->lines, index, &length);
    int number = lines_number(replacer->lines, index);
    g_autofree char *stripped = NULL;
    g_autofree char *instead = NULL;

    if (!opaque && memchr(text, '{', length)) {
        stripped = g_strstrip(g_strndup(text, length));
        instead = replace_line(replacer, stripped);
    }
    if (instead) {
        note(replacer, index, stripped);
        replacer->changed = true;
        lines_add(replacer->out, instead, strlen(instead), number);
        return;
    }
    if (!opaque && !replacer->in_highlight) {
        size_t shorter = heading_length(text, length);
        replacer->changed = replacer->changed || shorter != length;
        length = shorter;
    }
    lines_add(replacer->out, text, length, number);
}

Lines *shortcodes_replace(const Lines *lines, const GArray *blocks,
                          const char *file, Findings *findings)
{
    g_autofree gboolean *opaque = lines_mark_opaque(lines, blocks);
    g_autoptr(Lines) out = lines_new();
    Replacer replacer = {lines, file, findings, out, false, false};
    int count = lines_count(lines);
    int i;

    for (i = 0; i < count; i++) {
        /* Inside of highlight, indentation is no code block of its own. */
        replace(&replacer, i, opaque[i] && !replacer.in_highlight);
    }
    return replacer.changed ? g_steal_pointer(&out) : NULL;
}

static bool is_code(const Node *node, const Node *root)
{
    for (; node && node != root; node = node->parent)
        if (node_is(node, "pre") || node_is(node, "code") ||
            node_is(node, "samp") || node_is(node, "kbd"))
            return true;
    return false;
}

static const char *find_residue(const char *text)
{
    static const char *const OPENINGS[] = {"{%", "{{<", "{{%", "{:"};
    const char *first = NULL;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(OPENINGS); i++) {
        const char *found = strstr(text, OPENINGS[i]);
        if (found && strchr(found, '}') && (!first || found < first))
            first = found;
    }
    return first;
}

/* The text node has no line of its own that is exact: the element has. */
static int line_of(const Node *node)
{
    return node->line > 0 ? node->line : node->parent->line;
}

void shortcodes_report(const Document *document, const char *file,
                       Findings *findings)
{
    enum { SHOWN = 40 };
    const Node *root = document_root_const(document);
    const Node *node = root->first_child;
    PlaceFinder finder;

    place_finder_init(&finder, document, file);
    for (; node; node = node_following(node, root)) {
        const char *found = node->kind == NODE_TEXT ? find_residue(node->text)
                                                    : NULL;
        g_autofree char *words = NULL;
        size_t length;
        const char *at;
        int line;
        if (!found || is_code(node->parent, root))
            continue;
        line = line_of(node);
        for (at = node->text; at < found; at++)
            if (*at == '\n')
                line++;
        length = strcspn(found, "}\n");
        length += strspn(found + length, "}");
        length = MIN(length, SHOWN);
        while (length > 0 && (found[length] & 0xc0) == 0x80)
            length--;
        words = g_strndup(found, length);
        findings_add(findings, SEVERITY_WARNING, "template",
                     place_find(&finder, line, words),
                     "`%s` belongs to a site generator and stands in the "
                     "mail as it is",
                     words);
    }
}
