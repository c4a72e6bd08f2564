/* list_csv.c - see list_csv.h. */
#include "list/list_csv.h"

#include <string.h>

#include "list/cell.h"
#include "list/csv_scan.h"
#include "list/list.h"

#define HEADER_BYTES_MAX 65536

typedef struct CsvReader {
    Reader reader;
    CsvScan *scan;
    Cell parts[2]; /* without a header row: the address and the name */
} CsvReader;

static void close_csv(Reader *base)
{
    CsvReader *csv = (CsvReader *)base;
    csv_scan_close(csv->scan);
    g_free(csv);
}

/* --- lines without a header row --- */

static bool is_address(const char *text, size_t length)
{
    Address address;
    if (address_parse(text, length, &address, NULL) != ADDRESS_OK)
        return false;
    address_clear(&address);
    return true;
}

/* `ada@example.org Ada Lovelace`, as Sympa writes and reads it, is address
 * and name; what it puts behind another TAB, its count of bounces, is neither.
 * Everything else is left whole, two addresses too. */
static void split_line(const Cell *line, Cell parts[2])
{
    parts[0] = *line;
    parts[1] = (Cell){.text = line->text + line->length,
                      .line = line->line,
                      .column = line->column};
    size_t start = strspn(line->text, " \t");
    size_t length = strcspn(line->text + start, " \t");
    size_t end = start + length;
    if (end >= line->length || strchr(line->text + end, '@') != NULL ||
        !is_address(line->text + start, length))
        return;
    parts[0].length = end;
    parts[1].text = line->text + end + 1;
    parts[1].length = line->length - end - 1;
    parts[1].column += (int)g_utf8_strlen(line->text, (gssize)end) + 1;
    line->text[end] = '\0';
    char *behind = memchr(parts[1].text, '\t', parts[1].length);
    if (behind != NULL) {
        parts[1].length = (size_t)(behind - parts[1].text);
        *behind = '\0';
    }
}

static bool is_address_line(const char *line)
{
    Mailbox mailbox;
    size_t start = strspn(line, " \t");
    if (is_address(line + start, strcspn(line + start, " \t")))
        return true;
    if (mailbox_parse(line, &mailbox, NULL) != ADDRESS_OK)
        return false;
    mailbox_clear(&mailbox);
    return true;
}

/* --- the header row --- */

/* The sign that stands most often outside of quotes; `,` when none does. */
static char sniff(const char *line)
{
    static const char signs[] = ",;\t";
    size_t counts[3] = {0};
    bool quoted = false;
    for (; *line != '\0'; line++) {
        const char *sign = strchr(signs, *line);
        if (*line == '"')
            quoted = !quoted;
        else if (sign != NULL && !quoted)
            counts[sign - signs]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (counts[i] > counts[best])
            best = i;
    return signs[best];
}

static bool has_email_column(const Row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        const char *end = memchr(row->cells[i].text, '\0',
                                 row->cells[i].length + 1);
        bool is_whole = end == row->cells[i].text + row->cells[i].length;
        if (is_whole && columns_is_email(row->cells[i].text))
            return true;
    }
    return false;
}

static bool take_header(CsvReader *csv, Row *row, const char *path,
                        Findings *findings, GError **error)
{
    g_autoptr(GPtrArray) owned = g_ptr_array_new_with_free_func(g_free);
    g_autofree char **names = g_new0(char *, row->count);
    g_autofree Place *places = g_new0(Place, row->count);
    for (size_t i = 0; row->fault.text == NULL && i < row->count; i++) {
        Cell *cell = &row->cells[i];
        places[i] = (Place){path, cell->line, cell->column};
        const char *name = cell_clean(cell, path, owned, &row->fault);
        names[i] = g_strdup(name ? name : "");
        g_ptr_array_add(owned, names[i]);
    }
    if (row->fault.text != NULL) {
        Place place = {path, row->fault.line, row->fault.column};
        error_set_at(error, ERROR_INPUT, place, "%s", row->fault.text);
        return false;
    }
    csv->reader.columns = columns_new(path, names, row->count, places,
                                      findings);
    return true;
}

static void take_plain_lines(CsvReader *csv, const char *path)
{
    char email[] = "email";
    char name[] = "name";
    char *const names[] = {email, name};
    csv->reader.columns = columns_new(path, names, 2, NULL, NULL);
    csv->reader.delimiter = '\0';
    csv_scan_set_delimiter(csv->scan, '\0');
}

static bool refuse_header(const char *path, int line, const char *first,
                          GError **error)
{
    Place place = {path, line, 1};
    if (strchr(first, '@') != NULL)
        error_set_at(error, ERROR_INPUT, place,
                     "no header row; several columns need one that names "
                     "them, such as `email,name`");
    else
        error_set_at(error, ERROR_INPUT, place,
                     "no column is called `email` in the header row `%.60s`",
                     first);
    return false;
}

