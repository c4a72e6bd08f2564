/*
 * protect.h - characters that the Markdown parser would misunderstand.
 *
 * Escaped tildes, and `_` and `*` in bare addresses, become tokens: the
 * parser would forget that the first were escaped, and see emphasis in the
 * others. gfm.h gives them back wherever they stand.
 */
#ifndef DOCUMENT_PROTECT_H
#define DOCUMENT_PROTECT_H

#include "document/lines.h"

/* The token's index is the character. */
#define PROTECT_TOKEN 'w'

Lines *protect_characters(const Lines *lines, const GArray *blocks,
                          const char *mark);

#endif
