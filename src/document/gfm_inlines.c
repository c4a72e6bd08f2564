/*
 * gfm_inlines.c - strikethrough, bare addresses and the tokens in texts; see
 * gfm_private.h.
 */
#include "document/gfm_private.h"

#include <string.h>

#define CMARK_NO_SHORT_NAMES
#include <cmark.h>

#include "document/autolink.h"
#include "document/protect.h"

/* --- strikethrough --- */

typedef struct Tildes {
    cmark_node *node;
    size_t offset;
    bool opens;
    bool closes;
    bool used;
} Tildes;

static bool is_blank(gunichar c)
{
    return c == 0 || g_unichar_isspace(c);
}

static bool is_punctuation(gunichar c)
{
    return c < 0x80 ? g_ascii_ispunct((char)c) : g_unichar_ispunct(c);
}

/* What stands beside a text: nothing, a break, or something like a word. */
static gunichar beside(cmark_node *node)
{
    if (!node || gfm_is(node, CMARK_NODE_SOFTBREAK) ||
        gfm_is(node, CMARK_NODE_LINEBREAK))
        return 0;
    return 'x';
}

static void judge(Tildes *tildes, const char *text)
{
    const char *at = text + tildes->offset;
    gunichar before = at > text ? g_utf8_get_char(g_utf8_prev_char(at))
                                : beside(cmark_node_previous(tildes->node));
    gunichar after = at[2] ? g_utf8_get_char(at + 2)
                           : beside(cmark_node_next(tildes->node));

    tildes->opens = !is_blank(after) &&
                    (!is_punctuation(after) || is_blank(before) ||
                     is_punctuation(before));
    tildes->closes = !is_blank(before) &&
                     (!is_punctuation(before) || is_blank(after) ||
                      is_punctuation(after));
}

/* Runs of exactly two tildes in the texts directly below `parent`. */
static GArray *find_tildes(cmark_node *parent)
{
    GArray *found = g_array_new(FALSE, TRUE, sizeof(Tildes));
    cmark_node *node;

    for (node = cmark_node_first_child(parent); node;
         node = cmark_node_next(node)) {
        const char *text;
        const char *at;
        if (!gfm_is(node, CMARK_NODE_TEXT))
            continue;
        text = at = gfm_literal(node);
        while ((at = strchr(at, '~'))) {
            size_t run = strspn(at, "~");
            Tildes tildes = {node, (size_t)(at - text), false, false, false};
            if (run == 2) {
                judge(&tildes, text);
                g_array_append_val(found, tildes);
            }
            at += run;
        }
    }
    return found;
}

/* Pairs an end with the nearest start before it that has none yet. */
static void pair_tildes(GArray *found)
{
    g_autoptr(GPtrArray) open = g_ptr_array_new();
    guint i;

    for (i = 0; i < found->len; i++) {
        Tildes *tildes = &g_array_index(found, Tildes, i);
        if (open->len > 0 && tildes->closes) {
            Tildes *opener = g_ptr_array_steal_index(open, open->len - 1);
            opener->used = tildes->used = true;
            opener->closes = tildes->opens = false;
        } else if (tildes->opens) {
            g_ptr_array_add(open, tildes);
        }
    }
}

/* --- texts: tokens, strikethrough, addresses --- */

typedef struct TextState {
    const Gfm *gfm;
    const size_t *numbers; /* of the notes */
    cmark_node *at;        /* new nodes go before this one */
    bool in_link;
} TextState;

static void add_text(const TextState *state, const char *text, size_t length)
{
    g_autofree char *copy = g_strndup(text, length);
    cmark_node *node;

    if (length == 0)
        return;
    node = cmark_node_new(CMARK_NODE_TEXT);
    cmark_node_set_literal(node, copy);
    cmark_node_insert_before(state->at, node);
}

