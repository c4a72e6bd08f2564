/*
 * mail_edit.h - small changes to a tree. Private to mail_*.c.
 */
#ifndef DOCUMENT_MAIL_EDIT_H
#define DOCUMENT_MAIL_EDIT_H

#include "document/node.h"

/* Puts `node` into a new element, which stands in its place. */
Node *mail_wrap(Document *document, Node *node, const char *name);

/* Once, however often it is called. */
void mail_add_class(Document *document, Node *node, const char *name);

/* Behind what the element says by itself. */
void mail_add_style(Document *document, Node *node, const char *style);

/* A comment, or nothing but blanks. */
bool mail_is_silent(const Node *node);
/* The only child that says something, or NULL. */
Node *mail_only_child(const Node *node);

#endif
