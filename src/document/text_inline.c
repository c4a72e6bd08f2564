/* text_inline.c - words, emphasis, code, links and images of the text part. */
#include "document/text_inline.h"

#include <string.h>

#include "document/ascii.h"
#include "document/cluster.h"
#include "document/element.h"
#include "document/text_link.h"
#include "document/text_mark.h"

typedef struct Inline {
    TextWriter *writer;
    GString *out;
    InlineMode mode;
    bool is_strong;
    bool is_emphasis;
    bool is_deleted;
    bool is_code;
    bool is_linked;
    bool has_words; /* the run says more than images without a description */
} Inline;

static void put_node(Inline *in, const Node *node);

static bool is_one_of(const Node *node, const char *const *names)
{
    for (; *names; names++)
        if (node_is(node, *names))
            return true;
    return false;
}

bool text_is_hidden(const Node *node)
{
    static const char *const names[] = {
        "script", "style", "template", "svg",      "math",   "head",
        "title",  "input", "button",   "select",   "option", "textarea",
        "object", "embed", "iframe",   "noscript", "canvas", "datalist",
        "meter",  "audio", "video",    "progress", "link",   "meta",
        "rp",     NULL};

    if (node->kind != NODE_ELEMENT)
        return node->kind != NODE_TEXT;
    return is_one_of(node, names) || node_attribute(node, "hidden");
}

static void put_text(Inline *in, const char *text)
{
    GString *out = in->out;

    while (*text) {
        const char *from = text;
        bool has_line_end = false;
        while ((unsigned char)*text > ' ' && *text != 0x7F)
            text++;
        g_string_append_len(out, from, text - from);
        from = text;
        for (; element_is_blank(*text); text++)
            has_line_end = has_line_end || *text == '\n';
        if (text == from) {
            if (*text)
                text++; /* a control character */
        } else if (in->is_code) {
            g_string_append(out, TEXT_NO_BREAK_SPACE);
        } else {
            g_string_append_c(out, has_line_end ? TEXT_LINE_END : ' ');
        }
    }
}

static void put_children(Inline *in, const Node *node)
{
    for (const Node *child = node->first_child; child; child = child->next)
        put_node(in, child);
}

/* --- marks --- */

/* The children into a text of their own. */
static GString *render_apart(const Inline *in, const Node *node, bool is_code)
{
    GString *text = g_string_new(NULL);

    Inline inner = *in;
    inner.out = text;
    inner.is_code = in->is_code || is_code;
    put_children(&inner, node);
    return text;
}

static void put_emphasis(Inline *in, const Node *node, bool *is_on,
                         const char *mark)
{
    g_autoptr(GString) text = NULL;

    if (*is_on || in->mode != INLINE_BODY || in->is_code) {
        put_children(in, node);
        return;
    }
    *is_on = true;
    text = render_apart(in, node, false);
    *is_on = false;
    if (*mark == '_' && strchr(text->str, '_'))
        g_string_append_len(in->out, text->str, (gssize)text->len);
    else
        text_mark(in->out, text, mark);
}

static void put_code(Inline *in, const Node *node)
{
    g_autoptr(GString) text = NULL;

    if (in->is_code || in->mode == INLINE_PLAIN) {
        put_children(in, node);
        return;
    }
    text = render_apart(in, node, true);
    if (in->mode == INLINE_HEADING && !strstr(text->str, TEXT_NO_BREAK_SPACE))
        g_string_append_len(in->out, text->str, (gssize)text->len);
    else if (text->str[0] == '`' || g_str_has_suffix(text->str, "`"))
        g_string_append_printf(
            in->out, "``" TEXT_NO_BREAK_SPACE "%s" TEXT_NO_BREAK_SPACE "``",
            text->str);
    else
        text_mark(in->out, text, strchr(text->str, '`') ? "``" : "`");
}

/* --- links and images --- */

static void put_reference(Inline *in, const char *href, size_t start)
{
    g_autofree char *blanks = NULL;
    GString *out = in->out;
    size_t end;

    if (in->mode == INLINE_PLAIN)
        return;
    /* The number follows the words, blanks at their end follow the number. */
    end = text_mark_trim(out->str, start, out->len);
    blanks = g_strdup(out->str + end);
    g_string_truncate(out, end);
    text_link_append_reference(in->writer, href, out);
    g_string_append(out, blanks);
}

static void put_mail(Inline *in, const Node *node, const char *href,
                     const char *text)
{
    g_autofree char *mail = text_link_mail(href);
    g_autofree char *shown = g_strstrip(g_strdup(text));

    if (g_ascii_strncasecmp(shown, "mailto:", strlen("mailto:")) == 0 ||
        g_ascii_strcasecmp(shown, mail) == 0) {
        g_string_append(in->out, WRAP_WHOLE);
        put_text(in, mail);
        g_string_append(in->out, WRAP_WHOLE);
        return;
    }
    put_children(in, node);
    if (in->mode == INLINE_PLAIN || in->writer->style->links == TEXT_LINKS_NONE)
        return;
    g_string_append(in->out, " " WRAP_WHOLE "<");
    put_text(in, mail);
    g_string_append(in->out, ">" WRAP_WHOLE);
}

