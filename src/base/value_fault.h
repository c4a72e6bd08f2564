/*
 * value_fault.h - YAML that libyaml cannot read: where, and what to do.
 *
 * libyaml says what it did not expect; most people meant something else by
 * it. Of bytes that are no text it only knows how many there were before.
 */
#ifndef BASE_VALUE_FAULT_H
#define BASE_VALUE_FAULT_H

#include <stddef.h>

#include "base/error.h"

/* The way out of libyaml's `problem`, to be appended to it, or "". */
const char *value_fault_hint(const char *problem);

/* Moves `place` over these bytes; columns are counted in characters. */
void value_fault_pass(Place *place, const char *bytes, size_t length);

#endif
