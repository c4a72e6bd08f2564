/*
 * cluster.h - what a reader takes for one character, and how wide it is.
 *
 * A grapheme cluster (UAX #29) is as wide as its widest code point: combining
 * marks and joiners are 0 columns, East Asian wide characters 2, ambiguous
 * ones 1. An emoji variation selector (U+FE0F) makes it 2, and a pair of
 * regional indicators, a flag, is 2. Families joined by U+200D are therefore
 * 2, as terminals show them.
 *
 * The only file that knows the Unicode library.
 */
#ifndef DOCUMENT_CLUSTER_H
#define DOCUMENT_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Cluster {
    size_t length;  /* bytes, at least 1 */
    int width;      /* columns */
    uint32_t first; /* its first code point; U+FFFD for a byte that is none */
} Cluster;

/* The cluster at `text`, of which `length` bytes (more than 0) are left. */
Cluster cluster_at(const char *text, size_t length);

/* The code point at `text`; gives its bytes in `*used`. */
uint32_t cluster_code_point(const char *text, size_t length, size_t *used);

/* Chinese and Japanese letters and punctuation: scripts that are written
 * without blanks. Hangul is none of them. */
bool cluster_is_unspaced(uint32_t code_point);

#endif
