/*
 * list_json.h - people as JSON: what the interfaces of other systems answer,
 * and the attributes in a cell of their exports.
 *
 *     [{"email": "ada@example.org", "city": "London"}, …]
 *     {"email": "ada@example.org"}        one object a line
 *     {"entries": [{…}, …]}               Mailman; `results`, `data`, … too
 *
 * A row is an object; its columns are its names (record.h). What is nested
 * is flattened:
 *
 *     {"address": {"city": "London"}}     address_city   London
 *     {"tags": ["a", "b"]}                tags           a, b
 *     {"labels": [{"name": "a"}, …]}      labels         a, …
 *     {"attribs": {"city": "London"}}     city           London
 *
 * `attribs`, `attributes`, `metadata`, `merge_fields` and `data` give no name
 * of their own. What is deeper or another shape is its JSON text.
 *
 * Limits: a file LIST_JSON_BYTES_MAX, one value LIST_JSON_VALUE_MAX; beyond
 * that, and where it is no JSON, reading ends with the place. The module's
 * only user of the JSON library, whose prefix is json_. Private to the module.
 */
#ifndef LIST_LIST_JSON_H
#define LIST_LIST_JSON_H

#include "list/reader.h"

#define LIST_JSON_BYTES_MAX (INT64_C(1) << 30)
#define LIST_JSON_VALUE_MAX 33554432

extern const ReaderType list_json;

/* Whether a file that begins with these bytes is meant as JSON. */
bool list_json_is(const char *text);

typedef void (*ListJsonVisit)(void *data, const char *name, const char *value);

/* An object in a cell, flattened. False when it is none. */
bool list_json_flatten(const char *text, ListJsonVisit visit, void *data);

/* Appends `"name":"value"`, and nothing around it. */
void list_json_append(GString *out, const char *name, const char *value);

#endif
