/*
 * value_private.h - what value.c and value_yaml.c share.
 */
#ifndef BASE_VALUE_PRIVATE_H
#define BASE_VALUE_PRIVATE_H

#include "base/value.h"

/* Empty, with one reference; its list or map is made, its text is not. */
Value *value_new(ValueKind kind, Place place);

/* value_free() for containers. */
void value_unref(void *value);

#endif
