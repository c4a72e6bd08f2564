/*
 * links.h - do the addresses of a post lead anywhere? Asked only on demand:
 * this uses the network.
 *
 *     Post ──check_links()──> web_fetch() ──> Findings
 *
 * Every distinct http and https address of the post's links and images, up
 * to CHECK_LINKS_MAX, is asked for. Those in which a field stands are not,
 * and none of the template's: one of them is the way to leave.
 *
 *     "dead"     404, 410: a warning
 *     "moved"    moved for good: a note with the new address
 *     "unknown"  nobody answered, or not to a program: a note
 */
#ifndef CHECK_LINKS_H
#define CHECK_LINKS_H

#include <stdbool.h>

#include "base/finding.h"
#include "post/post.h"

#define CHECK_LINKS_MAX 500

/* `base_url`: what relative addresses start from when the post has no address
 * of its own; NULL. False only when the network library cannot be used. */
bool check_links(const Post *post, const char *base_url, Findings *findings,
                 GError **error);

#endif
