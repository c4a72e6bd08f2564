/*
 * colour.h - the colours of CSS as numbers, and how well two of them can be
 * told apart.
 *
 * The contrast is that of WCAG 2.1: from 1 (the same) to 21 (black on white).
 */
#ifndef DOCUMENT_COLOUR_H
#define DOCUMENT_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

/* 0xrrggbb. False for what is no opaque colour of its own: inherit,
 * transparent, rgba() with less than 1, var(), words that CSS does not know. */
bool colour_parse(const char *text, uint32_t *colour);

double colour_contrast(uint32_t one, uint32_t other);

#endif
