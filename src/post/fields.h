/*
 * fields.h - what the keys of a front matter mean.
 *
 *     Value (a map) ──fields_read()──> title, date, authors, url … of a Post
 *
 * Keys are found in any case, the exact spelling first. A wrong value is an
 * error only where the mail could not be right without it (title, merge,
 * format, attachments, images); else it is a warning, and the value is left
 * out.
 *
 *     title        title, subject
 *     date         date, updated, created_at, published_at, published, then
 *                  the file's name as in 2016-06-29-x.md
 *     authors      authors, author: a text, a list, maps with `name`
 *     url          url, canonical_url, permalink, link: the first that is an
 *                  absolute http or https address
 *     description  description, summary, excerpt
 *     lang         lang, language, locale
 *     attachments, images: see enclosed.h
 *
 * Private to the module.
 */
#ifndef POST_FIELDS_H
#define POST_FIELDS_H

#include "post/post.h"

#define FIELDS_TITLE_MAX 500  /* characters */
#define FIELDS_AUTHORS_MAX 50 /* names */

/* The last value of the first of `keys` (NULL-terminated) that is not empty;
 * else the first that is there at all; else NULL. */
const Value *fields_find(const Value *map, const char *const *keys);

/* Fills `post`, whose file and front_matter are set. `line` is where the front
 * matter begins. */
bool fields_read(Post *post, const PostOptions *options, bool has_front_matter,
                 Findings *findings, GError **error);

#endif
