/*
 * confirm.h - a question before something that cannot be undone.
 */
#ifndef CLI_CONFIRM_H
#define CLI_CONFIRM_H

#include <stdbool.h>

#include "base/error.h"

/* Asks `question` on standard error, [y/N]. Anything but yes is an
 * ERROR_USAGE that says `nothing_done`; so is an input that is no terminal. */
bool confirm(const char *question, const char *nothing_done, GError **error);

#endif
