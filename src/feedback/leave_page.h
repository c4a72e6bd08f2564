/*
 * leave_page.h - the page on which people leave a list.
 *
 * HTML without a script, a picture or anything from elsewhere, for light and
 * dark screens, for keyboards and screen readers. LEAVE_ASK has a form whose
 * one button posts `List-Unsubscribe=One-Click` to the page's own address,
 * which is what a mailbox provider posts (RFC 8058 3.2).
 */
#ifndef FEEDBACK_LEAVE_PAGE_H
#define FEEDBACK_LEAVE_PAGE_H

#include <glib.h>

#include "feedback/leave_words.h"

#define LEAVE_FIELD "List-Unsubscribe"
#define LEAVE_VALUE "One-Click"

/* `list` is its name, escaped here. */
GString *leave_page(const LeaveWords *words, LeaveSaying saying,
                    const char *list);

/* Its Content-Security-Policy, for the caller: nothing but its own style and
 * form. */
char *leave_page_policy(void);

#endif
