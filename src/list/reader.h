/*
 * reader.h - rows out of a list file, whatever its format.
 *
 *     file ──reader_open()──> Reader ──reader_next()──> Row ──> subscriber.c
 *
 * A reader takes a file apart and judges nothing: it says which columns there
 * are, and gives one row after another with the place of every cell. What a
 * cell means is decided by columns.h and subscriber.h. A format is one
 * ReaderType; the name of the file chooses it.
 *
 * A row that cannot be taken apart is given with a fault, and reading goes
 * on behind it. An error ends reading.
 *
 * Private to the module.
 */
#ifndef LIST_READER_H
#define LIST_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/finding.h"
#include "list/columns.h"

/* What is wrong with a row, and where. `text` is owned; NULL is no fault. */
typedef struct Fault {
    int line;
    int column;
    char *text;
} Fault;

/* Only the first fault of a row is kept: later ones mostly follow from it. */
void fault_set(Fault *fault, int line, int column, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
void fault_clear(Fault *fault);

/* How a cell's text stands in the file, which says where its bytes are. */
typedef enum {
    CELL_PLAIN,
    CELL_QUOTED,    /* one quote before it, those in it twice */
    CELL_REWRITTEN, /* only its beginning is known */
} CellForm;

/* The text ends with a NUL that `length` does not count, may hold others, and
 * may be changed in place. NULL: the row has no such cell. */
typedef struct Cell {
    char *text;
    size_t length;
    int line;
    int column;
    CellForm form;
} Cell;

/* As many cells as the reader has columns, unless there is a fault. Valid
 * until the next one is read. */
typedef struct Row {
    int line;
    int64_t start; /* where it stands in the file, in CSV: bytes from the */
    int64_t end;   /* beginning, the line end included; in YAML 0 */
    Cell *cells;
    size_t count;
    Fault fault;
} Row;

typedef enum { READ_ROW, READ_END, READ_FAILED } ReadResult;

typedef struct Reader Reader;

typedef struct ReaderType {
    Reader *(*open)(const char *path, Columns *known, Findings *findings,
                    GError **error);
    ReadResult (*next)(Reader *reader, Row *row, GError **error);
    void (*close)(Reader *reader);
} ReaderType;

/* The first member of every format's own struct. */
struct Reader {
    const ReaderType *type;
    Columns *columns; /* owned reference */
    int64_t header;   /* in CSV: the bytes before the header row */
    int64_t body;     /* in CSV: the bytes before the rows */
    char delimiter;   /* in CSV; '\0': no header row, an address a line */
};

/* Opens a regular file and learns its columns. What is odd in the header row
 * goes to `findings` (may be NULL). `known` are the columns that an earlier
 * reader of this file had, or NULL: they save a format without a header row
 * the search for them. Errors as list_open(). */
Reader *reader_open(const char *path, Columns *known, Findings *findings,
                    GError **error);
void reader_close(Reader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reader, reader_close)

/* Whether a file of this name is YAML; every other one is CSV. */
bool reader_is_yaml(const char *path);

ReadResult reader_next(Reader *reader, Row *row, GError **error);

#endif
