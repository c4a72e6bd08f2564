/*
 * suppression_file.h - the file behind suppression.h, and what is kept of it
 * in memory.
 *
 * All of it with the mutex held. Private to the module.
 */
#ifndef LIST_SUPPRESSION_FILE_H
#define LIST_SUPPRESSION_FILE_H

#include <pthread.h>

#include <glib.h>

#include "base/stamp.h"
#include "list/suppression.h"

#define SUPPRESSION_END_BYTES 64 /* about a line */

struct Suppressions {
    char *path;
    const Clock *clock;
    RandomFill fill_random;
    pthread_mutex_t mutex; /* what follows */
    GHashTable *people;    /* who -> Suppression: the last line about them */
    int64_t active;        /* of them, those who are suppressed */
    GPtrArray *salts;      /* of text; the first one is that of new hashes */
    Stamp seen;            /* the file when it was last read */
    off_t read_to;         /* behind the last whole line */
    char end[SUPPRESSION_END_BYTES]; /* what stands before it */
    size_t end_length;
    int line; /* whole lines read */
};

bool suppression_is_allowed(const Suppression *suppression);

/* Reads what others appended; all, when the file is another one. */
bool suppression_file_refresh(Suppressions *suppressions, GError **error);

/* Appends whole lines under the file's lock; durable when it returns true.
 * Makes the file and its salt when there are none. */
bool suppression_file_append(Suppressions *suppressions, const char *records,
                             GError **error);

/* Writes the file anew, with `hash` wherever the address with this key
 * stands; comments with it in them go. */
bool suppression_file_rename(Suppressions *suppressions, const char *key,
                             const char *hash, int *lines, GError **error);

#endif
