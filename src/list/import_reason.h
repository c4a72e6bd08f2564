/*
 * import_reason.h - why and when somebody was suppressed, in a file that
 * holds nobody else: a list of blocked addresses, what a service that sends
 * mail gives out. Private to the module.
 */
#ifndef LIST_IMPORT_REASON_H
#define LIST_IMPORT_REASON_H

#include <stdbool.h>
#include <stdint.h>

#include "list/import_person.h"

/* Whether the row is of a subscriber: its file can tell who left, and does not
 * tell it of this one. A relay's status (RFC 3463), as SendGrid has it in a
 * column `status`, is none of a subscriber. */
bool import_reason_spares(const ImportPerson *person);

/* One of suppression.h's, by a relay's status or a field `reason`, `type` or
 * `origin`; what is given when they say nothing known. NULL when they say that
 * it does not last, such as a soft bounce, or is not about the address. */
const char *import_reason(const ImportPerson *person, const char *otherwise);

/* By a field such as `date` or `created`; 0: not told. */
int64_t import_reason_when(const ImportPerson *person);

#endif