static void add_html(const TextState *state, const char *html)
{
    cmark_node *node = cmark_node_new(CMARK_NODE_CUSTOM_INLINE);

    cmark_node_set_on_enter(node, html);
    cmark_node_insert_before(state->at, node);
}

static void add_link(const TextState *state, const char *text,
                     const Autolink *link)
{
    int length = (int)(link->end - link->start);
    g_autofree char *shown = g_strndup(text + link->start, (gsize)length);
    g_autofree char *address = g_strconcat(link->prefix, shown, NULL);
    cmark_node *node = cmark_node_new(CMARK_NODE_LINK);
    cmark_node *words = cmark_node_new(CMARK_NODE_TEXT);

    cmark_node_set_url(node, address);
    cmark_node_set_literal(words, shown);
    cmark_node_append_child(node, words);
    cmark_node_insert_before(state->at, node);
}

static void add_with_links(const TextState *state, const char *text,
                           size_t length)
{
    g_autofree char *copy = g_strndup(text, length);
    size_t at = 0;
    Autolink link;

    while (!state->in_link && autolink_find(copy, at, &link)) {
        add_text(state, copy + at, link.start - at);
        add_link(state, copy, &link);
        at = link.end;
    }
    add_text(state, copy + at, length - at);
}

static void add_token(const TextState *state, char letter, size_t index)
{
    const Gfm *gfm = state->gfm;
    g_autoptr(GString) spelled = NULL;

    if (letter == NOTES_TOKEN_REFERENCE && state->numbers &&
        index < gfm->notes->references->len) {
        size_t note =
            g_array_index(gfm->notes->references, NoteReference, index).note;
        size_t number = state->numbers[note];
        if (number > 0) {
            add_html(state,
                     gfm_keep(gfm, "<sup data-mark=\"%snote-ref\">%zu</sup>",
                              gfm->mark, number));
            return;
        }
    }
    spelled = g_string_new(NULL);
    gfm_append_spelled(spelled, gfm, letter, index, false);
    add_text(state, spelled->str, spelled->len);
}

