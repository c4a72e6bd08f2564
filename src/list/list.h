/*
 * list.h - to whom: subscribers from CSV and YAML files, one at a time.
 *
 *     lists/news.csv ──list_open()──> List ──list_next()──> Subscriber
 *
 * Several files read as one list. Each address is given once, however often
 * and in whichever spelling it is listed (Address.key); the first row wins.
 * Rows whose status says that the person left are skipped and counted, and
 * so is every other row of that person, wherever in the files it stands. A
 * bad row becomes an error finding with its place and reading goes on, so
 * that one run shows them all.
 *
 * Files that can say of somebody that they left, or of an address that it is a
 * list's, are read once more, at list_open(). All must be plain files.
 *
 * Memory: about 24 bytes an address for telling duplicates, and one row. A
 * row is at most LIST_ROW_MAX bytes.
 *
 * A List belongs to one thread at a time.
 */
#ifndef LIST_LIST_H
#define LIST_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/finding.h"
#include "list/suppression.h"
#include "mail/address.h"

#define LIST_ROW_MAX 1048576 /* bytes */
#define LIST_COLUMNS_MAX 1000
#define LIST_VALUE_MAX 1000 /* characters, of a value that is merged */

typedef struct Subscriber Subscriber;

/* The recipient and where it stands. Borrowed from the list until the next
 * list_next(), or owned after subscriber_copy(). */
const Address *subscriber_address(const Subscriber *subscriber);
const char *subscriber_file(const Subscriber *subscriber);
int subscriber_line(const Subscriber *subscriber);

/* The value of a column, trimmed, NFC, "" when empty; NULL when the file has
 * no such column. Names are compared as written in the header row, then
 * without regard to case, then without blanks and signs, so that `first_name`
 * finds `First Name`. "email" is the address. "name" is the column of names,
 * or made from first and last name where there is none or nothing in it. */
const char *subscriber_field(const Subscriber *subscriber, const char *name);

/* Whether the address is a list's and not a person's: a column `type` or
 * `kind` of any of its rows says `list`. What goes to all of them must hold
 * nothing that lets one of them act for the others, such as a link to leave. */
bool subscriber_is_list(const Subscriber *subscriber);

Subscriber *subscriber_copy(const Subscriber *subscriber);
void subscriber_free(Subscriber *subscriber);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Subscriber, subscriber_free)

typedef struct ListOptions {
    const char *const *paths;     /* NULL-terminated; may be NULL */
    const char *const *addresses; /* --to: recipients without a file; NULL */
    const char *const *only;      /* conditions, all must hold; NULL */
    const char *const *except;    /* conditions, none may hold; NULL */
    int64_t limit;                /* 0: all */
    const char *redirect;         /* everybody's copy goes to this address, the
                                     fields stay their own; NULL */
    /* The fields that the letter uses. A value that may not be merged is an
     * error in these, and in the columns that decide about the recipient;
     * in all others it reads as "". NULL: every column counts. */
    const char *const *used;
    Suppressions *suppressions; /* nobody in here is given; NULL */
} ListOptions;

#define LIST_REASONS_MAX 8 /* the last one is "other" when there are more */

typedef struct ListReason {
    char reason[SUPPRESSION_REASON_MAX + 1]; /* "": no more of them */
    int64_t count;
} ListReason;

typedef struct ListCounts {
    int64_t rows;  /* data rows read */
    int64_t given; /* subscribers handed out */
    int64_t duplicates;
    int64_t left;       /* status says: do not send */
    int64_t suppressed; /* of all that the file of suppressions names */
    ListReason reasons[LIST_REASONS_MAX]; /* of them */
    int64_t filtered;                     /* --only, --except */
    int64_t invalid;
    int64_t unsupported; /* needs SMTPUTF8 */
} ListCounts;

typedef struct List List;

/* Opens every file and reads its header row. Errors: ERROR_MISSING,
 * ERROR_PERMISSION, ERROR_INPUT (no address column, not text), ERROR_USAGE
 * (an address that is none, --only that cannot be read). The options and
 * `findings` (may be NULL) are borrowed until list_close(). */
List *list_open(const ListOptions *options, Findings *findings, GError **error);
void list_close(List *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(List, list_close)

/* The next subscriber, NULL at the end or on an error that ends reading. */
const Subscriber *list_next(List *list, GError **error);

/* From the first row again; findings are then no longer added. */
bool list_rewind(List *list, GError **error);

/* From here on, whoever becomes suppressed by a new line of the file is given
 * like everybody else: the caller counts on them, asks the suppressions itself
 * and says what became of them. */
void list_give_newly_suppressed(List *list);

const ListCounts *list_counts(const List *list);

/* The names of all columns, NULL-terminated, for "did you mean". */
const char *const *list_columns(const List *list);

#endif
