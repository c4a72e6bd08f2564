/*
 * enclosed.h - what a front matter sends along with the post: its attachments
 * and, perhaps, its images.
 *
 *     attachments  a path, a list of paths and of maps with `file` and `name`
 *     images       inline or remote; lists, which other programs keep there,
 *                  mean nothing here
 *
 * A wrong value is an error: nothing is left out of a mail in silence.
 *
 * Private to the module.
 */
#ifndef POST_ENCLOSED_H
#define POST_ENCLOSED_H

#include "post/post.h"

/* Fills `post`, whose front_matter is set. ERROR_INPUT with a place. */
bool enclosed_read(Post *post, GError **error);

/* A translation that does not speak of attachments has those of its post. */
void enclosed_inherit(Post *translation, const Post *post);

#endif
