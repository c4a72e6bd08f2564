/*
 * mail_source.h - where mail that came back lies: standard input, an mbox, a
 * Maildir.
 *
 *     path ──mail_source_open()──> MailSource ──mail_source_next()──> bytes
 *
 * A file whose first line is the `From ` line of an mbox holds many mails,
 * each begun by such a line after a blank one; every other file is one mail.
 * A folder with new/ and cur/ is a Maildir; any other folder holds a mail a
 * file (MH). Nothing is moved, marked or locked: a mail that its owner takes
 * away while we read is passed over, and one that is still being written to
 * an mbox may come cut.
 *
 * Lines may end in LF, CRLF or, in the whole file, CR; they are given with
 * LF. Mails longer than MAIL_BYTES_MAX are cut. Memory: one mail.
 *
 * One thread at a time.
 */
#ifndef FEEDBACK_MAIL_SOURCE_H
#define FEEDBACK_MAIL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define MAIL_SOURCE_FILES_MAX 1000000 /* of a folder */

typedef struct MailSource MailSource;

/* One mail as it lies there, without the `From ` line. Borrowed until the
 * next call. */
typedef struct SourceMail {
    const char *place; /* "bounces/new/17…", "mbox:1234" with the byte where
                          it begins, "standard input" */
    const char *bytes;
    size_t length;
} SourceMail;

/* "-" is standard input. ERROR_MISSING, ERROR_PERMISSION, ERROR_SYSTEM. */
MailSource *mail_source_open(const char *path, GError **error);
void mail_source_close(MailSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MailSource, mail_source_close)

/* False at the end, and on a failure to read, which sets the error. */
bool mail_source_next(MailSource *source, SourceMail *mail, GError **error);

/* False ends the reading, with the error. */
typedef bool (*MailSourceVisit)(void *data, const SourceMail *mail,
                                GError **error);

/* Every mail that lies there. */
bool mail_source_visit(const char *path, MailSourceVisit visit, void *data,
                       GError **error);

#endif
