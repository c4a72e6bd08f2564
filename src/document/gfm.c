/* gfm.c - tables, notes, tasks, alerts, strikethrough and bare addresses. */
#include "document/gfm.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CMARK_NO_SHORT_NAMES
#include <cmark.h>

#include "document/autolink.h"
#include "document/protect.h"

/* --- markup --- */

G_GNUC_PRINTF(2, 3)
static const char *keep(const Gfm *gfm, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return g_string_chunk_insert_const(gfm->strings, text);
}

static void set_markup(const Gfm *gfm, cmark_node *node, const char *open,
                       const char *close)
{
    Markup *markup = g_new(Markup, 1);

    markup->open = open;
    markup->close = close;
    g_ptr_array_add(gfm->markups, markup);
    cmark_node_set_user_data(node, markup);
}

static const char *literal_of(cmark_node *node)
{
    const char *literal = node ? cmark_node_get_literal(node) : NULL;

    return literal ? literal : "";
}

static bool is_type(cmark_node *node, cmark_node_type type)
{
    return node && cmark_node_get_type(node) == type;
}

static void unlink_and_free(cmark_node *node)
{
    cmark_node_unlink(node);
    cmark_node_free(node);
}

/* The nodes of the given types in document order. */
static GPtrArray *collect(cmark_node *root, const cmark_node_type *types)
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
            if (cmark_node_get_type(node) == types[i])
                g_ptr_array_add(nodes, node);
    }
    cmark_iter_free(iter);
    return nodes;
}

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
    return keep(gfm, "%s<%s%s>", row, header ? "th" : "td", align);
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
    g_autofree char *head = g_strdup(literal_of(first) + token);
    g_autofree char *tail = NULL;
    cmark_node *last;

    cmark_node_set_literal(first, head[0] == ' ' ? head + 1 : head);
    last = cmark_node_last_child(cell);
    if (!is_type(last, CMARK_NODE_TEXT) ||
        !g_str_has_suffix(literal_of(last), gfm->mark))
        return;
    tail = g_strndup(literal_of(last),
                     strlen(literal_of(last)) - strlen(gfm->mark));
    cmark_node_set_literal(last, g_strchomp(tail));
}

static void empty_node(cmark_node *node)
{
    cmark_node *child;

    while ((child = cmark_node_first_child(node)))
        unlink_and_free(child);
}

