/*
 * mail_list.h - lists of items only, and the boxes of tasks; see
 * mail_ready.h. Private to mail_*.c.
 */
#ifndef DOCUMENT_MAIL_LIST_H
#define DOCUMENT_MAIL_LIST_H

#include "document/document.h"

void mail_list_ready(Document *document, Node *list);

/* An item whose first text begins "[ ] " or "[x] ". */
void mail_task_ready(Document *document, Node *item);

#endif
