/* tables.c - finds pipe tables in the paragraphs of Markdown source. */
#include "document/tables.h"

#include <stdbool.h>
#include <string.h>

typedef struct Text {
    const char *at;
    size_t length;
} Text;

typedef struct Found {
    int first; /* line index of the header row */
    int last;
    size_t content; /* bytes before the header row's content */
    char *alignment;
} Found;

typedef struct Lifter {
    const Lines *lines;
    const char *mark;
    const char *file;
    Findings *findings;
    GArray *found; /* of Found */
    size_t cells;
} Lifter;

static Text strip(Text text)
{
    while (text.length > 0 && g_ascii_isspace(*text.at)) {
        text.at++;
        text.length--;
    }
    while (text.length > 0 && g_ascii_isspace(text.at[text.length - 1]))
        text.length--;
    return text;
}

/* The content of a line behind the marks of the blocks around it. False: the
 * line lacks a `>` and only continues a paragraph lazily. */
static bool find_content(const Lines *lines, const Block *block, int index,
                         Text *content, size_t *before)
{
    size_t length;
    const char *text = lines_at(lines, index, &length);
    size_t at = 0;
    int i;

    if (index == block->first) {
        at = MIN((size_t)block->column, length);
    } else {
        for (i = 0; i < block->quotes; i++) {
            while (at < length && (text[at] == ' ' || text[at] == '\t'))
                at++;
            if (at == length || text[at] != '>')
                return false;
            at++;
        }
        while (at < length && (text[at] == ' ' || text[at] == '\t'))
            at++;
    }
    *before = at;
    *content = strip((Text){text + at, length - at});
    return true;
}

/* Whatever stands before the backslash, as the specification has it. */
static bool is_escaped_bar(const Text *text, size_t i)
{
    return text->at[i] == '\\' && i + 1 < text->length &&
           text->at[i + 1] == '|';
}

/* Takes the next cell off `row`. */
static bool next_cell(Text *row, Text *cell)
{
    size_t i = 0;

    if (row->length == 0)
        return false;
    while (i < row->length && row->at[i] != '|')
        i += is_escaped_bar(row, i) ? 2 : 1;
    *cell = strip((Text){row->at, i});
    if (i < row->length)
        i++;
    row->at += i;
    row->length -= i;
    return true;
}

static Text without_first_bar(Text row)
{
    if (row.length > 0 && *row.at == '|') {
        row.at++;
        row.length--;
    }
    return row;
}

static size_t count_cells(Text row)
{
    Text cell;
    size_t count = 0;

    row = without_first_bar(row);
    while (next_cell(&row, &cell))
        count++;
    return count;
}

/* '-', 'l', 'c', 'r' for `---`, `:--`, `:-:`, `--:`; 0 for anything else. */
static char parse_dashes(Text cell)
{
    bool left = cell.length > 0 && cell.at[0] == ':';
    bool right = cell.length > 1 && cell.at[cell.length - 1] == ':';
    size_t dashes = cell.length - (left ? 1 : 0) - (right ? 1 : 0);
    size_t i;

    if (cell.length == 0 || dashes == 0)
        return 0;
    for (i = 0; i < dashes; i++)
        if (cell.at[i + (left ? 1 : 0)] != '-')
            return 0;
    if (left && right)
        return 'c';
    if (right)
        return 'r';
    return left ? 'l' : '-';
}

/* The alignment of the columns when `row` is a row of dashes, else NULL. */
static char *parse_delimiters(Text row)
{
    g_autoptr(GString) alignment = g_string_new(NULL);
    Text cell;

    if (row.length == 0 || strspn(row.at, "|-: \t") < row.length)
        return NULL;
    row = without_first_bar(row);
    while (next_cell(&row, &cell)) {
        char c = parse_dashes(cell);
        if (c == 0)
            return NULL;
        g_string_append_c(alignment, c);
    }
    return alignment->len > 0 ? g_strdup(alignment->str) : NULL;
}

static bool has_bar(Text text)
{
    return memchr(text.at, '|', text.length) != NULL;
}

static bool is_underline(Text text)
{
    return text.length > 0 && (strspn(text.at, "=") >= text.length ||
                               strspn(text.at, "-") >= text.length);
}

/* Is there a header row at `index`, with a row of dashes below it? */
static char *match_header(const Lifter *lifter, const Block *block, int index,
                          size_t *before)
{
    g_autofree char *alignment = NULL;
    Text header;
    Text dashes;
    size_t unused;

    if (index + 1 > block->last ||
        !find_content(lifter->lines, block, index, &header, before) ||
        !find_content(lifter->lines, block, index + 1, &dashes, &unused))
        return NULL;
    if (!has_bar(header) && !has_bar(dashes) &&
        !memchr(dashes.at, ':', dashes.length))
        return NULL;
    alignment = parse_delimiters(dashes);
    if (!alignment || count_cells(header) != strlen(alignment))
        return NULL;
    return g_steal_pointer(&alignment);
}

static int find_last_row(const Lifter *lifter, const Block *block, int header)
{
    int index;

    for (index = header + 2; index <= block->last; index++) {
        Text row;
        size_t before;
        if (!find_content(lifter->lines, block, index, &row, &before) ||
            is_underline(row))
            break;
    }
    return index - 1;
}

