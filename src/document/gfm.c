/* gfm.c - what the steps share, and their order; see gfm.h. */
#include "document/gfm_private.h"

#include <string.h>

#define CMARK_NO_SHORT_NAMES
#include <cmark.h>

#include "document/protect.h"

/* --- the tree --- */

const char *gfm_keep(const Gfm *gfm, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return g_string_chunk_insert_const(gfm->strings, text);
}

void gfm_set_markup(const Gfm *gfm, cmark_node *node, const char *open,
                    const char *close)
{
    Markup *markup = g_new(Markup, 1);

    markup->open = open;
    markup->close = close;
    g_ptr_array_add(gfm->markups, markup);
    cmark_node_set_user_data(node, markup);
}

const char *gfm_literal(cmark_node *node)
{
    const char *literal = node ? cmark_node_get_literal(node) : NULL;

    return literal ? literal : "";
}

bool gfm_is(cmark_node *node, int type)
{
    return node && (int)cmark_node_get_type(node) == type;
}

void gfm_drop(cmark_node *node)
{
    cmark_node_unlink(node);
    cmark_node_free(node);
}

GPtrArray *gfm_collect(cmark_node *root, const int *types)
{
    GPtrArray *nodes = g_ptr_array_new();
    cmark_iter *iter = cmark_iter_new(root);
    cmark_event_type event;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        size_t i;
        if (event != CMARK_EVENT_ENTER)
            continue;
        for (i = 0; types[i] != CMARK_NODE_NONE; i++)
            if ((int)cmark_node_get_type(node) == types[i])
                g_ptr_array_add(nodes, node);
    }
    cmark_iter_free(iter);
    return nodes;
}

/* --- what must come out as it was written --- */

void gfm_append_spelled(GString *out, const Gfm *gfm, char letter, size_t index,
                        bool literally)
{
    if (letter == PROTECT_TOKEN) {
        if (literally && index == '~')
            g_string_append_c(out, '\\');
        if (index > 0x20 && index < 0x7f)
            g_string_append_c(out, (char)index);
    } else if (letter == NOTES_TOKEN_REFERENCE && gfm->notes &&
               index < gfm->notes->references->len)
        g_string_append(
            out, g_array_index(gfm->notes->references, NoteReference, index)
                     .spelled);
}

/* NULL when there is no token in the text. */
static char *restore(const Gfm *gfm, const char *text, bool literally)
{
    GString *out;
    const char *mark;

    if (!text || !strstr(text, gfm->mark))
        return NULL;
    out = g_string_new(NULL);
    while ((mark = strstr(text, gfm->mark))) {
        char letter = 0;
        size_t index = 0;
        size_t token = token_match(mark, gfm->mark, &letter, &index);
        g_string_append_len(out, text, mark - text);
        if (token > 0)
            gfm_append_spelled(out, gfm, letter, index, literally);
        text = mark + (token > 0 ? token : strlen(gfm->mark));
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}

static void restore_literals(const Gfm *gfm)
{
    static const int TYPES[] = {CMARK_NODE_CODE,        CMARK_NODE_CODE_BLOCK,
                                CMARK_NODE_HTML_INLINE, CMARK_NODE_HTML_BLOCK,
                                CMARK_NODE_TEXT,        CMARK_NODE_NONE};
    g_autoptr(GPtrArray) nodes = gfm_collect(gfm->root, TYPES);
    guint i;

    for (i = 0; i < nodes->len; i++) {
        cmark_node *node = g_ptr_array_index(nodes, i);
        g_autofree char *text = restore(gfm, gfm_literal(node),
                                        !gfm_is(node, CMARK_NODE_TEXT));
        if (text)
            cmark_node_set_literal(node, text);
    }
}

static void restore_addresses(const Gfm *gfm)
{
    static const int TYPES[] = {CMARK_NODE_LINK, CMARK_NODE_IMAGE,
                                CMARK_NODE_NONE};
    g_autoptr(GPtrArray) nodes = gfm_collect(gfm->root, TYPES);
    guint i;

    for (i = 0; i < nodes->len; i++) {
        cmark_node *node = g_ptr_array_index(nodes, i);
        g_autofree char *url = restore(gfm, cmark_node_get_url(node), false);
        g_autofree char *title = restore(gfm, cmark_node_get_title(node),
                                         false);
        if (url)
            cmark_node_set_url(node, url);
        if (title)
            cmark_node_set_title(node, title);
    }
}

void gfm_apply(const Gfm *gfm)
{
    g_autofree size_t *numbers = NULL;

    if (gfm->notes)
        numbers = gfm_build_notes(gfm);
    if (gfm->tables)
        gfm_build_tables(gfm);
    gfm_build_tasks_and_alerts(gfm);
    gfm_build_inlines(gfm, numbers);
    restore_literals(gfm);
    restore_addresses(gfm);
}
