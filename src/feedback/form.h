/*
 * form.h - what a form sent: one field of it.
 *
 *     application/x-www-form-urlencoded   List-Unsubscribe=One-Click
 *     multipart/form-data; boundary=x     --x ⏎ Content-Disposition: … (RFC
 * 7578)
 *
 * RFC 8058 allows both, and mailbox providers use both. Reads in place; the
 * work grows with the length only. A body without a type is taken for the
 * first. Pure; any thread.
 */
#ifndef FEEDBACK_FORM_H
#define FEEDBACK_FORM_H

#include <stdbool.h>
#include <stddef.h>

/* Is there a field of this name with this value? Blanks and line ends around
 * a value do not count. `type` may be NULL; `body` may hold any bytes. */
bool form_has(const char *type, const char *body, size_t length,
              const char *name, const char *value);

#endif
