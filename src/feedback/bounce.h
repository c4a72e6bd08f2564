/*
 * bounce.h - a mail that came back, understood: what failed, for whom, and
 * what that says about the address.
 *
 *     Mail ──bounce_read()──> Bounce: kind, recipients with status and class
 *
 * Reports for machines come first (RFC 3464 in RFC 6522, its internationalised
 * form of RFC 6533, complaints of RFC 5965); where there is none, the words of
 * the usual mail servers are read. Nobody's word is taken here: whether a
 * bounce is true is for trace.h to find out.
 *
 * A Bounce borrows the Mail it was read from. (R: RFC 3461, 3463, 3464, 3834.)
 */
#ifndef FEEDBACK_BOUNCE_H
#define FEEDBACK_BOUNCE_H

#include "feedback/bounce_class.h"
#include "feedback/mail.h"

#define BOUNCE_RECIPIENTS_MAX 100 /* of one mail */

typedef enum {
    BOUNCE_OTHER,     /* somebody wrote */
    BOUNCE_AUTOMATIC, /* an automatic answer that is no bounce */
    BOUNCE_REPORT,    /* a report for machines */
    BOUNCE_WORDS,     /* a report for people */
    BOUNCE_ARF,       /* a complaint */
    BOUNCE_KINDS,
} BounceKind;

const char *bounce_kind_name(BounceKind kind); /* "report", … */

typedef struct BounceRecipient {
    char *address; /* whom the mail was sent to, before any forwarding where the
                      report tells; NULL when nobody is named */
    char *final;   /* where it failed; NULL when that is not told apart */
    Reply reply;   /* enhanced is that of the report, else found in its words,
                      else made from them; text is the diagnosis, or NULL */
    BounceClass class;
} BounceRecipient;

typedef struct Bounce {
    BounceKind kind;
    GPtrArray *recipients; /* of BounceRecipient * */
    char *envid;           /* RFC 3464 2.2.1; NULL */
    char *message_id;      /* of the mail that came back, without <>; NULL */
    const FieldGroup *returned; /* its header; NULL */
    FieldGroup *quoted;         /* owned; NULL */
} Bounce;

Bounce *bounce_read(const Mail *mail);
void bounce_free(Bounce *bounce);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bounce, bounce_free)

#endif
