/* retry.c - see retry.h. */
#include "delivery/retry.h"

#include "base/units.h"

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the
 * seed moves every bit of the result. */
static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

int64_t retry_wait_ns(int attempts, uint64_t seed)
{
    static const int64_t minutes[] = {5, 15, 30, 60};
    int last = (int)G_N_ELEMENTS(minutes) - 1;
    int64_t wait_ns = minutes[CLAMP(attempts - 1, 0, last)] * 60 *
                      UNITS_SECOND_NS;
    uint64_t range = (uint64_t)wait_ns / 5 * 2; /* a fifth either way */
    uint64_t random = mix(mix(seed) + (uint64_t)MAX(attempts, 0));
    return wait_ns - (int64_t)(range / 2) + (int64_t)(random % (range + 1));
}
