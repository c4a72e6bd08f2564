/* gfm_blocks.c - tables, notes, tasks and alerts; see gfm_private.h. */
#include "document/gfm_private.h"

#include <string.h>

#define CMARK_NO_SHORT_NAMES
#include <cmark.h>

#include "document/protect.h"

/* --- tables --- */

typedef struct TableState {
    const char *alignment;
    size_t columns;
    size_t cells; /* seen so far */
    bool open;
} TableState;

static const char *cell_open(const Gfm *gfm, const TableState *state)
{
    size_t column = state->cells % state->columns;
    bool header = state->cells < state->columns;
    const char *align = "";
    const char *row = "";

    switch (state->alignment[column]) {
    case 'l':
        align = " align=\"left\"";
        break;
    case 'c':
        align = " align=\"center\"";
        break;
    case 'r':
        align = " align=\"right\"";
        break;
    default:
        break;
    }
    if (column == 0)
        row = header ? "<thead><tr>" : "<tr>";
    if (state->cells == state->columns)
        row = "<tbody><tr>";
    return gfm_keep(gfm, "%s<%s%s>", row, header ? "th" : "td", align);
}

static const char *cell_close(const TableState *state)
{
    bool last = state->cells % state->columns == state->columns - 1;

    if (state->cells < state->columns)
        return last ? "</th></tr></thead>" : "</th>";
    return last ? "</td></tr>" : "</td>";
}

/* Takes the token at the start and the mark at the end off a cell. */
static void trim_cell(const Gfm *gfm, cmark_node *cell, size_t token)
{
    cmark_node *first = cmark_node_first_child(cell);
    g_autofree char *head = g_strdup(gfm_literal(first) + token);
    g_autofree char *tail = NULL;
    cmark_node *last;

    cmark_node_set_literal(first, head[0] == ' ' ? head + 1 : head);
    last = cmark_node_last_child(cell);
    if (!gfm_is(last, CMARK_NODE_TEXT) ||
        !g_str_has_suffix(gfm_literal(last), gfm->mark))
        return;
    tail = g_strndup(gfm_literal(last),
                     strlen(gfm_literal(last)) - strlen(gfm->mark));
    cmark_node_set_literal(last, g_strchomp(tail));
}

static void empty_node(cmark_node *node)
{
    cmark_node *child;

    while ((child = cmark_node_first_child(node)))
        gfm_drop(child);
}

void gfm_build_tables(const Gfm *gfm)
{
    static const int TYPES[] = {CMARK_NODE_HEADING, CMARK_NODE_NONE};
    g_autoptr(GPtrArray) headings = gfm_collect(gfm->root, TYPES);
    TableState state = {NULL, 0, 0, false};
    guint i;

    for (i = 0; i < headings->len; i++) {
        cmark_node *heading = g_ptr_array_index(headings, i);
        char letter = 0;
        size_t index = 0;
        size_t token = token_match(gfm_literal(cmark_node_first_child(heading)),
                                   gfm->mark, &letter, &index);
        if (token == 0)
            continue;
        if (letter == TABLES_TOKEN_BEGIN && index < gfm->tables->len) {
            state.alignment = g_ptr_array_index(gfm->tables, index);
            state.columns = strlen(state.alignment);
            state.cells = 0;
            state.open = true;
            empty_node(heading);
            gfm_set_markup(gfm, heading, "<table>", "");
        } else if (letter == TABLES_TOKEN_CELL && state.open) {
            trim_cell(gfm, heading, token);
            gfm_set_markup(gfm, heading, cell_open(gfm, &state),
                           cell_close(&state));
            state.cells++;
        } else if (letter == TABLES_TOKEN_END && state.open) {
            empty_node(heading);
            gfm_set_markup(gfm, heading,
                           state.cells > state.columns ? "</tbody></table>"
                                                       : "</table>",
                           "");
            state.open = false;
        }
    }
}

/* --- notes --- */

typedef struct NoteState {
    const Gfm *gfm;
    cmark_node **bodies; /* by definition: the item that holds the note */
    size_t *numbers;     /* by definition: 0 not referred to */
    GArray *order;       /* of size_t: definitions by number */
} NoteState;

