/*
 * csv_scan.h - bytes to rows of cells, RFC 4180 and what people make of it.
 *
 * Lines end with LF, CRLF or CR. A cell in quotes may hold anything, `""` is
 * a quote in it, and blanks around it do not count. A quote inside a cell
 * that does not begin with one is a character as any other. An UTF-8 byte
 * order mark is skipped.
 *
 * A quote that is not closed, within LIST_ROW_MAX bytes or at all, is a fault
 * of its line only: reading goes back and on with the next one. Each byte is
 * read twice at most, for what was swallowed has quotes in pairs and cannot
 * leave one open again.
 *
 * One row is in memory, at most LIST_ROW_MAX bytes in LIST_COLUMNS_MAX cells.
 *
 * Private to the module.
 */
#ifndef LIST_CSV_SCAN_H
#define LIST_CSV_SCAN_H

#include <stdint.h>

#include "list/reader.h"

typedef struct CsvScan CsvScan;

/* A point in the file, at the start of a line. */
typedef struct CsvMark {
    int64_t offset;
    int line;
} CsvMark;

CsvScan *csv_scan_open(const char *path, GError **error);
void csv_scan_close(CsvScan *scan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvScan, csv_scan_close)

/* The sign between cells; '\0': a line is one cell and has no quotes. */
void csv_scan_set_delimiter(CsvScan *scan, char delimiter);

/* Skips empty lines and comments; false at the end of the file. */
bool csv_scan_skip(CsvScan *scan, GError **error);

CsvMark csv_scan_mark(const CsvScan *scan);
bool csv_scan_go_to(CsvScan *scan, CsvMark mark, GError **error);

/* The rest of the line, or its first `most` bytes, without moving on. */
char *csv_scan_peek_line(CsvScan *scan, size_t most, GError **error);

/* The next row, empty or not, after csv_scan_skip() said that there is one. */
bool csv_scan_row(CsvScan *scan, Row *row, GError **error);

#endif
