/*
 * roll_private.h - what the files of a roll share.
 *
 *     roll.c       rows, their order, their changes
 *     roll_write.c the bytes of them all, and the file
 *     roll_csv.c   CSV: where rows stand, how one is written
 *     roll_yaml.c  YAML: likewise
 */
#ifndef LIST_ROLL_PRIVATE_H
#define LIST_ROLL_PRIVATE_H

#include "base/replace.h"
#include "list/columns.h"
#include "list/reader.h"
#include "list/roll.h"

typedef struct RollCell {
    const char *text;
    const char *source; /* as YAML writes it; NULL: made from the text */
} RollCell;

typedef struct RollRow {
    size_t lead; /* bytes of the file: comments from here */
    size_t start;
    size_t end;
    size_t first; /* of its cells */
    guint count;  /* of its cells; 0: it cannot be read */
    int line;
    const char *key;   /* NULL: no right address */
    const char *fault; /* NULL: none */
    int fault_line;
    int fault_column;
    size_t twin; /* the next row with this key */
    bool is_new; /* or changed: the bytes no longer count */
    bool is_removed;
} RollRow;

typedef struct RollFormat {
    /* Fills the rows, and head, tail, indent, delimiter. */
    bool (*read)(Roll *roll, Reader *reader, GError **error);
    void (*put_head)(const Roll *roll, GString *out);
    void (*put_row)(const Roll *roll, const RollRow *row, GString *out);
} RollFormat;

struct Roll {
    const RollFormat *format;
    char *path;
    Replace *replace; /* NULL: read only */
    char *bytes;      /* of the file, a NUL behind them */
    size_t length;
    size_t head; /* bytes before the first row and what belongs to it */
    size_t tail; /* where the last row ends */
    Columns *columns;
    GPtrArray *names;     /* of all columns, NULL-terminated */
    int email;            /* its column */
    GArray *rows;         /* of RollRow */
    GArray *cells;        /* of RollCell */
    GStringChunk *texts;  /* whatever rows and cells point to */
    GHashTable *by_key;   /* key -> its first row + 1 */
    const char *line_end; /* of new rows */
    size_t header;        /* bytes of a CSV before its header row */
    char delimiter;       /* of CSV; '\0': an address a line */
    int indent;           /* of YAML's items */
    bool has_stray;       /* a row without a right address */
    bool is_anew;         /* every row is written from its cells */
    bool is_sorted;       /* by request, or as it was */
};

static inline RollRow *roll_row(const Roll *roll, size_t row)
{
    g_assert(row < roll->rows->len);
    return &g_array_index(roll->rows, RollRow, row);
}

/* By their addresses, for g_qsort_with_data(): numbers of rows, and the roll.
 */
int roll_compare_rows(const void *left, const void *right, void *roll);

/* False, with its place, when there is a row that cannot be read. */
bool roll_check_rows(const Roll *roll, GError **error);

/* A row that was read; its cells follow. Both stay until the next one. NULL:
 * the cell is not text, and so the row cannot be read. */
RollRow *roll_take_row(Roll *roll, const Row *read);
RollCell *roll_take_cell(Roll *roll, Cell *cell);

/* The comment lines of these bytes, each with LF. */
void roll_put_comments(const Roll *roll, size_t start, size_t end,
                       GString *out);

extern const RollFormat roll_csv;
extern const RollFormat roll_yaml;

#endif
