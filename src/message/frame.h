/*
 * frame.h - what is the same in every message of a campaign, and the writing
 * of one message around it: private to message.
 *
 *     sender, list, campaign ──frame_new()──> Frame
 *     Frame, Copy            ──frame_write()──> bytes
 *
 * The fields that do not differ are checked and written once. frame_write()
 * adds what does: date, recipient, Message-ID, subject, body. A Frame is
 * constant and for any thread.
 */
#ifndef MESSAGE_FRAME_H
#define MESSAGE_FRAME_H

#include <stdint.h>

#include "letter/letter.h"
#include "mail/token.h"
#include "message/attachment.h"

typedef struct Frame Frame;

typedef struct FrameSource {
    const SenderConfig *sender;
    const ListConfig *list;
    const char *campaign;
    const char *digest;        /* of the letter: another text, another id */
    const char *lang;          /* BCP 47, NULL */
    const char *archived_at;   /* the post's address, NULL */
    const LetterImage *images; /* `image_count` of them */
    size_t image_count;
    const Attachments *attachments; /* NULL: none */
    const TokenKey *key;
    bool key_is_secret;
    bool personal;  /* the ways to leave are each recipient's own, */
    bool may_click; /* and a signature covers List-Unsubscribe-Post */
    bool test;
    bool answers; /* somebody's mail, as a program does (RFC 3834) */
} FrameSource;

/* ERROR_CONFIG or ERROR_INPUT. Copies what it keeps, but for the attachments,
 * which must outlive it. */
Frame *frame_new(const FrameSource *source, GError **error);
void frame_free(Frame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Frame, frame_free)

/* One recipient's copy. An empty `html` means that there is none. */
typedef struct Copy {
    const Address *address;
    const char *name; /* NULL or "": only the address */
    const char *subject;
    const char *reply_to; /* an address; NULL: the sender's */
    const OwnWays *ways;  /* with FrameSource.personal */
    StencilText text;
    StencilText html;
    int64_t unix_seconds;
    int offset_minutes;
    bool leaves_files; /* their parts are empty, and counted */
} Copy;

/* Appends the message, `length` bytes with what was left out. ERROR_INPUT, no
 * place, when a value may not stand in a header or the message is too
 * large. */
bool frame_write(const Frame *frame, const Copy *copy, GString *out,
                 size_t *length, GError **error);

void frame_append_id(const Frame *frame, const Address *address, GString *out);

#endif
