/*
 * mail_image.h - images that fit the page, and that have a name where a link
 * has nothing else; see mail_ready.h. Private to mail_*.c.
 */
#ifndef DOCUMENT_MAIL_IMAGE_H
#define DOCUMENT_MAIL_IMAGE_H

#include "document/document.h"

void mail_image_ready(Document *document, Node *image);

#endif
