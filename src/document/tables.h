/*
 * tables.h - pipe tables, lifted out of Markdown before it is parsed.
 *
 *     | a | b |              # <begin>
 *     |---|--:|       ──>    # <cell> a <mark>
 *     | 1 | 2 |              # <cell> b <mark>
 *                            …
 *                            # <end>
 *
 * Each cell becomes a heading, so that its inline Markdown is parsed by
 * itself and knows the post's link definitions. Rules as in GitHub's
 * specification: the header row has as many cells as the row of dashes,
 * shorter rows are filled up, longer ones cut, `\|` is a bar.
 */
#ifndef DOCUMENT_TABLES_H
#define DOCUMENT_TABLES_H

#include "base/finding.h"
#include "document/lines.h"

#define TABLES_COLUMNS_MAX 100
#define TABLES_CELLS_MAX 50000 /* of all tables of a post */

#define TABLES_TOKEN_BEGIN 't'
#define TABLES_TOKEN_CELL 'c'
#define TABLES_TOKEN_END 'e'

/* One char a column: 'l', 'c', 'r', or '-' for none. */
typedef GPtrArray Tables;

/* NULL when there is no table. A table beyond the limits stays text, which is
 * a warning of the rule "table". */
Lines *tables_lift(const Lines *lines, const GArray *blocks, const char *mark,
                   Tables **tables, const char *file, Findings *findings);

#endif
