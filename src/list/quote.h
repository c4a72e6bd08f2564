/*
 * quote.h - how a text is written in a CSV or YAML file, in quotes where it
 * needs them and nowhere else. Private to the module.
 */
#ifndef LIST_QUOTE_H
#define LIST_QUOTE_H

#include <stdbool.h>

#include <glib.h>

/* RFC 4180. `signs` are the characters that need quotes, the column sign
 * among them. A row whose first cell begins with `#` would be a comment. */
void quote_csv(const char *text, const char *signs, bool is_first,
               GString *out);

/* `was_plain`: a number or a word such as `no` needs no quotes to stay one. */
void quote_yaml(const char *text, bool was_plain, GString *out);

/* Whether YAML reads it without quotes, also in [lists]. Stricter than YAML,
 * so that it needs no second look. */
bool quote_yaml_is_plain(const char *text);

#endif
