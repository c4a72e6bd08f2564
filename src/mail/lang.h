/*
 * lang.h - language tags (BCP 47), and which of some languages somebody gets.
 */
#ifndef MAIL_LANG_H
#define MAIL_LANG_H

#include <stdbool.h>
#include <stddef.h>

#define LANG_TAG_MAX 35 /* characters, as RFC 5646 4.4.1 advises */

/* A language of two or three letters and subtags behind hyphens: "fr",
 * "pt-BR", "zh-Hant-TW". Grandfathered and private tags are none. */
bool lang_is_tag(const char *text, size_t length);

/* The index of the tag for `wanted`: the tag itself, else without its last
 * subtag, and so on (RFC 4647 3.4, lookup); -1 when none fits. Case does not
 * count; "fr_CH.UTF-8" is taken as people write it. */
int lang_lookup(const char *const *tags, size_t count, const char *wanted);

#endif
