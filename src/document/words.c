/* words.c - see words.h. */
#include "document/words.h"

#include <string.h>

#include <glib.h>

const DocumentWords document_words_english = {
    .links = "Links",
    .notes = "Notes",
    .note = "note",
    .image = "image",
    .video = "Video",
    .audio = "Audio",
    .page = "Embedded page",
    .colon = ":",
    .watch = "Watch the video on {}",
    .listen = "Listen on {}",
    .open = "Open the page on {}",
    .alerts = {"Note", "Tip", "Important", "Warning", "Caution"},
};

char *words_fill(const char *pattern, const char *value)
{
    const char *hole = strstr(pattern, "{}");

    if (hole == NULL)
        return g_strdup(pattern);
    return g_strdup_printf("%.*s%s%s", (int)(hole - pattern), pattern, value,
                           hole + strlen("{}"));
}
