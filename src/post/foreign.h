/*
 * foreign.h - the front matters of other tools, told apart so that each gets
 * its own sentence.
 *
 * TOML and whatever else stands between lines `+++`, Franklin's `@def`,
 * Pelican's headers without lines around them, Ziggy's `.title = …`, JSON,
 * Org and reStructuredText.
 *
 * Private to the module.
 */
#ifndef POST_FOREIGN_H
#define POST_FOREIGN_H

#include <stdbool.h>

#include "base/error.h"

/* For a text that does not begin with `---`: false with an ERROR_INPUT when
 * it begins as another tool's post. */
bool foreign_check_start(const char *text, const char *end, const char *file,
                         GError **error);

/* For what stands behind the opening `---`, which is line `first_line`. */
bool foreign_check_inside(const char *text, const char *end, const char *file,
                          int first_line, GError **error);

#endif
