/*
 * front_matter.h - what the front matter leaves open and the mail would show.
 *
 * Notes of the rules "description" (the inbox shows the post's first sentence
 * instead) and "url" (the mail does not link to the post on the web).
 */
#ifndef CHECK_FRONT_MATTER_H
#define CHECK_FRONT_MATTER_H

#include "base/finding.h"
#include "post/post.h"

void check_front_matter(const Post *post, Findings *findings);

#endif
