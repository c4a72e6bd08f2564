/*
 * lock.h - one process a campaign; private to journal/.
 *
 * A lock is a file that its process holds with flock() and that contains the
 * process's number. The kernel lets go of it when the process ends, however
 * it ends, so no lock is ever stale. The file is removed on release; whoever
 * waited for a file that was removed meanwhile notices and looks again.
 */
#ifndef JOURNAL_LOCK_H
#define JOURNAL_LOCK_H

#include "base/error.h"

/* A file descriptor, or -1: ERROR_RETRY, naming the other process, when it
 * is held; ERROR_PERMISSION or ERROR_SYSTEM when the file cannot be made.
 * `what` is what the message calls it, "campaign x" is being sent. */
int lock_take(const char *path, const char *what, GError **error);
void lock_release(int lock, const char *path);

#endif
