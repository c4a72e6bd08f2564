/*
 * text_link.h - addresses in the text part: which are shown, how, and under
 * which number.
 */
#ifndef DOCUMENT_TEXT_LINK_H
#define DOCUMENT_TEXT_LINK_H

#include "document/text_writer.h"

typedef enum {
    LINK_NONE,   /* only its text is shown */
    LINK_NUMBER, /* its text, and a number */
    LINK_ITSELF, /* its text is the address */
    LINK_MAIL,   /* an address to write to */
    LINK_SPOKEN, /* its text says it all: a telephone number */
} LinkKind;

/* The link leads to a place inside the post; the reader of the text part has
 * it before his eyes. (links.c says so with rel="bookmark".) */
bool text_link_is_inside(const Node *link);

/* What to do with a link to `href` whose text is `text`. */
LinkKind text_link_kind(const TextWriter *writer, const char *href,
                        const char *text);

/* " [7]" behind an unbreakable blank, " <address>", or nothing. */
void text_link_append_reference(TextWriter *writer, const char *href,
                                GString *out);
/* "<https://…>", which no line breaks. */
void text_link_append_address(const TextWriter *writer, const char *href,
                              GString *out);
/* The address of a mailto:, "info@example.org". */
char *text_link_mail(const char *href);

/* TEXT_LINKS_SECTION: the links since the last heading, where it ends. */
void text_link_write_section(TextWriter *writer);
/* TEXT_LINKS_END: the list; nothing when no number was given. */
void text_link_write_list(TextWriter *writer);

#endif
