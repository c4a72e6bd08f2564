/* confirm.c - see confirm.h. */
#include "cli/confirm.h"

#include <stdio.h>
#include <unistd.h>

bool confirm(const char *question, const char *nothing_done, GError **error)
{
    if (isatty(STDIN_FILENO) != 1) {
        error_set(error, ERROR_USAGE,
                  "%s: there is no terminal to ask on; use --yes in scripts",
                  nothing_done);
        return false;
    }
    fprintf(stderr, "%s [y/N] ", question);
    char answer[16] = "";
    if (fgets(answer, sizeof answer, stdin) != NULL &&
        (g_ascii_strcasecmp(answer, "y\n") == 0 ||
         g_ascii_strcasecmp(answer, "yes\n") == 0))
        return true;
    error_set(error, ERROR_USAGE, "%s", nothing_done);
    return false;
}
