/*
 * attachment.h - the files that go with a mail.
 *
 *     flyer.pdf ──attachments_add()──> type, name, part ──> message
 *
 * Each is read, typed by its content and encoded once; all recipients get
 * the same bytes. What cannot go out whole is an error: nothing is left out
 * in silence. What mailboxes are known to refuse (programs, scripts) is a
 * warning.
 *
 * Filled by one thread, then constant.
 */
#ifndef MESSAGE_ATTACHMENT_H
#define MESSAGE_ATTACHMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/finding.h"

#define ATTACHMENTS_MAX 50

typedef struct Attachments Attachments;

typedef struct AttachmentSource {
    const char *path;
    const char *folder; /* `path` starts from it and stays inside; NULL: from
                           here, anywhere */
    const char *name;   /* for the reader; NULL: the file's own */
    Place place;        /* where `path` was written */
} AttachmentSource;

typedef struct Attachment {
    char *name;
    char *type;
    int64_t size_bytes; /* of the file */
    char *digest;       /* of the file, SHA-256 */
    GString *part;      /* see enclosure.h */
} Attachment;

Attachments *attachments_new(void);
void attachments_free(Attachments *attachments);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attachments, attachments_free)

/* Adds one behind the others. ERROR_INPUT, ERROR_MISSING, ERROR_PERMISSION or
 * ERROR_SYSTEM with the place, the file and the way out. */
bool attachments_add(Attachments *attachments, const AttachmentSource *source,
                     Findings *findings, GError **error);

/* NULL has none. */
size_t attachments_count(const Attachments *attachments);
const Attachment *attachments_at(const Attachments *attachments, size_t index);
int64_t attachments_size(const Attachments *attachments); /* of the files */

#endif