/* Cuts the definitions out of the end of the tree. */
static void detach_notes(const NoteState *state)
{
    const Gfm *gfm = state->gfm;
    cmark_node *node = cmark_node_first_child(gfm->root);

    while (node) {
        cmark_node *next = cmark_node_next(node);
        char letter = 0;
        size_t index = 0;
        if (gfm_is(node, CMARK_NODE_HEADING) &&
            token_match(gfm_literal(cmark_node_first_child(node)), gfm->mark,
                        &letter, &index) > 0 &&
            letter == NOTES_TOKEN_DEFINITION &&
            index < gfm->notes->labels->len && gfm_is(next, CMARK_NODE_LIST)) {
            cmark_node *list = next;
            next = cmark_node_next(list);
            cmark_node_unlink(list);
            gfm_drop(node);
            state->bodies[index] = list;
        }
        node = next;
    }
}

static void number_references(const NoteState *state, cmark_node *root)
{
    static const int TYPES[] = {CMARK_NODE_TEXT, CMARK_NODE_NONE};
    g_autoptr(GPtrArray) texts = gfm_collect(root, TYPES);
    guint i;

    for (i = 0; i < texts->len; i++) {
        const char *at = gfm_literal(g_ptr_array_index(texts, i));
        while ((at = strstr(at, state->gfm->mark))) {
            const GArray *references = state->gfm->notes->references;
            char letter = 0;
            size_t index = 0;
            size_t note;
            size_t length = token_match(at, state->gfm->mark, &letter, &index);
            at += length > 0 ? length : strlen(state->gfm->mark);
            if (length == 0 || letter != NOTES_TOKEN_REFERENCE ||
                index >= references->len)
                continue;
            note = g_array_index(references, NoteReference, index).note;
            if (state->numbers[note] > 0 || !state->bodies[note])
                continue;
            g_array_append_val(state->order, note);
            state->numbers[note] = state->order->len;
        }
    }
}

/* A note of one paragraph is shown without the paragraph. */
static void loosen(const Gfm *gfm, cmark_node *list, cmark_node *item)
{
    cmark_node *child;

    if (!cmark_node_get_list_tight(list))
        return;
    for (child = cmark_node_first_child(item); child;
         child = cmark_node_next(child))
        if (gfm_is(child, CMARK_NODE_PARAGRAPH))
            gfm_set_markup(gfm, child, "", "");
}

static void append_notes(const NoteState *state)
{
    const Gfm *gfm = state->gfm;
    cmark_node *section = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK);
    guint i;

    cmark_node_set_on_enter(
        section,
        gfm_keep(gfm, "<section data-mark=\"%snotes\"><ol>", gfm->mark));
    cmark_node_set_on_exit(section, "</ol></section>");
    for (i = 0; i < state->order->len; i++) {
        size_t note = g_array_index(state->order, size_t, i);
        cmark_node *list = state->bodies[note];
        cmark_node *item = cmark_node_first_child(list);
        cmark_node *body = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK);
        cmark_node *child;
        cmark_node_set_on_enter(body,
                                gfm_keep(gfm, "<li value=\"%u\">", i + 1));
        cmark_node_set_on_exit(body, "</li>");
        loosen(gfm, list, item);
        while ((child = cmark_node_first_child(item)))
            cmark_node_append_child(body, child);
        cmark_node_append_child(section, body);
    }
    cmark_node_append_child(gfm->root, section);
}

static void report_unused(const NoteState *state)
{
    const Gfm *gfm = state->gfm;
    guint i;

    for (i = 0; i < gfm->notes->labels->len; i++) {
        const char *label = g_ptr_array_index(gfm->notes->labels, i);
        Place place = {gfm->file,
                       g_array_index(gfm->notes->line_numbers, int, i), 0};
        if (state->numbers[i] == 0)
            findings_add(gfm->findings, SEVERITY_WARNING, "note", place,
                         "nothing refers to the note `%s`; it is left out",
                         label);
        if (state->bodies[i])
            cmark_node_free(state->bodies[i]);
    }
}

