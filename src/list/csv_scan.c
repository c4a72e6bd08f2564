/* csv_scan.c - see csv_scan.h. */
#include "list/csv_scan.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "list/list.h"

#define CHUNK 65536

struct CsvScan {
    FILE *stream;
    char *path;
    int64_t offset; /* in the file, of bytes[0] */
    size_t at;      /* the next byte */
    size_t end;
    int line; /* of the next byte */
    int column;
    char delimiter;
    bool failed;     /* reading; errno is kept */
    int failure;     /* errno */
    bool is_over;    /* this row is longer than a row may be */
    bool stops[256]; /* bytes at which an unquoted run ends */
    GString *text;   /* the row's cells, a NUL behind each */
    GArray *cells;   /* of Cell */
    GArray *starts;  /* of size_t: each cell's beginning in `text` */
    char bytes[2 * CHUNK];
};

/* --- bytes --- */

/* Makes sure that at least CHUNK bytes, or all that is left, stand in the
 * buffer. False when there is none. */
static bool fill(CsvScan *scan)
{
    if (scan->end - scan->at >= CHUNK || scan->failed)
        return scan->at < scan->end;
    memmove(scan->bytes, scan->bytes + scan->at, scan->end - scan->at);
    scan->offset += (int64_t)scan->at;
    scan->end -= scan->at;
    scan->at = 0;
    errno = 0;
    scan->end += fread(scan->bytes + scan->end, 1,
                       sizeof scan->bytes - scan->end, scan->stream);
    if (ferror(scan->stream) != 0) {
        scan->failed = true;
        scan->failure = errno;
    }
    return scan->at < scan->end;
}

static inline bool has_byte(CsvScan *scan)
{
    return scan->at < scan->end || fill(scan);
}

static bool check_reading(const CsvScan *scan, GError **error)
{
    if (!scan->failed)
        return true;
    error_set(error, ERROR_SYSTEM, "%s: %s", scan->path,
              g_strerror(scan->failure));
    return false;
}

static inline bool is_line_end(char byte)
{
    return byte == '\n' || byte == '\r';
}

static void count_up(int *number, size_t by)
{
    *number = by > (size_t)(INT_MAX - *number) ? INT_MAX : *number + (int)by;
}

/* Over LF, CR or CRLF. */
static void pass_line_end(CsvScan *scan)
{
    bool is_return = scan->bytes[scan->at++] == '\r';
    if (is_return && has_byte(scan) && scan->bytes[scan->at] == '\n')
        scan->at++;
    count_up(&scan->line, 1);
    scan->column = 1;
}

/* Over `length` bytes of one line; a column is a character. */
static void pass_run(CsvScan *scan, size_t length)
{
    size_t characters = 0;
    for (size_t i = 0; i < length; i++)
        characters += ((unsigned char)scan->bytes[scan->at + i] & 0xc0) != 0x80;
    scan->at += length;
    count_up(&scan->column, characters);
}

static void keep(CsvScan *scan, const char *bytes, size_t length)
{
    if (scan->is_over || scan->text->len + length > LIST_ROW_MAX)
        scan->is_over = true;
    else
        g_string_append_len(scan->text, bytes, (gssize)length);
}

static void skip_blanks(CsvScan *scan)
{
    while (has_byte(scan) && scan->delimiter != scan->bytes[scan->at] &&
           (scan->bytes[scan->at] == ' ' || scan->bytes[scan->at] == '\t'))
        pass_run(scan, 1);
}

static void skip_line(CsvScan *scan)
{
    while (has_byte(scan)) {
        if (is_line_end(scan->bytes[scan->at])) {
            pass_line_end(scan);
            return;
        }
        scan->at++;
    }
}

/* --- opening and moving --- */

