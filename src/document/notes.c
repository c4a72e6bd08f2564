/* notes.c - finds footnote definitions and references in Markdown source. */
#include "document/notes.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

typedef struct Definition {
    int first; /* line index */
    int last;
    size_t content; /* offset of the text in the first line */
} Definition;

typedef struct Lifter {
    const Lines *lines;
    gboolean *opaque;
    const char *mark;
    Notes *notes;
    GArray *definitions;     /* of Definition */
    GHashTable *by_label;    /* folded label -> index + 1 */
    GHashTable *by_spelling; /* spelled reference -> index + 1 */
} Lifter;

static void clear_reference(void *data)
{
    NoteReference *reference = data;

    g_free(reference->spelled);
}

static Notes *notes_new(void)
{
    Notes *notes = g_new0(Notes, 1);

    notes->labels = g_ptr_array_new_with_free_func(g_free);
    notes->line_numbers = g_array_new(FALSE, FALSE, sizeof(int));
    notes->references = g_array_new(FALSE, FALSE, sizeof(NoteReference));
    g_array_set_clear_func(notes->references, clear_reference);
    return notes;
}

void notes_free(Notes *notes)
{
    if (!notes)
        return;
    g_ptr_array_unref(notes->labels);
    g_array_unref(notes->line_numbers);
    g_array_unref(notes->references);
    g_free(notes);
}

static char *fold(const char *label, size_t length)
{
    return g_utf8_casefold(label, (gssize)length);
}

/* The length of "[^label]" at `text`, or 0. */
static size_t match_label(const char *text, size_t length)
{
    size_t i;

    if (length < 4 || text[0] != '[' || text[1] != '^')
        return 0;
    for (i = 2; i < length && i < NOTES_LABEL_MAX; i++) {
        if (text[i] == ']')
            return i > 2 ? i + 1 : 0;
        if (g_ascii_isspace(text[i]) || text[i] == '[')
            return 0;
    }
    return 0;
}

static size_t indent_of(const char *text, size_t length)
{
    size_t columns = 0;
    size_t i;

    for (i = 0; i < length; i++) {
        if (text[i] == ' ')
            columns++;
        else if (text[i] == '\t')
            columns += 4 - columns % 4;
        else
            break;
    }
    return columns;
}

static bool is_blank(const char *text, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++)
        if (!g_ascii_isspace(text[i]))
            return false;
    return true;
}

/* Up to four columns of indentation taken away. */
static size_t skip_indent(const char *text, size_t length)
{
    size_t i = 0;

    if (i < length && text[i] == '\t')
        return 1;
    while (i < length && i < 4 && text[i] == ' ')
        i++;
    return i < 4 && i < length && text[i] == '\t' ? i + 1 : i;
}

/* Could the line be the rest of a paragraph, or does it begin something? */
static bool may_continue(const char *text, size_t length)
{
    size_t at = strspn(text, " ");

    if (at >= length || match_label(text + at, length - at) > 0)
        return false;
    if (strchr("#>`~<|", text[at]))
        return false;
    if (strchr("-*+=_", text[at]))
        return at + 1 < length && text[at + 1] != ' ' &&
               text[at + 1] != text[at];
    while (at < length && g_ascii_isdigit(text[at]))
        at++;
    return !(at + 1 < length && strchr(".)", text[at]) && text[at + 1] == ' ');
}

/* The last line of the note that begins at `first`. */
static int find_note_end(const Lifter *lifter, int first)
{
    int count = lines_count(lifter->lines);
    int last = first;
    bool after_blank = false;
    int i;

    for (i = first + 1; i < count; i++) {
        size_t length;
        const char *text = lines_at(lifter->lines, i, &length);
        if (is_blank(text, length)) {
            after_blank = true;
            continue;
        }
        if (indent_of(text, length) < 4 &&
            (after_blank || lifter->opaque[i] || !may_continue(text, length)))
            break;
        after_blank = false;
        last = i;
    }
    return last;
}

static bool find_definition(const Lifter *lifter, int index,
                            Definition *definition, char **label)
{
    size_t length;
    const char *text = lines_at(lifter->lines, index, &length);
    size_t start = strspn(text, " ");
    size_t size;

    if (lifter->opaque[index] || start > 3 || start >= length)
        return false;
    size = match_label(text + start, length - start);
    if (size == 0 || start + size >= length || text[start + size] != ':')
        return false;
    *label = fold(text + start + 2, size - 3);
    definition->first = index;
    definition->last = find_note_end(lifter, index);
    definition->content = start + size + 1;
    return true;
}

static void find_definitions(Lifter *lifter)
{
    int count = lines_count(lifter->lines);
    int i = 0;

    while (i < count && lifter->definitions->len < NOTES_MAX) {
        Definition definition;
        char *label;
        int number;
        if (!find_definition(lifter, i, &definition, &label)) {
            i++;
            continue;
        }
        number = lines_number(lifter->lines, i);
        g_array_append_val(lifter->definitions, definition);
        g_array_append_val(lifter->notes->line_numbers, number);
        g_ptr_array_add(lifter->notes->labels, label);
        /* The first of two notes with one name wins. */
        if (!g_hash_table_contains(lifter->by_label, label))
            g_hash_table_insert(lifter->by_label, label,
                                GUINT_TO_POINTER(lifter->definitions->len));
        i = definition.last + 1;
    }
}

