/*
 * mail.h - one mail that came back, taken apart.
 *
 *     bytes ──mail_parse()──> Mail: its header, its parts as text, the
 *                             groups of a report, the header of the mail
 *                             that was returned
 *
 * The only reader of foreign MIME (GMime). Everything is outside data and may
 * be wrong in any way: whatever cannot be read is left out, and what is left
 * is bounded by the limits below. Texts are valid UTF-8 with LF. A mail
 * inside the mail is not entered, only its header is kept; but for a report
 * that is wrapped into another mail, whose parts count as the mail's own.
 *
 * Nothing in a mail is proof of anything, its sender least of all; what has
 * to be believed carries a token (mail/keyring.h).
 *
 * The Mail is constant; any thread. (RFC 2045, RFC 5322, RFC 6522.)
 */
#ifndef FEEDBACK_MAIL_H
#define FEEDBACK_MAIL_H

#include <stdbool.h>

#include "feedback/field_group.h"
#include "mail/address.h"

#define MAIL_BYTES_MAX ((size_t)4 * 1024 * 1024) /* of one mail */
#define MAIL_PARTS_MAX 100                       /* of one mail */
#define MAIL_DEPTH_MAX 10                        /* multiparts in multiparts */
#define MAIL_TEXT_MAX ((size_t)256 * 1024)       /* bytes kept of a part */
#define MAIL_GROUPS_MAX 1000                     /* of one report */

/* A part that is not a multipart. */
typedef struct MailPart {
    char *type; /* "text/plain", lower case */
    /* text/ and message/ parts: the decoded content; NULL of others. */
    char *text;
    /* message/delivery-status, message/global-delivery-status, and the
     * feedback-report of RFC 5965: of FieldGroup *. NULL of others. */
    GPtrArray *groups;
    /* A returned mail: message/rfc822, message/global, text/rfc822-headers,
     * message/global-headers. NULL of others. */
    FieldGroup *returned;
} MailPart;

typedef struct Mail {
    FieldGroup *header;
    char *subject;     /* decoded; "" when there is none */
    char *type;        /* of the whole: "multipart/report" */
    char *report_type; /* "delivery-status", lower case; NULL */
    GPtrArray *parts;  /* of MailPart *, in the order of reading */
} Mail;

/* Reads at most MAIL_BYTES_MAX of `length` bytes. Never NULL. Line ends may
 * be LF or CRLF. */
Mail *mail_parse(const char *bytes, size_t length);
void mail_free(Mail *mail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mail, mail_free)

/* The first part of this type, or NULL. */
const MailPart *mail_find_part(const Mail *mail, const char *type);
/* The first part that has groups, or NULL; the first returned header. */
const MailPart *mail_find_report(const Mail *mail);
const FieldGroup *mail_find_returned(const Mail *mail);

/* Every address that this mail seems to have been sent to, most trustworthy
 * first: what the receiving server noted about the envelope (X-Original-To,
 * Delivered-To, Envelope-To, …), then To and Cc. Of char *, each once. */
GPtrArray *mail_recipients(const Mail *mail);

/* Who wrote it by its own word: the one mailbox of the one From field. The
 * name is "" when it is longer than `name_max` characters, has a control in it
 * or looks like an address. False, and `author` is empty, when there is no
 * such mailbox or mail cannot be sent to it. */
bool mail_author(const Mail *mail, long name_max, Mailbox *author);

/* A machine wrote it in answer to a mail (RFC 3834), or it is bulk: a vacation
 * notice, a ticket number, a list. A bounce may say so of itself too. */
bool mail_is_automatic(const Mail *mail);

#endif
