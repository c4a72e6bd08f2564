/*
 * parts.h - do the text part and the HTML part of a letter say the same?
 *
 * Both are written from one tree, so they do, unless a template leaves the
 * post out of one of them, or the post is made of what only one can show.
 * Finding "text": the text part is empty or has under PARTS_WORDS_PERCENT of
 * the HTML part's words; filters take such mail for spam, and its readers
 * get nothing. "html": the other way round.
 */
#ifndef CHECK_PARTS_H
#define CHECK_PARTS_H

#include <stdbool.h>

#include "base/finding.h"
#include "letter/letter.h"

#define PARTS_WORDS_PERCENT 20

/* Merges this subscriber's copy. */
bool check_parts(const Letter *letter, const Subscriber *subscriber,
                 Findings *findings, GError **error);

#endif
