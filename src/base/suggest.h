/*
 * suggest.h - the nearest known word to an unknown one, for "did you mean".
 *
 * Distance is Damerau-Levenshtein (optimal string alignment) over bytes, case
 * ignored. A word is near when no more than a third of its letters differ.
 */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

/* In letters added, left out, changed or swapped with the next one. A text of
 * over 64 bytes is 64 away from any other. */
int suggest_distance(const char *a, const char *b);

/* The nearest of `words` (NULL-terminated), or NULL when none is near. */
const char *suggest_nearest(const char *word, const char *const *words);

/* "; did you mean `x`?" or "": to be appended to an error. */
char *suggest_hint(const char *word, const char *const *words);

#endif