static void put_link(Inline *in, const Node *node)
{
    const char *href = node_attribute(node, "href");
    g_autoptr(GString) text = g_string_new(NULL);
    size_t start = in->out->len;
    bool was_linked = in->is_linked;
    LinkKind kind;

    node_append_text(node, text);
    kind = LINK_NONE;
    if (href && !in->is_linked && !text_link_is_inside(node))
        kind = text_link_kind(in->writer, href, text->str);
    if (kind == LINK_ITSELF && in->mode != INLINE_PLAIN) {
        text_link_append_address(in->writer, href, in->out);
        return;
    }
    if (kind == LINK_MAIL) {
        put_mail(in, node, href, text->str);
        return;
    }
    in->is_linked = was_linked || kind == LINK_NUMBER;
    put_children(in, node);
    in->is_linked = was_linked;
    if (kind == LINK_NUMBER &&
        text_mark_trim(in->out->str, start, in->out->len) > start)
        put_reference(in, href, start);
}

/* Counting pixels and spacers. */
static bool is_pixel(const Node *image)
{
    const char *width = node_attribute(image, "width");
    const char *height = node_attribute(image, "height");

    return (width && g_ascii_strtoull(width, NULL, 10) <= 2 &&
            g_ascii_isdigit(*width)) ||
           (height && g_ascii_strtoull(height, NULL, 10) <= 2 &&
            g_ascii_isdigit(*height));
}

static bool says_something(const char *text)
{
    return text && !element_is_blank_text(text);
}

static void put_image(Inline *in, const Node *node)
{
    const char *alt = node_attribute(node, "alt");
    const char *src = node_attribute(node, "src");
    size_t start = in->out->len;

    if (in->mode == INLINE_PLAIN || in->is_code)
        return;
    if (says_something(alt)) {
        g_autofree char *trimmed = g_strstrip(g_strdup(alt));
        g_string_append_printf(in->out, "[%s%s ", in->writer->words->image,
                               in->writer->words->colon);
        put_text(in, trimmed);
        g_string_append_c(in->out, ']');
    } else if (in->is_linked || (!in->has_words && !is_pixel(node))) {
        g_string_append_printf(in->out, "[%s]", in->writer->words->image);
    } else {
        return;
    }
    if (!in->is_linked && src &&
        text_link_kind(in->writer, src, "") == LINK_NUMBER)
        put_reference(in, src, start);
}

/* --- the rest --- */

/* What stands raised behind a number or a word in running text, and is read
 * as part of it. */
static bool is_plain_superscript(const char *text, char before)
{
    static const char *const ordinals[] = {"st", "nd", "rd", "th", "er",
                                           "re", "e",  "o",  "a",  "os",
                                           "as", "me", NULL};
    static const char *const signs[] = {"TM",           "SM",       "tm",
                                        "\xE2\x84\xA2", "\xC2\xAE", "\xC2\xA9",
                                        "\xC2\xBA",     "\xC2\xAA", NULL};
    bool is_word = strlen(text) > 1;

    if (!g_ascii_isalnum(before) && before != ')' && before != ']' &&
        !((unsigned char)before & 0x80))
        return true;
    if (g_strv_contains(signs, text))
        return true;
    if (g_ascii_isdigit(before))
        return g_strv_contains(ordinals, text);
    for (const char *at = text; *at; at++)
        is_word = is_word &&
                  (g_ascii_isalpha(*at) || ((unsigned char)*at & 0x80));
    return is_word;
}

static bool is_simple_exponent(const char *text)
{
    if (*text == '-' || *text == '+')
        text++;
    while (g_ascii_isalnum(*text) || ((unsigned char)*text & 0x80))
        text++;
    return *text == '\0';
}

static void put_superscript(Inline *in, const Node *node)
{
    g_autoptr(GString) text = render_apart(in, node, false);
    const GString *out = in->out;
    char before = '\0';

    if (out->len > 0)
        before = out->str[out->len - 1];
    if (element_has_class(node, "note-ref")) {
        if (in->mode != INLINE_PLAIN)
            g_string_append_printf(in->out,
                                   WRAP_GLUE "(%s" TEXT_NO_BREAK_SPACE "%s)",
                                   in->writer->words->note, text->str);
    } else if (text->len == 0 || is_plain_superscript(text->str, before)) {
        g_string_append_len(in->out, text->str, (gssize)text->len);
    } else if (is_simple_exponent(text->str)) {
        g_string_append_printf(in->out, "^%s", text->str);
    } else {
        g_string_append_printf(in->out, "^(%s)", text->str);
    }
}