size_t *gfm_build_notes(const Gfm *gfm)
{
    size_t count = gfm->notes->labels->len;
    g_autofree cmark_node **bodies = g_new0(cmark_node *, count);
    size_t *numbers = g_new0(size_t, count);
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(size_t));
    NoteState state = {gfm, bodies, numbers, order};
    guint i;

    detach_notes(&state);
    number_references(&state, gfm->root);
    /* Notes may refer to notes; the list grows while it is walked. */
    for (i = 0; i < order->len; i++)
        number_references(&state, bodies[g_array_index(order, size_t, i)]);
    if (order->len > 0)
        append_notes(&state);
    report_unused(&state);
    return numbers;
}

/* --- tasks and alerts --- */

/* Was the first character of the block really `c`, or escaped? */
static bool begins_with(const Gfm *gfm, cmark_node *block, char c)
{
    int line = cmark_node_get_start_line(block) - 1;
    int column = cmark_node_get_start_column(block) - 1;
    const char *text;
    size_t length;

    if (line < 0 || line >= lines_count(gfm->lines) || column < 0)
        return false;
    text = lines_at(gfm->lines, line, &length);
    return (size_t)column < length && text[column] == c;
}

static void build_task(const Gfm *gfm, cmark_node *item)
{
    cmark_node *paragraph = cmark_node_first_child(item);
    cmark_node *first;
    const char *text;
    g_autofree char *changed = NULL;

    if (!gfm_is(paragraph, CMARK_NODE_PARAGRAPH))
        return;
    first = cmark_node_first_child(paragraph);
    text = gfm_is(first, CMARK_NODE_TEXT) ? gfm_literal(first) : "";
    if (!g_str_has_prefix(text, "[ ] ") && !g_str_has_prefix(text, "[x] ") &&
        !g_str_has_prefix(text, "[X] "))
        return;
    if (!begins_with(gfm, paragraph, '['))
        return;
    changed = g_strdup(text);
    changed[1] = g_ascii_tolower(changed[1]);
    cmark_node_set_literal(first, changed);
    gfm_set_markup(gfm, item,
                   gfm_keep(gfm, "<li data-mark=\"%stask\">", gfm->mark),
                   "</li>");
}

static void build_alert(const Gfm *gfm, cmark_node *quote)
{
    static const char *const NAMES[] = {"Note", "Tip", "Important", "Warning",
                                        "Caution"};
    cmark_node *paragraph = cmark_node_first_child(quote);
    cmark_node *first;
    cmark_node *after;
    size_t i;

    if (!gfm_is(paragraph, CMARK_NODE_PARAGRAPH))
        return;
    first = cmark_node_first_child(paragraph);
    after = first ? cmark_node_next(first) : NULL;
    if (!gfm_is(first, CMARK_NODE_TEXT) ||
        (after && !gfm_is(after, CMARK_NODE_SOFTBREAK) &&
         !gfm_is(after, CMARK_NODE_LINEBREAK)) ||
        !begins_with(gfm, paragraph, '['))
        return;
    for (i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        g_autofree char *word = g_strdup_printf("[!%s]", NAMES[i]);
        if (g_ascii_strcasecmp(gfm_literal(first), word) != 0)
            continue;
        gfm_set_markup(gfm, quote,
                       gfm_keep(gfm,
                                "<blockquote data-mark=\"%salert\">"
                                "<p><strong>%s</strong></p>",
                                gfm->mark, NAMES[i]),
                       "</blockquote>");
        gfm_drop(first);
        if (after)
            gfm_drop(after);
        if (!cmark_node_first_child(paragraph))
            gfm_drop(paragraph);
        return;
    }
}

void gfm_build_tasks_and_alerts(const Gfm *gfm)
{
    static const int ITEMS[] = {CMARK_NODE_ITEM, CMARK_NODE_NONE};
    static const int QUOTES[] = {CMARK_NODE_BLOCK_QUOTE, CMARK_NODE_NONE};
    g_autoptr(GPtrArray) items = gfm_collect(gfm->root, ITEMS);
    g_autoptr(GPtrArray) quotes = gfm_collect(gfm->root, QUOTES);
    guint i;

    for (i = 0; i < items->len; i++)
        build_task(gfm, g_ptr_array_index(items, i));
    for (i = 0; i < quotes->len; i++)
        build_alert(gfm, g_ptr_array_index(quotes, i));
}
