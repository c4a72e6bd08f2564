/*
 * recipients.h - composes every recipient's message once, before the first
 * one is sent.
 *
 *     List, Message ──check_recipients()──> Findings
 *
 * Finds what would otherwise stop a run in the middle: a bad row, a field
 * that no list has, an empty value where the letter needs one, a value that
 * may not stand in a header, a message that is too large. Problems of one
 * field are told once, with a count and the first places. The messages are
 * thrown away; memory does not grow with the list.
 */
#ifndef CHECK_RECIPIENTS_H
#define CHECK_RECIPIENTS_H

#include "base/finding.h"
#include "letter/letter.h"
#include "list/list.h"
#include "message/message.h"

typedef struct RecipientsSummary {
    ListCounts counts;
    int64_t largest_message; /* bytes */
} RecipientsSummary;

/* Reads the list to its end and rewinds it. False only when reading had to
 * end; everything else is a finding. */
bool check_recipients(List *list, const Letter *letter, const Message *message,
                      Findings *findings, RecipientsSummary *summary,
                      GError **error);

#endif
