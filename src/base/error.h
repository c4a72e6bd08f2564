/*
 * error.h - what went wrong, where, and the exit status that says so.
 *
 * Every error of the program is a GError of one domain whose code is the
 * exit status of sysexits.h. Its message is one line without a capital and
 * without a full stop, the place first:
 *
 *     lists/news.csv:12:3: two addresses in one cell
 *
 * Whoever knows most writes the line; callers pass it on unchanged. Text
 * from outside may be formatted in freely: control characters and broken
 * UTF-8 are escaped here, so a message never spans lines and never drives a
 * terminal.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <glib.h>

typedef enum {
    ERROR_USAGE = 64,      /* the command line */
    ERROR_INPUT = 65,      /* the post, the list, the template */
    ERROR_MISSING = 66,    /* a file that is not there */
    ERROR_REJECTED = 69,   /* the relay cannot be used or said no */
    ERROR_SYSTEM = 71,     /* the machine: disk, memory, threads */
    ERROR_RETRY = 75,      /* not now; the same command may work later */
    ERROR_PERMISSION = 77, /* login refused, file not readable */
    ERROR_CONFIG = 78,     /* mirmail.yaml */
} ErrorCode;

/* Line and column count from 1; 0 means unknown and is not printed. The
 * column counts characters, not bytes. `file` is borrowed. */
typedef struct Place {
    const char *file;
    int line;
    int column;
} Place;

/* Moves it over these bytes, from where they begin to where they end. */
void place_pass(Place *place, const char *bytes, size_t length);

#define MIRMAIL_ERROR error_quark()
GQuark error_quark(void);

void error_set(GError **error, ErrorCode code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void error_set_at(GError **error, ErrorCode code, Place place,
                  const char *format, ...) G_GNUC_PRINTF(4, 5);

/* Of a file that could not be opened for reading, by its errno. */
ErrorCode error_code_of_open(int number);

/* What to do about `file`, which is no UTF-8; to be appended to an error. */
char *error_advise_utf8(const char *file);

/* The exit status for an error; errors of other domains are ERROR_SYSTEM. */
int error_exit_status(const GError *error);

/* `text` as one printable line: controls, bidi overrides and bytes that are
 * not UTF-8 become \xNN or \u{NNNN}. For everything that is shown and came
 * from outside. */
char *error_printable(const char *text);

#endif
