/*
 * translations.h - the same post in other languages, beside it.
 *
 *     post.md ──translations_find()──> post.de.md, post.pt-BR.md …
 *
 * A translation has the post's name with a language tag (BCP 47) before the
 * ending, and the post's ending.
 */
#ifndef POST_TRANSLATIONS_H
#define POST_TRANSLATIONS_H

#include "post/post.h"

#define TRANSLATIONS_MAX 50

typedef struct Translation {
    char *lang; /* as in the file's name */
    char *path;
} Translation;

/* Of Translation, in the order of their tags; empty for standard input.
 * ERROR_INPUT when there are too many, ERROR_PERMISSION or ERROR_SYSTEM when
 * the folder cannot be read. */
GArray *translations_find(const char *post, GError **error);

/* What a translation does not say by itself it has from the post: its date,
 * its authors, its attachments and where it is published. Its language is that
 * of its name, and a warning says when the front matter has another one. */
void translation_complete(Post *translation, const char *lang, const Post *post,
                          Findings *findings);

#endif
