/*
 * returns.h - what is done about a mail that came back.
 *
 *     SourceMail ──returns_take()──> Return: what it was, whom it is about, and
 *                        │           what was done
 *                        ├──> suppressions: bounced, complained
 *                        └──> journal: this bounce is known now
 *
 * Only what is proven (trace.h) changes anything. A hard bounce and a
 * complaint suppress at once. A soft one suppresses when it is the third
 * campaign in which the address bounced so, and these campaigns lie
 * RETURNS_SPAN_US or more apart. What says something about the mail or the
 * servers, and not about the address, is only shown.
 *
 * The suppression is on the disk before the journal knows the bounce, so a
 * run that is killed in between only does the same once more. A bounce that is
 * known is never acted on again, also when somebody has taken the suppression
 * back.
 *
 * One thread at a time.
 */
#ifndef FEEDBACK_RETURNS_H
#define FEEDBACK_RETURNS_H

#include "feedback/bounce.h"
#include "feedback/mail_source.h"
#include "feedback/trace.h"

#define RETURNS_SOFT_CAMPAIGNS 3
#define RETURNS_SPAN_US (INT64_C(14) * 24 * 3600 * 1000000)

typedef enum {
    RETURN_IGNORED,    /* no bounce: an automatic answer, somebody's letter */
    RETURN_UNPROVEN,   /* nobody can know whether it is true */
    RETURN_SHOWN,      /* true, and nothing to do about the address */
    RETURN_NOTED,      /* a soft one, counted */
    RETURN_SUPPRESSED, /* now */
    RETURN_BEFORE,     /* the address was suppressed already */
    RETURN_KNOWN,      /* this very bounce was taken before */
    RETURN_DOINGS,
} ReturnDoing;

const char *return_doing_name(ReturnDoing doing); /* "suppressed", … */

typedef struct Return {
    Mail *mail;
    Bounce *bounce;
    Trace trace;
    const BounceRecipient *recipient; /* the one it is about; NULL */
    ReturnDoing doing;
    int campaigns;   /* RETURN_NOTED: with a soft bounce so far */
    const char *why; /* RETURN_UNPROVEN, RETURN_SHOWN; else NULL */
} Return;

void return_clear(Return *returned);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Return, return_clear)

typedef struct ReturnsSource {
    const Config *config;
    const Clock *clock;
    RandomFill fill_random;
    bool dry; /* nothing is written */
} ReturnsSource;

typedef struct Returns Returns;

Returns *returns_open(const ReturnsSource *source, GError **error);
void returns_close(Returns *returns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Returns, returns_close)

/* `returned` must be zeroed; it is filled as far as it goes also on failure:
 * of the journal, the lists, the suppressions. */
bool returns_take(Returns *returns, const SourceMail *mail, Return *returned,
                  GError **error);

#endif
