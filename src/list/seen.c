/* seen.c - see seen.h. Open addressing with linear probing; the slot comes
 * from the high half by multiplication, so the table may have any size. */
#include "list/seen.h"

#include <assert.h>
#include <string.h>

#define SLOTS_LEAST 1024
#define SLOTS_MOST UINT32_MAX

struct Seen {
    uint8_t key[SEEN_KEY_BYTES];
    Fingerprint *slots; /* all zero is free */
    size_t slot_count;
    size_t count;
};

/* --- SipHash-2-4, 128 bits --- */

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline uint64_t read_word(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return GUINT64_FROM_LE(word);
}

static inline void mix(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static inline void absorb(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    mix(v);
    mix(v);
    v[0] ^= word;
}

static uint64_t finish(uint64_t v[4])
{
    for (int i = 0; i < 4; i++)
        mix(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

Fingerprint seen_fingerprint(const uint8_t key[SEEN_KEY_BYTES],
                             const void *data, size_t length)
{
    const uint8_t *bytes = data;
    uint64_t k0 = read_word(key);
    uint64_t k1 = read_word(key + 8);
    uint64_t v[4] = {
        UINT64_C(0x736f6d6570736575) ^ k0,
        UINT64_C(0x646f72616e646f6d) ^ k1 ^ 0xee,
        UINT64_C(0x6c7967656e657261) ^ k0,
        UINT64_C(0x7465646279746573) ^ k1,
    };
    size_t at = 0;
    for (; at + 8 <= length; at += 8)
        absorb(v, read_word(bytes + at));
    uint8_t last[8] = {0};
    for (size_t i = 0; at + i < length; i++)
        last[i] = bytes[at + i];
    last[7] = (uint8_t)length;
    absorb(v, read_word(last));
    Fingerprint print;
    v[2] ^= 0xee;
    print.low = finish(v);
    v[1] ^= 0xdd;
    print.high = finish(v);
    return print;
}

/* --- the table --- */

static bool is_free(const Fingerprint *slot)
{
    return slot->high == 0 && slot->low == 0;
}

/* Nothing may look like a free slot. */
static Fingerprint print_of(const Seen *seen, const char *text)
{
    Fingerprint print = seen_fingerprint(seen->key, text, strlen(text));
    if (is_free(&print))
        print.low = 1;
    return print;
}

static Fingerprint *find(Fingerprint *slots, size_t slot_count,
                         Fingerprint print)
{
    size_t at = (size_t)((print.high >> 32) * slot_count >> 32);
    while (!is_free(&slots[at]) &&
           (slots[at].high != print.high || slots[at].low != print.low))
        at = at + 1 == slot_count ? 0 : at + 1;
    return &slots[at];
}

static void grow(Seen *seen)
{
    size_t slot_count = seen->slot_count + seen->slot_count / 2;
    assert(slot_count < SLOTS_MOST);
    Fingerprint *slots = g_new0(Fingerprint, slot_count);
    for (size_t i = 0; i < seen->slot_count; i++)
        if (!is_free(&seen->slots[i]))
            *find(slots, slot_count, seen->slots[i]) = seen->slots[i];
    g_free(seen->slots);
    seen->slots = slots;
    seen->slot_count = slot_count;
}

Seen *seen_new(const uint8_t key[SEEN_KEY_BYTES])
{
    Seen *seen = g_new0(Seen, 1);
    memcpy(seen->key, key, SEEN_KEY_BYTES);
    seen_clear(seen);
    return seen;
}

void seen_free(Seen *seen)
{
    if (seen == NULL)
        return;
    g_free(seen->slots);
    g_free(seen);
}

void seen_clear(Seen *seen)
{
    g_free(seen->slots);
    seen->slot_count = SLOTS_LEAST;
    seen->slots = g_new0(Fingerprint, seen->slot_count);
    seen->count = 0;
}

bool seen_add(Seen *seen, const char *text)
{
    Fingerprint print = print_of(seen, text);
    Fingerprint *slot = find(seen->slots, seen->slot_count, print);
    if (!is_free(slot))
        return false;
    *slot = print;
    seen->count++;
    if (seen->count > seen->slot_count / 5 * 4)
        grow(seen);
    return true;
}

bool seen_has(const Seen *seen, const char *text)
{
    return !is_free(find(seen->slots, seen->slot_count, print_of(seen, text)));
}

size_t seen_count(const Seen *seen)
{
    return seen->count;
}
