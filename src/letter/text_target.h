/*
 * text_target.h - a text template being filled in.
 *
 * Values lose their control characters; inside of an address (a word that
 * has begun with a scheme) they are percent-encoded.
 */
#ifndef LETTER_TEXT_TARGET_H
#define LETTER_TEXT_TARGET_H

#include "letter/evaluate.h"

/* Appends to `out`, which is borrowed. */
void text_target_init(Target *target, const Slots *slots, GString *out);

#endif