static void build_tables(const Gfm *gfm)
{
    static const cmark_node_type TYPES[] = {CMARK_NODE_HEADING,
                                            CMARK_NODE_NONE};
    g_autoptr(GPtrArray) headings = collect(gfm->root, TYPES);
    TableState state = {NULL, 0, 0, false};
    guint i;

    for (i = 0; i < headings->len; i++) {
        cmark_node *heading = g_ptr_array_index(headings, i);
        char letter = 0;
        size_t index = 0;
        size_t token = token_match(literal_of(cmark_node_first_child(heading)),
                                   gfm->mark, &letter, &index);
        if (token == 0)
            continue;
        if (letter == TABLES_TOKEN_BEGIN && index < gfm->tables->len) {
            state.alignment = g_ptr_array_index(gfm->tables, index);
            state.columns = strlen(state.alignment);
            state.cells = 0;
            state.open = true;
            empty_node(heading);
            set_markup(gfm, heading, "<table>", "");
        } else if (letter == TABLES_TOKEN_CELL && state.open) {
            trim_cell(gfm, heading, token);
            set_markup(gfm, heading, cell_open(gfm, &state),
                       cell_close(&state));
            state.cells++;
        } else if (letter == TABLES_TOKEN_END && state.open) {
            empty_node(heading);
            set_markup(gfm, heading,
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
        if (is_type(node, CMARK_NODE_HEADING) &&
            token_match(literal_of(cmark_node_first_child(node)), gfm->mark,
                        &letter, &index) > 0 &&
            letter == NOTES_TOKEN_DEFINITION &&
            index < gfm->notes->labels->len && is_type(next, CMARK_NODE_LIST)) {
            cmark_node *list = next;
            next = cmark_node_next(list);
            cmark_node_unlink(list);
            unlink_and_free(node);
            state->bodies[index] = list;
        }
        node = next;
    }
}

static void number_references(const NoteState *state, cmark_node *root)
{
    static const cmark_node_type TYPES[] = {CMARK_NODE_TEXT, CMARK_NODE_NONE};
    g_autoptr(GPtrArray) texts = collect(root, TYPES);
    guint i;

    for (i = 0; i < texts->len; i++) {
        const char *at = literal_of(g_ptr_array_index(texts, i));
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
        if (is_type(child, CMARK_NODE_PARAGRAPH))
            set_markup(gfm, child, "", "");
}

static void append_notes(const NoteState *state)
{
    const Gfm *gfm = state->gfm;
    cmark_node *section = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK);
    guint i;

    cmark_node_set_on_enter(
        section, keep(gfm, "<section data-mark=\"%snotes\"><ol>", gfm->mark));
    cmark_node_set_on_exit(section, "</ol></section>");
    for (i = 0; i < state->order->len; i++) {
        size_t note = g_array_index(state->order, size_t, i);
        cmark_node *list = state->bodies[note];
        cmark_node *item = cmark_node_first_child(list);
        cmark_node *body = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK);
        cmark_node *child;
        cmark_node_set_on_enter(body, keep(gfm, "<li value=\"%u\">", i + 1));
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

/* Gives the numbers of the notes, by definition. */
static size_t *build_notes(const Gfm *gfm)
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

    if (!is_type(paragraph, CMARK_NODE_PARAGRAPH))
        return;
    first = cmark_node_first_child(paragraph);
    text = is_type(first, CMARK_NODE_TEXT) ? literal_of(first) : "";
    if (!g_str_has_prefix(text, "[ ] ") && !g_str_has_prefix(text, "[x] ") &&
        !g_str_has_prefix(text, "[X] "))
        return;
    if (!begins_with(gfm, paragraph, '['))
        return;
    changed = g_strdup(text);
    changed[1] = g_ascii_tolower(changed[1]);
    cmark_node_set_literal(first, changed);
    set_markup(gfm, item, keep(gfm, "<li data-mark=\"%stask\">", gfm->mark),
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

    if (!is_type(paragraph, CMARK_NODE_PARAGRAPH))
        return;
    first = cmark_node_first_child(paragraph);
    after = first ? cmark_node_next(first) : NULL;
    if (!is_type(first, CMARK_NODE_TEXT) ||
        (after && !is_type(after, CMARK_NODE_SOFTBREAK) &&
         !is_type(after, CMARK_NODE_LINEBREAK)) ||
        !begins_with(gfm, paragraph, '['))
        return;
    for (i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        g_autofree char *word = g_strdup_printf("[!%s]", NAMES[i]);
        if (g_ascii_strcasecmp(literal_of(first), word) != 0)
            continue;
        set_markup(gfm, quote,
                   keep(gfm,
                        "<blockquote data-mark=\"%salert\">"
                        "<p><strong>%s</strong></p>",
                        gfm->mark, NAMES[i]),
                   "</blockquote>");
        unlink_and_free(first);
        if (after)
            unlink_and_free(after);
        if (!cmark_node_first_child(paragraph))
            unlink_and_free(paragraph);
        return;
    }
}

static void build_tasks_and_alerts(const Gfm *gfm)
{
    static const cmark_node_type ITEMS[] = {CMARK_NODE_ITEM, CMARK_NODE_NONE};
    static const cmark_node_type QUOTES[] = {CMARK_NODE_BLOCK_QUOTE,
                                             CMARK_NODE_NONE};
    g_autoptr(GPtrArray) items = collect(gfm->root, ITEMS);
    g_autoptr(GPtrArray) quotes = collect(gfm->root, QUOTES);
    guint i;

    for (i = 0; i < items->len; i++)
        build_task(gfm, g_ptr_array_index(items, i));
    for (i = 0; i < quotes->len; i++)
        build_alert(gfm, g_ptr_array_index(quotes, i));
}

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
    if (!node || is_type(node, CMARK_NODE_SOFTBREAK) ||
        is_type(node, CMARK_NODE_LINEBREAK))
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
        if (!is_type(node, CMARK_NODE_TEXT))
            continue;
        text = at = literal_of(node);
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

/* The text that a token stood for, in code and in addresses. */
static void append_spelled(GString *out, const Gfm *gfm, char letter,
                           size_t index, bool literally)
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
            add_html(state, keep(gfm, "<sup data-mark=\"%snote-ref\">%zu</sup>",
                                 gfm->mark, number));
            return;
        }
    }
    spelled = g_string_new(NULL);
    append_spelled(spelled, gfm, letter, index, false);
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
    g_autofree char *text = g_strdup(literal_of(state->at));
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
    unlink_and_free(state->at);
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
        if (is_type(node, CMARK_NODE_HTML_INLINE)) {
            raw = MAX(0, raw + raw_step(literal_of(node)));
        } else if (is_type(node, CMARK_NODE_TEXT) &&
                   needs_rewrite(gfm, literal_of(node))) {
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
    return is_type(node, CMARK_NODE_PARAGRAPH) ||
           is_type(node, CMARK_NODE_HEADING) ||
           is_type(node, CMARK_NODE_EMPH) || is_type(node, CMARK_NODE_STRONG) ||
           is_type(node, CMARK_NODE_LINK);
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
        if (is_type(node, CMARK_NODE_LINK))
            links += step;
        if (is_type(node, CMARK_NODE_IMAGE))
            images += step;
        if (event == CMARK_EVENT_ENTER && images == 0 && holds_inlines(node)) {
            Parent parent = {node, links > 0};
            g_array_append_val(parents, parent);
        }
    }
    cmark_iter_free(iter);
    return parents;
}

