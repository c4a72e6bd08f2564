/*
 * kinsoku.h - where a line of a script without blanks may end.
 *
 * Between any two characters of which one is wide, but not before closing
 * punctuation, small kana, iteration and length marks, and not after opening
 * punctuation (JIS X 4051; UAX #14 classes CL, CP, EX, IS, NS, CJ and OP, PR).
 * Quotes and marks of emphasis may open or close, so there no line ends on
 * either side.
 */
#ifndef DOCUMENT_KINSOKU_H
#define DOCUMENT_KINSOKU_H

#include "document/cluster.h"

bool kinsoku_may_break(const Cluster *left, const Cluster *right);

#endif
