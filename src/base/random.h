/*
 * random.h - randomness, as an argument.
 *
 * Whatever needs random bytes takes a RandomFill, so that a test can hand in
 * known ones. random.c is the only file that asks the system. Any thread.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/* Fills all bytes; false when there are none to be had. */
typedef bool (*RandomFill)(void *bytes, size_t length);

/* The kernel's, fit for keys. */
bool random_system(void *bytes, size_t length);

#endif
