/* list_sympa.c - see list_sympa.h. */
#include "list/list_sympa.h"

#include <string.h>

#include "list/csv_scan.h"
#include "list/record.h"

#define BLOCK_LINES_MAX 60

typedef struct SympaReader {
    Reader reader;
    CsvScan *scan; /* a line is one cell */
    Record *record;
    Row line;
} SympaReader;

static void close_sympa(Reader *base)
{
    SympaReader *sympa = (SympaReader *)base;
    csv_scan_close(sympa->scan);
    record_free(sympa->record);
    fault_clear(&sympa->line.fault);
    g_free(sympa);
}

static Reader *open_sympa(const char *path, Columns *known, Findings *findings,
                          GError **error)
{
    (void)known;
    (void)findings;
    CsvScan *scan = csv_scan_open(path, error);
    if (scan == NULL)
        return NULL;
    csv_scan_set_delimiter(scan, '\0');
    SympaReader *sympa = g_new0(SympaReader, 1);
    sympa->scan = scan;
    sympa->record = record_new(path);
    return &sympa->reader;
}

static bool read_line(SympaReader *sympa, Row *row, GError **error)
{
    Row *line = &sympa->line;
    if (!csv_scan_row(sympa->scan, line, error))
        return false;
    if (line->fault.text != NULL) {
        fault_set(&row->fault, line->fault.line, line->fault.column, "%s",
                  line->fault.text);
        return true;
    }
    char *key = line->cells[0].text;
    char *value = key + strcspn(key, " \t");
    record_place(sympa->record, line->line, (int)(value - key) + 2);
    if (*value != '\0')
        *value++ = '\0';
    record_add(sympa->record, key, value);
    return true;
}

/* Whether another line of this block follows. */
static bool goes_on(SympaReader *sympa, bool *on, GError **error)
{
    g_autofree char *ahead = csv_scan_peek_line(sympa->scan, 1, error);
    *on = ahead != NULL && *ahead != '\0';
    return ahead != NULL;
}

static ReadResult next_sympa(Reader *base, Row *row, GError **error)
{
    SympaReader *sympa = (SympaReader *)base;
    GError *problem = NULL;
    bool on = csv_scan_skip(sympa->scan, &problem);
    if (problem != NULL) {
        g_propagate_error(error, problem);
        return READ_FAILED;
    }
    if (!on)
        return READ_END;
    record_start(sympa->record, csv_scan_mark(sympa->scan).line, 1);
    while (on)
        if (!read_line(sympa, row, error) || !goes_on(sympa, &on, error))
            return READ_FAILED;
    record_give(sympa->record, base, row);
    return READ_ROW;
}

static bool is_key_value(const char *line)
{
    size_t length = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
    return length > 0 && line[length] == ' ';
}

bool list_sympa_is(const char *text)
{
    g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", BLOCK_LINES_MAX);
    bool has_address = false;
    size_t count = 0;
    for (char **line = lines; *line != NULL && line[1] != NULL; line++) {
        if (**line == '#' || (**line == '\0' && count == 0))
            continue;
        if (**line == '\0' && lines[0] != NULL && count > 1)
            break;
        if (**line != '\0' && !is_key_value(*line))
            return false;
        count += **line != '\0';
        has_address |= g_str_has_prefix(*line, "email ") &&
                       strchr(*line, '@') != NULL;
    }
    return has_address;
}

const ReaderType list_sympa = {
    .open = open_sympa,
    .next = next_sympa,
    .close = close_sympa,
};
