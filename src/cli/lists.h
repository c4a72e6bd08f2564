/*
 * lists.h - which list files a command is about, and whom.
 */
#ifndef CLI_LISTS_H
#define CLI_LISTS_H

#include "cli/options.h"
#include "config/config.h"
#include "list/list.h"
#include "mail/address.h"

/* --list, else `lists` of the configuration; NULL-terminated, borrowed. NULL
 * with ERROR_USAGE when neither names one. */
const char *const *lists_paths(const Options *options, const Config *config,
                               GError **error);
/* The same when there must be one only. */
const char *lists_one(const Options *options, const Config *config,
                      GError **error);

/* The arguments, else `lists` of the configuration. */
const char *const *lists_named(const Options *options, const Config *config,
                               GError **error);

/* The lists that are named, read as a send reads them. */
typedef struct ListsReading {
    Config *config;
    const char *const *paths; /* the configuration's, or the arguments */
    Suppressions *suppressions;
    List *list;
} ListsReading;

/* `findings` may be NULL. To be cleared whatever it returns. */
bool lists_read(const Options *options, Findings *findings,
                ListsReading *reading, GError **error);
void lists_reading_clear(ListsReading *reading);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ListsReading, lists_reading_clear)

/* A person named on the command line: an address, or `Name <address>`. */
bool lists_person(const char *argument, Mailbox *person, GError **error);

#endif