static void build_inlines(const Gfm *gfm, const size_t *numbers)
{
    g_autoptr(GArray) parents = collect_parents(gfm->root);
    guint i;

    for (i = 0; i < parents->len; i++) {
        const Parent *parent = &g_array_index(parents, Parent, i);
        rewrite_texts(gfm, numbers, parent->node, parent->in_link);
    }
}

/* --- what must come out as it was written --- */

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
            append_spelled(out, gfm, letter, index, literally);
        text = mark + (token > 0 ? token : strlen(gfm->mark));
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}

static void restore_literals(const Gfm *gfm)
{
    static const cmark_node_type TYPES[] = {
        CMARK_NODE_CODE,       CMARK_NODE_CODE_BLOCK, CMARK_NODE_HTML_INLINE,
        CMARK_NODE_HTML_BLOCK, CMARK_NODE_TEXT,       CMARK_NODE_NONE};
    g_autoptr(GPtrArray) nodes = collect(gfm->root, TYPES);
    guint i;

    for (i = 0; i < nodes->len; i++) {
        cmark_node *node = g_ptr_array_index(nodes, i);
        g_autofree char *text = restore(gfm, literal_of(node),
                                        !is_type(node, CMARK_NODE_TEXT));
        if (text)
            cmark_node_set_literal(node, text);
    }
}

static void restore_addresses(const Gfm *gfm)
{
    static const cmark_node_type TYPES[] = {CMARK_NODE_LINK, CMARK_NODE_IMAGE,
                                            CMARK_NODE_NONE};
    g_autoptr(GPtrArray) nodes = collect(gfm->root, TYPES);
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
        numbers = build_notes(gfm);
    if (gfm->tables)
        build_tables(gfm);
    build_tasks_and_alerts(gfm);
    build_inlines(gfm, numbers);
    restore_literals(gfm);
    restore_addresses(gfm);
}
