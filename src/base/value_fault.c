/* value_fault.c - see value_fault.h. */
#include "base/value_fault.h"

#include <string.h>

#include <glib.h>

typedef struct Hint {
    const char *problem; /* a part of libyaml's words */
    const char *words;
} Hint;

static const Hint hints[] = {
    {"mapping values are not allowed",
     "; a value with `: ` in it stands in \"quotes\""},
    {"cannot start any token", "; a line is indented by blanks and not by a "
                               "tab, and a value that begins with @, ` or % "
                               "stands in \"quotes\""},
    {"did not find expected key",
     "; the keys of one map begin in the same column"},
};

const char *value_fault_hint(const char *problem)
{
    for (size_t i = 0; i < G_N_ELEMENTS(hints); i++)
        if (strstr(problem, hints[i].problem) != NULL)
            return hints[i].words;
    return "";
}

size_t value_fault_length(const char *message)
{
    size_t length = strlen(message);
    for (size_t i = 0; i < G_N_ELEMENTS(hints); i++)
        if (g_str_has_suffix(message, hints[i].words))
            return length - strlen(hints[i].words);
    return length;
}