/* The index of this spelling, or -1 when no note has the name. */
static long find_reference(Lifter *lifter, const char *text, size_t length)
{
    g_autofree char *spelled = g_strndup(text, length);
    g_autofree char *label = fold(text + 2, length - 3);
    unsigned known = GPOINTER_TO_UINT(
        g_hash_table_lookup(lifter->by_spelling, spelled));
    unsigned note = GPOINTER_TO_UINT(
        g_hash_table_lookup(lifter->by_label, label));
    NoteReference reference;

    if (known > 0)
        return (long)known - 1;
    if (note == 0)
        return -1;
    reference.note = note - 1;
    reference.spelled = g_steal_pointer(&spelled);
    g_array_append_val(lifter->notes->references, reference);
    g_hash_table_insert(lifter->by_spelling, reference.spelled,
                        GUINT_TO_POINTER(lifter->notes->references->len));
    return (long)lifter->notes->references->len - 1;
}

/* Appends the line with its references as tokens. */
static void append_replaced(Lifter *lifter, GString *out, const char *text,
                            size_t length)
{
    size_t i = 0;

    while (i < length) {
        size_t size;
        long index = -1;
        if (text[i] == '\\' && i + 1 < length) {
            g_string_append_len(out, text + i, 2);
            i += 2;
            continue;
        }
        size = match_label(text + i, length - i);
        if (size > 0)
            index = find_reference(lifter, text + i, size);
        if (index >= 0) {
            token_append(out, lifter->mark, NOTES_TOKEN_REFERENCE,
                         (size_t)index);
            i += size;
        } else {
            g_string_append_c(out, text[i++]);
        }
    }
}

static void add_replaced(Lifter *lifter, Lines *out, int index)
{
    g_autoptr(GString) line = g_string_new(NULL);
    size_t length;
    const char *text = lines_at(lifter->lines, index, &length);

    append_replaced(lifter, line, text, length);
    lines_add(out, line->str, line->len, lines_number(lifter->lines, index));
}

static void add_note_line(Lifter *lifter, Lines *out, int index,
                          const Definition *definition)
{
    g_autoptr(GString) line = g_string_new(NULL);
    size_t length;
    const char *text = lines_at(lifter->lines, index, &length);
    size_t skip = index == definition->first ? definition->content
                                             : skip_indent(text, length);

    if (!is_blank(text + skip, length - skip)) {
        if (index == definition->first)
            skip += strspn(text + skip, " \t");
        g_string_append(line, index == definition->first ? "- " : "  ");
        append_replaced(lifter, line, text + skip, length - skip);
    } else if (index == definition->first) {
        g_string_append(line, "-");
    }
    lines_add(out, line->str, line->len, lines_number(lifter->lines, index));
}

static void add_definitions(Lifter *lifter, Lines *out)
{
    guint i;

    for (i = 0; i < lifter->definitions->len; i++) {
        const Definition *definition = &g_array_index(lifter->definitions,
                                                      Definition, i);
        g_autoptr(GString) head = g_string_new("# ");
        int number;
        int line;
        assert(definition);
        number = lines_number(lifter->lines, definition->first);
        token_append(head, lifter->mark, NOTES_TOKEN_DEFINITION, i);
        lines_add(out, "", 0, number);
        lines_add(out, head->str, head->len, number);
        for (line = definition->first; line <= definition->last; line++)
            add_note_line(lifter, out, line, definition);
    }
}

static Lines *rewrite(Lifter *lifter)
{
    Lines *out = lines_new();
    int count = lines_count(lifter->lines);
    guint next = 0;
    int i;

    for (i = 0; i < count; i++) {
        const Definition *definition = next < lifter->definitions->len
                                           ? &g_array_index(lifter->definitions,
                                                            Definition, next)
                                           : NULL;
        if (definition && i >= definition->first) {
            lines_add(out, "", 0, lines_number(lifter->lines, i));
            if (i == definition->last)
                next++;
        } else if (lifter->opaque[i]) {
            size_t length;
            const char *text = lines_at(lifter->lines, i, &length);
            lines_add(out, text, length, lines_number(lifter->lines, i));
        } else {
            add_replaced(lifter, out, i);
        }
    }
    add_definitions(lifter, out);
    return out;
}

Lines *notes_lift(const Lines *lines, const GArray *blocks, const char *mark,
                  Notes **notes)
{
    g_autofree gboolean *opaque = lines_mark_opaque(lines, blocks);
    g_autoptr(GArray)
        definitions = g_array_new(FALSE, FALSE, sizeof(Definition));
    g_autoptr(GHashTable) by_label = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable)
        by_spelling = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(Notes) found = notes_new();
    Lifter lifter = {lines,       opaque,   mark,       found,
                     definitions, by_label, by_spelling};
    Lines *out;

    find_definitions(&lifter);
    if (definitions->len == 0)
        return NULL;
    out = rewrite(&lifter);
    *notes = g_steal_pointer(&found);
    return out;
}
