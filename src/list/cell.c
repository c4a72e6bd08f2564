/* cell.c - see cell.h. */
#include "list/cell.h"

#include <string.h>

#include "list/list.h"

bool cell_is_empty(const Cell *cell)
{
    for (size_t i = 0; i < cell->length; i++)
        if (strchr(" \t\r\n", cell->text[i]) == NULL || cell->text[i] == '\0')
            return false;
    return true;
}

/* Sets the fault at a byte of the cell. */
static void set_at(const Cell *cell, size_t offset, Fault *fault,
                   const char *words)
{
    bool is_quoted = cell->form == CELL_QUOTED;
    int line = cell->line;
    int column = cell->column + (is_quoted ? 1 : 0);
    if (cell->form == CELL_REWRITTEN)
        offset = 0;
    for (size_t i = 0; i < offset; i++) {
        unsigned char byte = (unsigned char)cell->text[i];
        if (byte == '\n') {
            line++;
            column = 1;
        } else if ((byte & 0xc0) != 0x80) {
            column += is_quoted && byte == '"' ? 2 : 1;
        }
    }
    fault_set(fault, line, column, "%s", words);
}

static void set_not_utf8(const Cell *cell, size_t offset, const char *file,
                         Fault *fault)
{
    g_autofree char *advice = error_advise_utf8(file);
    g_autofree char *words = g_strdup_printf("the byte 0x%02X is not UTF-8%s",
                                             (unsigned char)cell->text[offset],
                                             advice);
    set_at(cell, offset, fault, words);
}

static void set_control(const Cell *cell, size_t offset, gunichar character,
                        Fault *fault)
{
    g_autofree char *words =
        character == 0
            ? g_strdup("a NUL character; it cannot stand in a mail")
            : g_strdup_printf("the control character U+%04X; it cannot stand "
                              "in a mail",
                              character);
    set_at(cell, offset, fault, words);
}

static bool is_control(gunichar character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

/* What ends a line or is a tab, so that a value stays on one line. */
static bool is_break(gunichar character)
{
    return (character >= '\t' && character <= '\r') || character == 0x85 ||
           character == 0x2028 || character == 0x2029;
}

/* Printable ASCII, which most cells are, needs no more than trimming. */
static bool is_plain(const Cell *cell)
{
    for (size_t i = 0; i < cell->length; i++)
        if ((unsigned char)cell->text[i] < 0x20 ||
            (unsigned char)cell->text[i] > 0x7e)
            return false;
    return true;
}

bool cell_is_text(const Cell *cell, const char *file, Fault *fault)
{
    const char *at = cell->text;
    const char *end = at + cell->length;
    while (at < end) {
        size_t offset = (size_t)(at - cell->text);
        gunichar character = g_utf8_get_char_validated(at, end - at);
        if (*at == '\0')
            character = 0;
        if (character == (gunichar)-1 || character == (gunichar)-2) {
            set_not_utf8(cell, offset, file, fault);
            return false;
        }
        if (is_control(character) && !is_break(character)) {
            set_control(cell, offset, character, fault);
            return false;
        }
        at = *at == '\0' ? at + 1 : g_utf8_next_char(at);
    }
    return true;
}

static bool is_blank(gunichar character)
{
    return is_break(character) || g_unichar_isspace(character);
}

/* Runs of blanks with a break among them to one blank; blanks at both ends
 * to nothing. */
static char *straighten(const char *text)
{
    GString *out = g_string_sized_new(strlen(text));
    while (*text != '\0') {
        const char *run = text;
        bool breaks = false;
        for (; *text != '\0' && is_blank(g_utf8_get_char(text));
             text = g_utf8_next_char(text))
            breaks |= is_break(g_utf8_get_char(text));
        if (text != run && out->len > 0 && *text != '\0')
            g_string_append_len(out, breaks ? " " : run,
                                breaks ? 1 : text - run);
        const char *word = text;
        while (*text != '\0' && !is_blank(g_utf8_get_char(text)))
            text = g_utf8_next_char(text);
        g_string_append_len(out, word, text - word);
    }
    return g_string_free(out, FALSE);
}

static const char *trim_plain(Cell *cell)
{
    char *start = cell->text;
    char *end = start + cell->length;
    while (start < end && *start == ' ')
        start++;
    while (end > start && end[-1] == ' ')
        end--;
    *end = '\0';
    return start;
}

static const char *check_length(const char *value, const Cell *cell,
                                Fault *fault)
{
    size_t length = strlen(value);
    if (length > LIST_VALUE_MAX && g_utf8_strlen(value, -1) > LIST_VALUE_MAX) {
        fault_set(fault, cell->line, cell->column,
                  "a value of more than %d characters", LIST_VALUE_MAX);
        return NULL;
    }
    return value;
}

const char *cell_clean(Cell *cell, const char *file, GPtrArray *owned,
                       Fault *fault)
{
    if (cell->length == 0)
        return "";
    if (is_plain(cell))
        return check_length(trim_plain(cell), cell, fault);
    if (!cell_is_text(cell, file, fault))
        return NULL;
    g_autofree char *straight = straighten(cell->text);
    char *value = g_utf8_normalize(straight, -1, G_NORMALIZE_NFC);
    g_ptr_array_add(owned, value);
    return check_length(value, cell, fault);
}
