/*
 * watch.h - files that an author may save while looking at a preview.
 *
 * A Watch remembers of each file its size, its inode and when it was written,
 * and asks again when it is called: editors that write a new file over the
 * old one, files that come and go, and every file system are then one case.
 * A few stat() three times a second cost nothing.
 */
#ifndef PREVIEW_WATCH_H
#define PREVIEW_WATCH_H

#include <stdbool.h>

#include <glib.h>

#define WATCH_FILES_MAX 1000

typedef struct Watch Watch;

Watch *watch_new(void);
void watch_free(Watch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Watch, watch_free)

/* A file, or a directory with all files in it; it need not be there. Again
 * for the same path is nothing. NULL is nothing. */
void watch_add(Watch *watch, const char *path);

/* Has anything changed since the last call? The first one says yes. */
bool watch_changed(Watch *watch);

#endif
