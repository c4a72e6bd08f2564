/*
 * list_yaml.h - lists as YAML: a list of addresses, of maps with a key a
 * column, or of both.
 *
 *     - ada@example.org
 *     - email: grace@example.org
 *       name: Grace Example
 *       tags: [speaker, london]
 *
 * A list of texts is one text with ", " between. The columns are all keys
 * that occur, so the file is read once to find them.
 *
 * Private to the module.
 */
#ifndef LIST_LIST_YAML_H
#define LIST_LIST_YAML_H

#include "list/reader.h"

extern const ReaderType list_yaml;

#endif
