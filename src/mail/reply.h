/*
 * reply.h - what an SMTP server's answer means.
 *
 * A code says whether to try again; only together with the step it answers
 * does it say about whom: a 550 at RCPT is about the recipient, the same 550
 * at MAIL is about us. (RFC 5321 4.2, RFC 3463.)
 */
#ifndef MAIL_REPLY_H
#define MAIL_REPLY_H

#include <stdbool.h>

#include <glib.h>

#define REPLY_TEXT_MAX 500

typedef struct Reply {
    int code;        /* 0: no answer came */
    int enhanced[3]; /* RFC 3463; 0 0 0 when there was none */
    char *text;      /* one line, UTF-8, printable; NULL when none */
} Reply;

typedef enum {
    REPLY_STEP_SESSION, /* greeting, EHLO, STARTTLS, AUTH */
    REPLY_STEP_MAIL,
    REPLY_STEP_RECIPIENT,
    REPLY_STEP_MESSAGE, /* DATA and the end of data */
} ReplyStep;

/* What to do about an answer that is not 2xx. */
typedef enum {
    REPLY_ACCEPTED,  /* 2xx */
    REPLY_RETRY,     /* this recipient later */
    REPLY_FAILED,    /* this recipient never: the address or its mailbox */
    REPLY_REFUSED,   /* this message for this recipient: policy, content */
    REPLY_THROTTLED, /* everything slower, this recipient again */
    REPLY_QUOTA,     /* nothing more for hours: pause the campaign */
    REPLY_STOP,      /* login, sender or relay is at fault: nobody is marked */
} ReplyMeaning;

/* Reads a complete reply, possibly of several lines ("250-a\r\n250 b\r\n"),
 * or one line. Controls become blanks, the text is cut at REPLY_TEXT_MAX. */
void reply_parse(const char *bytes, size_t length, Reply *reply);
void reply_copy(Reply *to, const Reply *from);
void reply_clear(Reply *reply);

ReplyMeaning reply_meaning(const Reply *reply, ReplyStep step);

/* "550 5.1.1 no such user", for logs and summaries. */
char *reply_to_line(const Reply *reply);

#endif