static void put_quotation(Inline *in, const Node *node)
{
    bool is_ascii = in->writer->is_ascii;

    g_string_append(in->out, is_ascii ? "\"" : "\xE2\x80\x9C");
    put_children(in, node);
    g_string_append(in->out, is_ascii ? "\"" : "\xE2\x80\x9D");
}

static void put_abbreviation(Inline *in, const Node *node)
{
    const char *title = node_attribute(node, "title");

    put_children(in, node);
    if (in->mode == INLINE_PLAIN || !says_something(title) ||
        !g_hash_table_add(in->writer->explained, g_strdup(title)))
        return;
    g_string_append(in->out, " (");
    put_text(in, title);
    g_string_append_c(in->out, ')');
}

static void put_annotation(Inline *in, const Node *node)
{
    g_string_append_c(in->out, '(');
    put_children(in, node);
    g_string_append_c(in->out, ')');
}

static void put_element(Inline *in, const Node *node)
{
    static const char *const strong[] = {"strong", "b", NULL};
    static const char *const emphasis[] = {"em",  "i",   "cite",
                                           "dfn", "var", NULL};
    static const char *const deleted[] = {"del", "s", "strike", NULL};
    static const char *const code[] = {"code", "samp", "tt", NULL};

    if (is_one_of(node, strong))
        put_emphasis(in, node, &in->is_strong, "*");
    else if (is_one_of(node, emphasis))
        put_emphasis(in, node, &in->is_emphasis, "_");
    else if (is_one_of(node, deleted))
        put_emphasis(in, node, &in->is_deleted, "~~");
    else if (is_one_of(node, code))
        put_code(in, node);
    else if (node_is(node, "a"))
        put_link(in, node);
    else if (node_is(node, "img"))
        put_image(in, node);
    else if (node_is(node, "br"))
        g_string_append_c(in->out, '\n');
    else if (node_is(node, "wbr"))
        g_string_append(in->out, "\xE2\x80\x8B");
    else if (node_is(node, "sup"))
        put_superscript(in, node);
    else if (node_is(node, "q"))
        put_quotation(in, node);
    else if (node_is(node, "abbr"))
        put_abbreviation(in, node);
    else if (node_is(node, "rt"))
        put_annotation(in, node);
    else
        put_children(in, node);
}

static void put_node(Inline *in, const Node *node)
{
    if (text_is_hidden(node))
        return;
    if (node->kind == NODE_TEXT)
        put_text(in, node->text);
    else
        put_element(in, node);
}

/* Is there a word in the run, or an image that is described? */
static bool run_has_words(const Node *first, const Node *stop)
{
    const Node *at = first;
    const Node *root = first ? first->parent : NULL;

    while (at && at != stop) {
        if (text_is_hidden(at)) {
            at = node_following_skip(at, root);
            continue;
        }
        if (at->kind == NODE_TEXT && says_something(at->text))
            return true;
        if (node_is(at, "img") && says_something(node_attribute(at, "alt")))
            return true;
        at = node_following(at, root);
    }
    return false;
}

static bool is_unspaced_before(const GString *text, gsize at)
{
    const char *found;
    size_t used;

    while (at > 0 && strchr("*_`~", text->str[at - 1]))
        at--;
    if (at == 0)
        return false;
    found = g_utf8_find_prev_char(text->str, text->str + at);
    return found &&
           cluster_is_unspaced(cluster_code_point(found, text->len, &used));
}

static bool is_unspaced_at(const char *text)
{
    size_t used;

    text += strspn(text, "*_`~");
    return *text &&
           cluster_is_unspaced(cluster_code_point(text, strlen(text), &used));
}

/* Line ends of the source become blanks, or nothing. */
static void append_joined(GString *out, const GString *text)
{
    for (gsize i = 0; i < text->len; i++) {
        char byte = text->str[i];
        if (byte != TEXT_LINE_END)
            g_string_append_c(out, byte);
        else if (!is_unspaced_before(text, i) ||
                 !is_unspaced_at(text->str + i + 1))
            g_string_append_c(out, ' ');
    }
}

/* Addresses stay as they are. */
static void fold_to_ascii(GString *text, const char *lang)
{
    g_auto(GStrv) parts = g_strsplit(text->str, WRAP_WHOLE, -1);

    g_string_truncate(text, 0);
    for (guint i = 0; parts[i]; i++) {
        if (i > 0)
            g_string_append(text, WRAP_WHOLE);
        if (i % 2 == 0)
            ascii_append(text, parts[i], strlen(parts[i]), lang);
        else
            g_string_append(text, parts[i]);
    }
}

void text_inline(TextWriter *writer, const Node *first, const Node *stop,
                 InlineMode mode, GString *out)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Inline in = {.writer = writer,
                 .out = text,
                 .mode = mode,
                 .has_words = run_has_words(first, stop)};

    for (const Node *node = first; node && node != stop; node = node->next)
        put_node(&in, node);
    if (writer->style->ascii_lang)
        fold_to_ascii(text, writer->style->ascii_lang);
    append_joined(out, text);
}
