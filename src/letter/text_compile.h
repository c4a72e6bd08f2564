/*
 * text_compile.h - a filled text template and the post's text as a program.
 */
#ifndef LETTER_TEXT_COMPILE_H
#define LETTER_TEXT_COMPILE_H

#include "letter/program.h"

/* `gapped` is what evaluate() wrote; `pieces` are text_write()'s. */
bool text_compile(Program *program, const Slots *slots, const char *gapped,
                  const GPtrArray *pieces, int width, GError **error);

#endif