static bool fits(Lifter *lifter, const Found *found)
{
    size_t columns = strlen(found->alignment);
    size_t cells = columns * (size_t)(found->last - found->first);
    Place place = {lifter->file, lines_number(lifter->lines, found->first), 0};

    if (columns > TABLES_COLUMNS_MAX) {
        findings_add(lifter->findings, SEVERITY_WARNING, "table", place,
                     "the table stays text: it has more than %d columns",
                     TABLES_COLUMNS_MAX);
        return false;
    }
    if (lifter->cells + cells > TABLES_CELLS_MAX) {
        findings_add(lifter->findings, SEVERITY_WARNING, "table", place,
                     "the table stays text: the tables of the post have more "
                     "than %d cells",
                     TABLES_CELLS_MAX);
        return false;
    }
    lifter->cells += cells;
    return true;
}

static void find_tables(Lifter *lifter, const Block *block)
{
    int index = block->first;

    while (index < block->last) {
        Found found = {.first = index};
        found.alignment = match_header(lifter, block, index, &found.content);
        if (!found.alignment) {
            index++;
            continue;
        }
        found.last = find_last_row(lifter, block, index);
        index = found.last + 1;
        if (fits(lifter, &found))
            g_array_append_val(lifter->found, found);
        else
            g_free(found.alignment);
    }
}

/* Blanks for a list's mark, the `>` of quotes as they are. */
static char *continue_prefix(const char *prefix)
{
    char *copy = g_strdup(prefix);
    char *at;

    for (at = copy; *at; at++)
        if (*at != '>' && *at != ' ' && *at != '\t')
            *at = ' ';
    return copy;
}

static void add_token(Lines *out, const char *prefix, const Lifter *lifter,
                      char letter, size_t index, int number)
{
    g_autoptr(GString) line = g_string_new(prefix);

    g_string_append(line, "# ");
    token_append(line, lifter->mark, letter, index);
    lines_add(out, line->str, line->len, number);
}

static void add_cell(Lines *out, const char *prefix, const Lifter *lifter,
                     Text cell, int number)
{
    g_autoptr(GString) line = g_string_new(prefix);
    size_t i;

    g_string_append(line, "# ");
    token_append(line, lifter->mark, TABLES_TOKEN_CELL, 0);
    g_string_append_c(line, ' ');
    for (i = 0; i < cell.length; i++) {
        if (is_escaped_bar(&cell, i))
            i++;
        g_string_append_c(line, cell.at[i]);
    }
    g_string_append_c(line, ' ');
    g_string_append(line, lifter->mark);
    lines_add(out, line->str, line->len, number);
}

static void add_row(Lines *out, const char *prefix, const Lifter *lifter,
                    const Found *found, int index, Text row)
{
    size_t columns = strlen(found->alignment);
    int number = lines_number(lifter->lines, index);
    size_t i;

    row = without_first_bar(row);
    for (i = 0; i < columns; i++) {
        Text cell = {"", 0};
        next_cell(&row, &cell);
        add_cell(out, prefix, lifter, cell, number);
    }
}

static Text row_content(const Lifter *lifter, const Found *found,
                        const char *prefix, int index)
{
    size_t length;
    const char *text = lines_at(lifter->lines, index, &length);
    size_t at = index == found->first ? found->content : 0;

    /* find_content() has found the same marks before. */
    if (index != found->first)
        while (at < length &&
               strchr(strchr(prefix, '>') ? "> \t" : " \t", text[at]))
            at++;
    return strip((Text){text + at, length - at});
}

static void add_table(Lines *out, const Lifter *lifter, const Found *found,
                      size_t table)
{
    size_t length;
    const char *text = lines_at(lifter->lines, found->first, &length);
    g_autofree char *first = g_strndup(text, found->content);
    g_autofree char *rest = continue_prefix(first);
    int number = lines_number(lifter->lines, found->first);
    int index;

    add_token(out, first, lifter, TABLES_TOKEN_BEGIN, table, number);
    for (index = found->first; index <= found->last; index++)
        if (index != found->first + 1)
            add_row(out, rest, lifter, found, index,
                    row_content(lifter, found, first, index));
    add_token(out, rest, lifter, TABLES_TOKEN_END, table,
              lines_number(lifter->lines, found->last));
}

static Lines *rewrite(const Lifter *lifter)
{
    Lines *out = lines_new();
    int count = lines_count(lifter->lines);
    guint next = 0;
    int i;

    for (i = 0; i < count; i++) {
        const Found *found = next < lifter->found->len
                                 ? &g_array_index(lifter->found, Found, next)
                                 : NULL;
        if (found && i == found->first) {
            add_table(out, lifter, found, next++);
            i = found->last;
        } else {
            size_t length;
            const char *text = lines_at(lifter->lines, i, &length);
            lines_add(out, text, length, lines_number(lifter->lines, i));
        }
    }
    return out;
}

Lines *tables_lift(const Lines *lines, const GArray *blocks, const char *mark,
                   Tables **tables, const char *file, Findings *findings)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Found));
    Lifter lifter = {lines, mark, file, findings, found, 0};
    Lines *out;
    guint i;

    for (i = 0; i < blocks->len; i++) {
        const Block *block = &g_array_index(blocks, Block, i);
        if (block->kind == BLOCK_PARAGRAPH)
            find_tables(&lifter, block);
    }
    if (found->len == 0)
        return NULL;
    out = rewrite(&lifter);
    *tables = g_ptr_array_new_with_free_func(g_free);
    for (i = 0; i < found->len; i++)
        g_ptr_array_add(*tables, g_array_index(found, Found, i).alignment);
    return out;
}
