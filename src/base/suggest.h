/*
 * suggest.h - the nearest known word to an unknown one, for "did you mean".
 *
 * Distance is Damerau-Levenshtein (optimal string alignment) over bytes, case
 * ignored. A word is near when no more than a third of its letters differ.
 */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/* The nearest of `words` (NULL-terminated), or NULL when none is near. */
const char *suggest_nearest(const char *word, const char *const *words);

/* "; did you mean `x`?" or "": to be appended to an error. */
char *suggest_hint(const char *word, const char *const *words);

#endif
