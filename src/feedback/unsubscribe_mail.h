/*
 * unsubscribe_mail.h - a mail that asks to leave.
 *
 *     Mail ──unsubscribe_by_mail()──> what became of it
 *
 * The token in an address that the mail was sent to decides, whatever its
 * subject and text are and whoever sent it, person or program: some mail
 * programs send an empty mail from another account, and mailbox providers
 * have programs that send it. A mail without a right token unsubscribes
 * nobody: its sender's name is anybody's word. Nor does one that was received
 * before its person came back: mails may lie there and be read again.
 */
#ifndef FEEDBACK_UNSUBSCRIBE_MAIL_H
#define FEEDBACK_UNSUBSCRIBE_MAIL_H

#include "feedback/mail.h"
#include "feedback/unsubscribe.h"

#define UNSUBSCRIBE_RECIPIENTS_MAX 50 /* addresses of a mail looked at */

typedef struct UnsubscribeMail {
    UnsubscribeResult result; /* UNSUBSCRIBE_REFUSED: no right token */
    bool automatic;           /* a program wrote it */
    Person person;            /* who left */
    char *from;               /* as it says of itself, any text; NULL */
} UnsubscribeMail;

void unsubscribe_by_mail(Unsubscriber *unsubscriber, const Mail *mail,
                         UnsubscribeMail *outcome, GError **error);
void unsubscribe_mail_clear(UnsubscribeMail *outcome);

#endif
