/*
 * autolink.h - addresses that stand bare in running text.
 *
 * http://, https://, www. and mail addresses, by the rules of GitHub's
 * specification (6.9, autolinks extension): the address ends before a blank
 * or `<`, and punctuation at its end, brackets that were not opened in it and
 * what looks like an entity belong to the sentence.
 */
#ifndef DOCUMENT_AUTOLINK_H
#define DOCUMENT_AUTOLINK_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Autolink {
    size_t start;
    size_t end;
    const char *prefix; /* to be put before the text: "", "http://",
                           "mailto:" */
} Autolink;

/* The first address at or after `from`. Linear in what it passes. */
bool autolink_find(const char *text, size_t from, Autolink *found);

#endif
