/*
 * front_matter.h - where a post's front matter ends, and its YAML.
 *
 *     text ──front_matter_read()──> Value (a map), the body's offset and line
 *
 * A front matter begins with a line `---` before any other and ends with the
 * next line `---` or `...`; blanks may follow the dashes, none may stand
 * before them. What looks like a front matter and is not one of this form is
 * an ERROR_INPUT that names it, so that it never becomes mail text.
 *
 * Private to the module.
 */
#ifndef POST_FRONT_MATTER_H
#define POST_FRONT_MATTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/value.h"

typedef struct FrontMatter {
    bool present;
    Value *map;         /* owned; empty when there is none */
    size_t body_offset; /* in the text */
    int body_line;
} FrontMatter;

/* `text` is clean (source.h). On failure `front` is untouched. */
bool front_matter_read(const char *text, size_t length, const char *file,
                       Findings *findings, FrontMatter *front, GError **error);

#endif
