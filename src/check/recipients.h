/*
 * recipients.h - composes every recipient's message once, before the first
 * one is sent.
 *
 *     List, Message ──check_recipients()──> Findings
 *
 * Finds what would otherwise stop a run in the middle: a bad row, a field
 * that no list has ("field"), an empty value where the letter needs one
 * ("field"), a value that may not stand in a header ("merge"), a message that
 * is too large ("merge", "size"), an HTML part that Gmail would cut
 * ("clipping"). Problems of one kind are told once, with a count and the
 * first places or the worst one. Of the first recipient's copy in each
 * language the two parts are compared (parts.h). The messages are thrown
 * away; memory does not grow with the list.
 */
#ifndef CHECK_RECIPIENTS_H
#define CHECK_RECIPIENTS_H

#include "base/finding.h"
#include "letter/letter.h"
#include "list/list.h"
#include "message/message.h"

/* Bytes of the HTML part before it is encoded. Gmail cuts near 102 KB, in its
 * own count, and hides what follows: the way to leave. */
#define HTML_BYTES_WARN 80000
#define HTML_BYTES_MAX 100000

typedef struct RecipientsSource {
    List *list;
    const Message *message; /* with its translations */
    bool allow_clipping;    /* HTML_BYTES_MAX is a warning only */
    bool no_list;           /* fields that are not there are no errors */
} RecipientsSource;

typedef struct RecipientsSummary {
    ListCounts counts;
    int64_t largest_message; /* bytes */
    int64_t largest_html;    /* likewise, before encoding */
    int64_t by_version[1 + MESSAGE_TRANSLATIONS_MAX]; /* message_choose() */
} RecipientsSummary;

/* Reads the list to its end and rewinds it. False only when reading had to
 * end; everything else is a finding. */
bool check_recipients(const RecipientsSource *source, Findings *findings,
                      RecipientsSummary *summary, GError **error);

#endif
