/*
 * spacing.h - time between two messages to the same domain; private to
 * delivery/.
 *
 * spacing_reserve() books the next moment for a domain. Domains whose moment
 * has passed are forgotten, so memory grows only with those that are booked
 * ahead. Any thread. The time is an argument.
 */
#ifndef DELIVERY_SPACING_H
#define DELIVERY_SPACING_H

#include <stdint.h>

typedef struct Spacing Spacing;

/* `gap_ns` 0: every moment is free. */
Spacing *spacing_new(int64_t gap_ns);
void spacing_free(Spacing *spacing);

int64_t spacing_reserve(Spacing *spacing, const char *domain, int64_t now_ns);

#endif
