/*
 * seen.h - a set of texts that remembers only their fingerprints.
 *
 * Tells whether a text was added before. 16 bytes a text, between half and
 * four fifths of the slots in use: 20 to 32 bytes, and both tables for a
 * moment while it grows.
 *
 * A fingerprint is SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012).
 * Two of ten million texts share one with a chance of about 10^-25, which is
 * far below that of a disk giving wrong bytes. The key is an argument. One
 * that never changes is enough here: who subscribes with an address made to
 * look like another's would have to find a second text for given 128 bits,
 * and nothing better than trying is known for that, with the key or without.
 *
 * Belongs to one thread. Private to the module.
 */
#ifndef LIST_SEEN_H
#define LIST_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#define SEEN_KEY_BYTES 16

typedef struct Seen Seen;

typedef struct Fingerprint {
    uint64_t high;
    uint64_t low;
} Fingerprint;

Seen *seen_new(const uint8_t key[SEEN_KEY_BYTES]);
void seen_free(Seen *seen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Seen, seen_free)

/* True when the text is new. */
bool seen_add(Seen *seen, const char *text);
bool seen_has(const Seen *seen, const char *text);
size_t seen_count(const Seen *seen);
void seen_clear(Seen *seen);

/* The low half is the first 8 bytes of the reference's output, read as a
 * little-endian number; the high half the last 8. */
Fingerprint seen_fingerprint(const uint8_t key[SEEN_KEY_BYTES],
                             const void *bytes, size_t length);

#endif
