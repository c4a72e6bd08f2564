/*
 * mail_table.h - tables, made into those that mail programs show well; see
 * mail_ready.h.
 *
 * A table of data has header cells. It gets the class "data" and stands in a
 * <div class="scroll">, which keeps a table that is too wide for a phone from
 * making the whole page too wide; it can be reached with the keyboard when
 * that is likely. Cells without an alignment of their own get the class
 * "start", headers of columns "col".
 *
 * A table without header cells only arranges things: role "presentation",
 * class "cells".
 */
#ifndef DOCUMENT_MAIL_TABLE_H
#define DOCUMENT_MAIL_TABLE_H

#include "document/document.h"

/* `table` is in the document. It stays where it is in the reading order. */
void mail_table_ready(Document *document, Node *table);

/* One cell around `block`, in a table of its own that is as wide as the page:
 * padding and background are known on cells only by Outlook. */
void mail_table_box(Document *document, Node *block, const char *table_class,
                    const char *cell_class);

#endif
