/*
 * tags.h - the form that DKIM and DMARC share: `v=DMARC1; p=none`.
 * (RFC 6376 3.2, RFC 9989 4.7.) Unknown tags are kept and ignored.
 */
#ifndef DOCTOR_TAGS_H
#define DOCTOR_TAGS_H

#include <stdbool.h>

#include <glib.h>

#define TAGS_MAX 64

typedef struct Tags Tags;

/* NULL when the text is no list of tags, or names one twice. Blanks around
 * names and values are left out. */
Tags *tags_parse(const char *text);
/* What can be read of it (RFC 9989 4.7): other pieces are passed over, and
 * `is_whole` tells that there were none. NULL when the first is no tag. Names
 * are in lower case. */
Tags *tags_parse_loosely(const char *text, bool *is_whole);
void tags_free(Tags *tags);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tags, tags_free)

const char *tags_get(const Tags *tags, const char *name); /* NULL: none */
/* The value without any blanks, for base64; NULL. */
char *tags_get_packed(const Tags *tags, const char *name);
/* Is the word among those of a value like `y:s`? Case does not count. */
bool tags_has_word(const char *value, const char *word);
/* Does the record begin with this tag? */
bool tags_begins(const Tags *tags, const char *name, const char *value);

#endif
