/*
 * import.h - people of another system become subscribers, or suppressions.
 *
 *     exports ──import_run()──> lists/news.csv, suppressions.csv
 *                        └──> what became of each row
 *
 * Who left, bounced or complained there is suppressed here, with the reason
 * and the date of the export; who never confirmed is not taken over. Nobody
 * comes back: whoever is suppressed, here or in any of the files given, is
 * not added, whatever another row says. Somebody on the list already keeps
 * all their fields, and gets those they lack. What is on the list stays on it,
 * a suppression outweighs it.
 *
 * Nothing is written before everything is read. The suppressions go first, in
 * one append; then the list is replaced as a whole (roll.h). When that is cut
 * short, the same command again does the rest.
 *
 * Memory: the list, and about 32 bytes a row of the exports.
 */
#ifndef LIST_IMPORT_H
#define LIST_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/finding.h"
#include "list/suppression.h"

typedef enum {
    IMPORT_ADDED,
    IMPORT_FILLED,      /* was on the list, and got fields it lacked */
    IMPORT_KEPT,        /* was on the list, nothing changed */
    IMPORT_DUPLICATE,   /* merged with an earlier row of the exports */
    IMPORT_SUPPRESSED,  /* by this import */
    IMPORT_LEFT,        /* before, or by another row; not added */
    IMPORT_UNCONFIRMED, /* no subscriber there; not added */
    IMPORT_SKIPPED,     /* a subscriber there, where only others are wanted */
    IMPORT_REFUSED,     /* not to be read, or no address */
    IMPORT_FATE_COUNT,
} ImportFate;

/* "added" */
const char *import_fate_name(ImportFate fate);

/* Valid during the visit. */
typedef struct ImportOutcome {
    ImportFate fate;
    Place place;
    const char *address; /* NULL: the row has none */
    const char *why;     /* in words; NULL */
} ImportOutcome;

typedef void (*ImportVisit)(void *data, const ImportOutcome *outcome);

typedef struct ImportOptions {
    const char *const *paths; /* files, and folders of mlmmj */
    const char *from;         /* a system's id; NULL: told from the content */
    const char *into;         /* a list, made when there is none; NULL: only
                                 suppressions are taken, and whoever the
                                 export does not say anything of is one */
    const char *reason;       /* of these; without `into` never NULL */
    Suppressions *suppressions;
    bool dry_run; /* writes nothing */
    Findings *findings;
    ImportVisit visit; /* of every row, in order; NULL */
    void *data;
} ImportOptions;

typedef struct ImportCounts {
    int64_t rows;
    int64_t fates[IMPORT_FATE_COUNT];
} ImportCounts;

/* Errors as list_open() and roll_open(); ERROR_USAGE for `from`. What is odd
 * in a file goes to `findings`, with a note that says what the file is. */
bool import_run(const ImportOptions *options, ImportCounts *counts,
                GError **error);

#endif