/* Gives addresses back their `_` and `*`, before they are looked for. */
static char *restore_marks(const Gfm *gfm, const char *text)
{
    GString *out = g_string_new(NULL);
    const char *mark;

    while ((mark = strstr(text, gfm->mark))) {
        char letter = 0;
        size_t index = 0;
        size_t token = token_match(mark, gfm->mark, &letter, &index);
        bool is_mark = letter == PROTECT_TOKEN && index != '~';
        size_t length = token > 0 ? token : strlen(gfm->mark);
        g_string_append_len(out, text, mark - text);
        if (token > 0 && is_mark)
            g_string_append_c(out, index == '_' ? '_' : '*');
        else
            g_string_append_len(out, mark, (gssize)length);
        text = mark + length;
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}

/* A stretch of text without strikethrough. */
static void add_stretch(const TextState *state, const char *text, size_t length)
{
    g_autofree char *stretch = g_strndup(text, length);
    g_autofree char *copy = restore_marks(state->gfm, stretch);
    const char *at = copy;
    const char *mark;
    const char *from = copy;

    while ((mark = strstr(from, state->gfm->mark))) {
        char letter = 0;
        size_t index = 0;
        size_t token = token_match(mark, state->gfm->mark, &letter, &index);
        if (token == 0) {
            from = mark + strlen(state->gfm->mark);
            continue;
        }
        add_with_links(state, at, (size_t)(mark - at));
        add_token(state, letter, index);
        at = from = mark + token;
    }
    add_with_links(state, at, strlen(at));
}

/* Replaces the text by what is found in it. `next` runs through `tildes`. */
static void rewrite_text(const TextState *state, const GArray *tildes,
                         guint *next)
{
    g_autofree char *text = g_strdup(gfm_literal(state->at));
    size_t length = strlen(text);
    size_t at = 0;

    for (; tildes && *next < tildes->len; (*next)++) {
        const Tildes *run = &g_array_index(tildes, Tildes, *next);
        if (run->node != state->at)
            break;
        if (!run->used)
            continue;
        add_stretch(state, text + at, run->offset - at);
        add_html(state, run->opens ? "<del>" : "</del>");
        at = run->offset + 2;
    }
    add_stretch(state, text + at, length - at);
    gfm_drop(state->at);
}

static bool needs_rewrite(const Gfm *gfm, const char *text)
{
    return strstr(text, gfm->mark) || strstr(text, "~~") || strchr(text, '@') ||
           strstr(text, "//") || strcasestr(text, "www.");
}

/* +1 for <a>, <code> and the like, -1 for their end tags. */
static int raw_step(const char *html)
{
    static const char *const NAMES[] = {"a",   "code",   "kbd",   "samp", "tt",
                                        "pre", "script", "style", NULL};
    bool closing = html[0] == '<' && html[1] == '/';
    const char *name = html + (closing ? 2 : 1);
    g_autofree char *word = NULL;
    size_t length = 0;

    if (html[0] != '<')
        return 0;
    while (g_ascii_isalnum(name[length]))
        length++;
    word = g_ascii_strdown(name, (gssize)length);
    if (!g_strv_contains(NAMES, word))
        return 0;
    return closing ? -1 : 1;
}

/* The texts directly below `parent`, whether or not in a link. */
static void rewrite_texts(const Gfm *gfm, const size_t *numbers,
                          cmark_node *parent, bool in_link)
{
    g_autoptr(GArray) tildes = find_tildes(parent);
    cmark_node *node = cmark_node_first_child(parent);
    guint next = 0;
    int raw = 0;

    pair_tildes(tildes);
    while (node) {
        cmark_node *following = cmark_node_next(node);
        if (gfm_is(node, CMARK_NODE_HTML_INLINE)) {
            raw = MAX(0, raw + raw_step(gfm_literal(node)));
        } else if (gfm_is(node, CMARK_NODE_TEXT) &&
                   needs_rewrite(gfm, gfm_literal(node))) {
            TextState state = {gfm, numbers, node, in_link || raw > 0};
            rewrite_text(&state, raw > 0 ? NULL : tildes, &next);
        }
        node = following;
    }
}

typedef struct Parent {
    cmark_node *node;
    bool in_link;
} Parent;

static bool holds_inlines(cmark_node *node)
{
    return gfm_is(node, CMARK_NODE_PARAGRAPH) ||
           gfm_is(node, CMARK_NODE_HEADING) || gfm_is(node, CMARK_NODE_EMPH) ||
           gfm_is(node, CMARK_NODE_STRONG) || gfm_is(node, CMARK_NODE_LINK);
}

/* Whatever can hold texts, but not the descriptions of images. */
static GArray *collect_parents(cmark_node *root)
{
    GArray *parents = g_array_new(FALSE, FALSE, sizeof(Parent));
    cmark_iter *iter = cmark_iter_new(root);
    cmark_event_type event;
    int links = 0;
    int images = 0;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        int step = event == CMARK_EVENT_ENTER ? 1 : -1;
        if (gfm_is(node, CMARK_NODE_LINK))
            links += step;
        if (gfm_is(node, CMARK_NODE_IMAGE))
            images += step;
        if (event == CMARK_EVENT_ENTER && images == 0 && holds_inlines(node)) {
            Parent parent = {node, links > 0};
            g_array_append_val(parents, parent);
        }
    }
    cmark_iter_free(iter);
    return parents;
}

void gfm_build_inlines(const Gfm *gfm, const size_t *numbers)
{
    g_autoptr(GArray) parents = collect_parents(gfm->root);
    guint i;

    for (i = 0; i < parents->len; i++) {
        const Parent *parent = &g_array_index(parents, Parent, i);
        rewrite_texts(gfm, numbers, parent->node, parent->in_link);
    }
}
