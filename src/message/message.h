/*
 * message.h - a filled letter as the bytes that go over the wire.
 *
 *     Letter, Subscriber ──message_write()──> RFC 5322, CRLF, ASCII
 *
 * The same input gives the same bytes on every run and machine: boundaries
 * and the Message-ID are derived, only the date comes from outside. A gate
 * (message_gate()) looks at the finished bytes before anybody sends them.
 * Fields and their order: docs/deviations.md and RFC 5322, 2045, 2369, 2919.
 *
 * A Message is constant; each thread has its own MessageBuffer.
 */
#ifndef MESSAGE_MESSAGE_H
#define MESSAGE_MESSAGE_H

#include <stdint.h>

#include "letter/letter.h"
#include "mail/token.h"
#include "message/attachment.h"
#include "message/dkim.h"

#define MESSAGE_BYTES_MAX 10000000
#define MESSAGE_BYTES_WARN 200000
#define MESSAGE_TRANSLATIONS_MAX 50

typedef struct Message Message;
typedef struct MessageBuffer MessageBuffer;

/* Where each recipient's answer goes: an address with a token of their own. */
typedef struct MessageAnswers {
    const Verp *to; /* with a token in it */
    const KeyringSeries *series;
} MessageAnswers;

typedef struct MessageSource {
    const Letter *letter;
    const SenderConfig *sender;
    const ListConfig *list;
    const char *campaign; /* slug: [a-z0-9-], at most 40 */
    const TokenKey *key;  /* of the Message-IDs */
    bool key_is_secret;   /* nobody else can make one (token_is_proof()) */
    const Attachments *attachments; /* NULL: none */
    const DkimSigner *signer;       /* NULL: the mail is not signed here */
    bool signs_list_headers;        /* a signature covers List-Unsubscribe and
                                       List-Unsubscribe-Post; without one the latter
                                       may not go out (RFC 8058 4) */
    const MessageAnswers *answers;  /* the mail is itself an answer, and asks
                                       for one; NULL */
    bool test; /* a test copy has a Message-ID of its own */
} MessageSource;

/* Checks every fixed header value once: ERROR_CONFIG or ERROR_INPUT. Borrows
 * what `source` points to. */
Message *message_new(const MessageSource *source, GError **error);
void message_free(Message *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Message, message_free)

MessageBuffer *message_buffer_new(void);
void message_buffer_free(MessageBuffer *buffer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageBuffer, message_buffer_free)

/* For checks: files, images and signatures are counted, but left out of the
 * bytes. */
void message_buffer_leave_files(MessageBuffer *buffer);
/* Bytes of the message written last, with what was left out. */
size_t message_buffer_length(const MessageBuffer *buffer);
/* Bytes of the HTML part of the message written last, before encoding. */
size_t message_buffer_html(const MessageBuffer *buffer);

/* The same mail in another language (MESSAGE_TRANSLATIONS_MAX of them), for
 * those whose column `lang` asks for it (lang_lookup() over letter_lang()).
 * Taken over; the digest covers it from now on. Adding one whose language is
 * there already is an ERROR_INPUT, and leaves it to the caller. */
bool message_add_translation(Message *message, Message *translation,
                             GError **error);

/* The message, and behind it its translations. */
size_t message_count(const Message *message);
const Message *message_at(const Message *message, size_t index);
/* Which of them is the subscriber's; 0 is the message itself. */
size_t message_choose(const Message *message, const Subscriber *subscriber);
const Letter *message_letter(const Message *message);

/* One recipient's message, which has passed message_gate(). `bytes` is emptied
 * first, and is empty on failure: ERROR_INPUT with the subscriber's place when
 * a value may not stand in a header or the message passes
 * MESSAGE_BYTES_MAX. */
bool message_write(const Message *message, const Subscriber *subscriber,
                   int64_t unix_seconds, int offset_minutes,
                   MessageBuffer *buffer, GString *bytes, GError **error);

/* SHA-256 over everything that reaches a reader: that of the letter and of
 * the attachments. */
const char *message_digest(const Message *message);

/* The domain that identifiers of this list's messages end in; NULL without a
 * sender. Borrowed. */
const char *message_domain(const SenderConfig *sender, const ListConfig *list);

/* The Message-ID of a recipient of this very translation, without <>. The
 * same for every attempt. */
void message_id_append(const Message *message, const Address *address,
                       GString *out);

/* What the key of Message-IDs is called in keyring_derive(). */
#define MESSAGE_ID_KEY "message-id"

/* True when the bytes may be transmitted: CRLF only, no bare CR or LF, no
 * NUL, no byte over 0x7E, no control but TAB, no line over 998, one blank
 * line after the header, CRLF at the end. Else ERROR_SYSTEM: a fault of
 * ours, shown with its offset. (RFC 5321 2.3.8.) */
bool message_gate(const char *bytes, size_t length, GError **error);

#endif
