/*
 * lists.h - which list files a command is about, and whom.
 */
#ifndef CLI_LISTS_H
#define CLI_LISTS_H

#include "cli/options.h"
#include "config/config.h"
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

/* A person named on the command line: an address, or `Name <address>`. */
bool lists_person(const char *argument, Mailbox *person, GError **error);

#endif
