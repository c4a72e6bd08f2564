/*
 * field_group.h - a run of `Name: value` lines: the header of a mail, or one
 * group of a delivery status.
 *
 *     text ──field_group_parse()──> FieldGroup, up to the blank line
 *
 * Values are unfolded, on one line, valid UTF-8 without controls, and
 * otherwise as they came: encoded-words stay encoded, so that nothing written
 * in one can look like an address. Lines that are no field are passed over.
 * (RFC 5322 2.2, RFC 3464 2.1.)
 */
#ifndef FEEDBACK_FIELD_GROUP_H
#define FEEDBACK_FIELD_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#define FIELD_GROUP_MAX 500   /* fields; the rest is left out */
#define FIELD_VALUE_MAX 16384 /* bytes; the rest is cut off */
#define FIELD_ADDRESSES_MAX 100

typedef struct FieldGroup FieldGroup;

FieldGroup *field_group_new(void);
void field_group_free(FieldGroup *group);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FieldGroup, field_group_free)

void field_group_add(FieldGroup *group, const char *name, size_t name_length,
                     const char *value, size_t length);

/* Reads fields until a blank line or the end, and moves `*text` behind it.
 * Never NULL; empty when there were none. */
FieldGroup *field_group_parse(const char **text);

size_t field_group_count(const FieldGroup *group);
const char *field_group_name(const FieldGroup *group, size_t index);
const char *field_group_value(const FieldGroup *group, size_t index);

/* The first value under this name, in any case; NULL when there is none. */
const char *field_group_get(const FieldGroup *group, const char *name);

/* Appends to `addresses` (of char *) what looks like a mail address in a
 * text, in order, without <>; at most FIELD_ADDRESSES_MAX in all. Their
 * syntax is not judged further. */
void field_find_addresses(const char *text, GPtrArray *addresses);

#endif