typedef enum { HEADER_FOUND, HEADER_NOT_YET, HEADER_FAILED } HeaderResult;

/* Looks at one row that may be the header row. */
static HeaderResult try_header(CsvReader *csv, const char *path,
                               const char *line, Findings *findings,
                               GError **error)
{
    Row row = {0};
    csv->reader.delimiter = sniff(line);
    csv_scan_set_delimiter(csv->scan, csv->reader.delimiter);
    HeaderResult result = HEADER_NOT_YET;
    if (!csv_scan_row(csv->scan, &row, error)) {
        result = HEADER_FAILED;
    } else if (has_email_column(&row)) {
        result = take_header(csv, &row, path, findings, error) ? HEADER_FOUND
                                                               : HEADER_FAILED;
    }
    fault_clear(&row.fault);
    return result;
}

/* No header row in sight. A first line with one cell and an `@` in it is
 * then an address with a fault, and the rest are addresses too. */
static bool do_without_header(CsvReader *csv, const char *path, CsvMark start,
                              const char *first, GError **error)
{
    if (first != NULL &&
        (strchr(first, '@') == NULL || strpbrk(first, ",;\t") != NULL))
        return refuse_header(path, start.line, first, error);
    take_plain_lines(csv, path); /* an empty file is an empty list */
    return csv_scan_go_to(csv->scan, start, error);
}

static bool find_header(CsvReader *csv, const char *path, Findings *findings,
                        GError **error)
{
    g_autofree char *first = NULL;
    CsvMark start = csv_scan_mark(csv->scan);
    GError *problem = NULL;
    for (int rows = 0; rows <= CSV_PREAMBLE_MAX; rows++) {
        if (!csv_scan_skip(csv->scan, &problem))
            break;
        g_autofree char *line = csv_scan_peek_line(csv->scan, HEADER_BYTES_MAX,
                                                   error);
        if (line == NULL)
            return false;
        if (rows == 0 && is_address_line(line)) {
            take_plain_lines(csv, path);
            return true;
        }
        if (first == NULL) {
            start = csv_scan_mark(csv->scan);
            first = g_strdup(line);
        }
        csv->reader.header = csv_scan_mark(csv->scan).offset;
        HeaderResult result = try_header(csv, path, line, findings, error);
        if (result != HEADER_NOT_YET)
            return result == HEADER_FOUND;
    }
    if (problem == NULL)
        return do_without_header(csv, path, start, first, error);
    g_propagate_error(error, problem);
    return false;
}

static Reader *open_csv(const char *path, Columns *known, Findings *findings,
                        GError **error)
{
    (void)known; /* the header row is at hand */
    CsvReader *csv = g_new0(CsvReader, 1);
    csv->scan = csv_scan_open(path, error);
    if (csv->scan != NULL && find_header(csv, path, findings, error)) {
        csv->reader.body = csv_scan_mark(csv->scan).offset;
        return &csv->reader;
    }
    columns_unref(csv->reader.columns);
    close_csv(&csv->reader);
    return NULL;
}

/* --- rows --- */

static bool is_empty_row(const Row *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (!cell_is_empty(&row->cells[i]))
            return false;
    return true;
}

/* Cells beyond the last column do no harm while nothing is in them. */
static void check_width(Row *row, size_t wanted)
{
    for (size_t i = wanted; i < row->count; i++) {
        if (!cell_is_empty(&row->cells[i])) {
            fault_set(
                &row->fault, row->cells[i].line, row->cells[i].column,
                "the header row has %zu cells, this one %zu; text with the "
                "column sign in it stands in \"quotes\"",
                wanted, row->count);
            return;
        }
    }
    if (row->count < wanted)
        fault_set(&row->fault, row->line, 1,
                  "the header row has %zu cells, this one %zu", wanted,
                  row->count);
    row->count = wanted;
}

static ReadResult next_csv(Reader *base, Row *row, GError **error)
{
    CsvReader *csv = (CsvReader *)base;
    GError *problem = NULL;
    while (csv_scan_skip(csv->scan, &problem)) {
        row->start = csv_scan_mark(csv->scan).offset;
        if (!csv_scan_row(csv->scan, row, &problem))
            break;
        row->end = csv_scan_mark(csv->scan).offset;
        if (row->fault.text == NULL && is_empty_row(row))
            continue;
        if (base->delimiter == '\0' && row->count == 1) {
            split_line(&row->cells[0], csv->parts);
            row->cells = csv->parts;
            row->count = 2;
        }
        if (row->fault.text == NULL)
            check_width(row, columns_count(base->columns));
        return READ_ROW;
    }
    if (problem == NULL)
        return READ_END;
    g_propagate_error(error, problem);
    return READ_FAILED;
}

const ReaderType list_csv = {
    .open = open_csv,
    .next = next_csv,
    .close = close_csv,
};
