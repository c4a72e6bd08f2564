/*
 * value.h - YAML as a tree of texts with places.
 *
 *     bytes ──value_parse()──> Value ──> config, front matter
 *     file  ──value_reader──> Value, one list item at a time
 *
 * A Value is a text, a list or a map. Texts stay texts: `no`, `1e3`, `0123`
 * mean what the reader of a key makes of them, so nothing is lost on the
 * way. Aliases are resolved by sharing, within a budget. The YAML library is
 * used in value_yaml.c only.
 *
 * Limits, each an error with its place: depth VALUE_DEPTH_MAX, one text
 * VALUE_TEXT_MAX bytes, VALUE_COUNT_MAX values in one tree.
 * A tree is immutable once parsed and may then be read from any thread.
 */
#ifndef BASE_VALUE_H
#define BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/finding.h"

#define VALUE_DEPTH_MAX 32
#define VALUE_TEXT_MAX 4194304
#define VALUE_COUNT_MAX 100000

typedef enum { VALUE_TEXT, VALUE_LIST, VALUE_MAP } ValueKind;

typedef struct Value Value;

typedef struct ValueEntry {
    char *key;
    Place key_place;
    Value *value;
} ValueEntry;

struct Value {
    ValueKind kind;
    Place place;      /* file is owned by the tree's root */
    bool plain;       /* VALUE_TEXT: written without quotes */
    char *text;       /* VALUE_TEXT: UTF-8, never NULL */
    GPtrArray *items; /* VALUE_LIST: of Value */
    GArray *entries;  /* VALUE_MAP: of ValueEntry, in order */
    int references;   /* private */
    char *owned_file; /* private */
};

/* Parses one YAML document. `first_line` is the number of its first line in
 * `file`. An empty document is an empty map. A key that occurs twice is
 * added to `duplicates` (may be NULL) as a warning; the last one wins.
 * Errors are ERROR_INPUT. */
Value *value_parse(const char *bytes, size_t length, const char *file,
                   int first_line, Findings *duplicates, GError **error);
void value_free(Value *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Value, value_free)

/* The value of a key, NULL when there is none or `map` is no map. */
const Value *value_get(const Value *map, const char *key);

/* Nothing was written, or `null` or `~` without quotes, or an empty text,
 * list or map. NULL is empty. */
bool value_is_empty(const Value *value);

/* The text of a VALUE_TEXT; else an ERROR_INPUT that names `what`. */
const char *value_text(const Value *value, const char *what, GError **error);

/* true, yes, on, 1 / false, no, off, 0 in any case; else ERROR_INPUT. */
bool value_bool(const Value *value, const char *what, bool *result,
                GError **error);

/* Reads a file that is one long YAML list, an item at a time, in memory that
 * does not grow with the file. value_reader_next() gives NULL at the end and
 * on failure; then look at the error. */
typedef struct ValueReader ValueReader;

ValueReader *value_reader_open(const char *path, GError **error);
Value *value_reader_next(ValueReader *reader, GError **error);
void value_reader_close(ValueReader *reader);

#endif