static bool refuse_format(const CsvScan *scan, GError **error)
{
    static const struct {
        const char *start;
        size_t length;
        const char *what;
    } formats[] = {
        {"\xff\xfe", 2,
         "in UTF-16; convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW"},
        {"\xfe\xff", 2,
         "in UTF-16; convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW"},
        {"PK\x03\x04", 4,
         "a spreadsheet or an archive; save it as CSV in UTF-8, or unzip it "
         "first"},
        {"\xd0\xcf\x11\xe0", 4, "an old spreadsheet; save it as CSV in UTF-8"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (scan->end >= formats[i].length &&
            memcmp(scan->bytes, formats[i].start, formats[i].length) == 0) {
            error_set(error, ERROR_INPUT, "%s: %s", scan->path,
                      formats[i].what);
            return false;
        }
    }
    return true;
}

CsvScan *csv_scan_open(const char *path, GError **error)
{
    FILE *stream = fopen(path, "rbe");
    if (stream == NULL) {
        int number = errno;
        error_set(error, error_code_of_open(number), "%s: %s", path,
                  g_strerror(number));
        return NULL;
    }
    setvbuf(stream, NULL, _IONBF, 0);
    g_autoptr(CsvScan) scan = g_new0(CsvScan, 1);
    scan->stream = stream;
    scan->path = g_strdup(path);
    scan->line = scan->column = 1;
    scan->text = g_string_new(NULL);
    scan->cells = g_array_new(FALSE, TRUE, sizeof(Cell));
    scan->starts = g_array_new(FALSE, FALSE, sizeof(size_t));
    csv_scan_set_delimiter(scan, ',');
    fill(scan);
    if (!check_reading(scan, error) || !refuse_format(scan, error))
        return NULL;
    if (scan->end >= 3 && memcmp(scan->bytes, "\xef\xbb\xbf", 3) == 0)
        scan->at = 3;
    return g_steal_pointer(&scan);
}

void csv_scan_close(CsvScan *scan)
{
    if (scan == NULL)
        return;
    fclose(scan->stream);
    g_free(scan->path);
    g_string_free(scan->text, TRUE);
    g_array_unref(scan->cells);
    g_array_unref(scan->starts);
    g_free(scan);
}

void csv_scan_set_delimiter(CsvScan *scan, char delimiter)
{
    scan->delimiter = delimiter;
    memset(scan->stops, 0, sizeof scan->stops);
    scan->stops['\n'] = scan->stops['\r'] = true;
    if (delimiter != '\0')
        scan->stops[(unsigned char)delimiter] = true;
}

bool csv_scan_skip(CsvScan *scan, GError **error)
{
    while (has_byte(scan)) {
        char byte = scan->bytes[scan->at];
        if (is_line_end(byte))
            pass_line_end(scan);
        else if (byte == '#')
            skip_line(scan);
        else
            return true;
    }
    check_reading(scan, error);
    return false;
}

CsvMark csv_scan_mark(const CsvScan *scan)
{
    return (CsvMark){scan->offset + (int64_t)scan->at, scan->line};
}

bool csv_scan_go_to(CsvScan *scan, CsvMark mark, GError **error)
{
    scan->line = mark.line;
    scan->column = 1;
    int64_t ahead = mark.offset - scan->offset;
    if (ahead >= 0 && ahead <= (int64_t)scan->end) {
        scan->at = (size_t)ahead;
        return true;
    }
    if (fseeko(scan->stream, (off_t)mark.offset, SEEK_SET) != 0) {
        error_set(error, ERROR_SYSTEM, "%s: %s", scan->path, g_strerror(errno));
        return false;
    }
    scan->offset = mark.offset;
    scan->at = scan->end = 0;
    return true;
}

char *csv_scan_peek_line(CsvScan *scan, size_t most, GError **error)
{
    fill(scan);
    if (!check_reading(scan, error))
        return NULL;
    size_t length = 0;
    size_t left = MIN(scan->end - scan->at, most);
    while (length < left && !is_line_end(scan->bytes[scan->at + length]))
        length++;
    return g_strndup(scan->bytes + scan->at, length);
}

/* --- rows --- */

/* Up to the next delimiter or line end. */
static void scan_plain(CsvScan *scan)
{
    while (has_byte(scan)) {
        size_t length = 0;
        size_t left = scan->end - scan->at;
        const unsigned char *run = (const unsigned char *)scan->bytes +
                                   scan->at;
        while (length < left && !scan->stops[run[length]])
            length++;
        keep(scan, scan->bytes + scan->at, length);
        pass_run(scan, length);
        if (length < left)
            return;
    }
}

/* From behind the opening quote to behind the closing one; false when there
 * is none. */
static bool scan_quoted(CsvScan *scan)
{
    while (has_byte(scan) && !scan->is_over) {
        char byte = scan->bytes[scan->at];
        if (is_line_end(byte)) {
            pass_line_end(scan);
            keep(scan, "\n", 1);
            continue;
        }
        if (byte != '"') {
            size_t length = 0;
            size_t left = scan->end - scan->at;
            const char *run = scan->bytes + scan->at;
            while (length < left && run[length] != '"' &&
                   !is_line_end(run[length]))
                length++;
            keep(scan, run, length);
            pass_run(scan, length);
            continue;
        }
        pass_run(scan, 1);
        if (!has_byte(scan) || scan->bytes[scan->at] != '"')
            return true;
        pass_run(scan, 1);
        keep(scan, "\"", 1);
    }
    return false;
}

static void end_cell(CsvScan *scan, const Cell *cell, size_t start, Row *row)
{
    if (scan->cells->len == LIST_COLUMNS_MAX) {
        fault_set(&row->fault, cell->line, cell->column,
                  "more than %d cells in this row", LIST_COLUMNS_MAX);
        g_string_truncate(scan->text, start);
        return;
    }
    Cell ended = *cell;
    ended.length = scan->text->len - start;
    g_string_append_c(scan->text, '\0');
    g_array_append_val(scan->cells, ended);
    g_array_append_val(scan->starts, start);
}

/* Behind a closing quote only blanks may stand. What stands there is read as
 * a plain cell, so that the rest of the row keeps its places. */
static void check_behind_quote(CsvScan *scan, Row *row)
{
    skip_blanks(scan);
    if (!has_byte(scan) || scan->stops[(unsigned char)scan->bytes[scan->at]])
        return;
    fault_set(&row->fault, scan->line, scan->column,
              "text behind a closing quote; a quote inside a quoted cell is "
              "written twice");
    scan_plain(scan);
}

/* Back to where the quote was opened, and from there to the line's end. */
static bool leave_open_quote(CsvScan *scan, CsvMark mark, const Cell *cell,
                             Row *row, GError **error)
{
    if (!check_reading(scan, error) || !csv_scan_go_to(scan, mark, error))
        return false;
    if (scan->is_over)
        fault_set(&row->fault, cell->line, cell->column,
                  "this quote is not closed within %d bytes", LIST_ROW_MAX);
    else
        fault_set(&row->fault, cell->line, cell->column,
                  "this quote is never closed");
    while (has_byte(scan) && !is_line_end(scan->bytes[scan->at]))
        scan->at++;
    return true;
}

static bool scan_cell(CsvScan *scan, Row *row, GError **error)
{
    if (scan->delimiter != '\0')
        skip_blanks(scan);
    Cell cell = {.line = scan->line, .column = scan->column};
    size_t start = scan->text->len;
    CsvMark mark = csv_scan_mark(scan);
    bool is_quoted = scan->delimiter != '\0' && has_byte(scan) &&
                     scan->bytes[scan->at] == '"';
    cell.form = is_quoted ? CELL_QUOTED : CELL_PLAIN;
    if (!is_quoted) {
        scan_plain(scan);
    } else {
        pass_run(scan, 1);
        if (scan_quoted(scan)) {
            check_behind_quote(scan, row);
        } else if (!leave_open_quote(scan, mark, &cell, row, error)) {
            return false;
        }
    }
    end_cell(scan, &cell, start, row);
    return check_reading(scan, error);
}

/* The text may have moved while it grew; only now it stays. */
static void give_cells(CsvScan *scan, Row *row)
{
    row->cells = (Cell *)(void *)scan->cells->data;
    row->count = scan->cells->len;
    for (size_t i = 0; i < row->count; i++)
        row->cells[i].text = scan->text->str +
                             g_array_index(scan->starts, size_t, i);
}

bool csv_scan_row(CsvScan *scan, Row *row, GError **error)
{
    fault_clear(&row->fault);
    row->line = scan->line;
    g_string_truncate(scan->text, 0);
    g_array_set_size(scan->cells, 0);
    g_array_set_size(scan->starts, 0);
    scan->is_over = false;
    for (;;) {
        if (!scan_cell(scan, row, error))
            return false;
        if (!has_byte(scan) || is_line_end(scan->bytes[scan->at]))
            break;
        pass_run(scan, 1);
    }
    if (has_byte(scan))
        pass_line_end(scan);
    if (scan->is_over)
        fault_set(&row->fault, row->line, 0, "a row of more than %d bytes",
                  LIST_ROW_MAX);
    give_cells(scan, row);
    return check_reading(scan, error);
}
