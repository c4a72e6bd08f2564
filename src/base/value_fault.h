/*
 * value_fault.h - YAML that libyaml cannot read: what to do.
 *
 * libyaml says what it did not expect; most people meant something else by
 * it.
 */
#ifndef BASE_VALUE_FAULT_H
#define BASE_VALUE_FAULT_H

#include <stddef.h>

/* The way out of libyaml's `problem`, to be appended to it, or "". */
const char *value_fault_hint(const char *problem);

/* How much of such an error's message stands before that: for whoever knows a
 * better way out and says it instead. */
size_t value_fault_length(const char *message);

#endif
