/* brake.c - see brake.h. */
#include "delivery/brake.h"

#include <glib.h>

#include "base/units.h"

#define PAUSE_FIRST_NS (30 * UNITS_SECOND_NS)
#define PAUSE_MAX_NS (600 * UNITS_SECOND_NS)
#define STEP_NS (30 * UNITS_SECOND_NS)
#define STEP_PART 0.1
#define SLOWEST_PER_SECOND (1.0 / 60)

bool brake_throttle(Brake *brake, int64_t now_ns, double per_second)
{
    if (brake->pause_ns > 0 && now_ns < brake->paused_until_ns)
        return false;
    if (!brake->is_fruitless)
        brake->since_ns = now_ns;
    brake->is_fruitless = true;
    brake->pause_ns = brake->pause_ns == 0
                          ? PAUSE_FIRST_NS
                          : MIN(2 * brake->pause_ns, PAUSE_MAX_NS);
    brake->paused_until_ns = now_ns + brake->pause_ns;
    brake->step_ns = brake->paused_until_ns;
    if (brake->per_second <= 0) {
        /* A rate that was not yet measured: a message a second. */
        brake->full_per_second = per_second > 0 ? per_second : 1;
        brake->per_second = brake->full_per_second;
    }
    brake->per_second = MAX(brake->per_second / 2, SLOWEST_PER_SECOND);
    brake->next_ns = brake->paused_until_ns;
    brake->generation++;
    return true;
}

void brake_accept(Brake *brake, int64_t now_ns)
{
    brake->is_fruitless = false;
    if (brake->per_second <= 0 || now_ns - brake->step_ns < STEP_NS)
        return;
    brake->step_ns = now_ns;
    brake->per_second += brake->full_per_second * STEP_PART;
    if (brake->per_second >= brake->full_per_second) {
        brake->per_second = 0;
        brake->pause_ns = 0;
    }
}

int64_t brake_reserve(Brake *brake, int64_t now_ns)
{
    if (brake->per_second <= 0)
        return now_ns;
    int64_t slot_ns = MAX(now_ns, brake->next_ns);
    brake->next_ns = slot_ns +
                     (int64_t)((double)UNITS_SECOND_NS / brake->per_second);
    return slot_ns;
}

int64_t brake_fruitless_ns(const Brake *brake)
{
    return brake->is_fruitless ? brake->paused_until_ns - brake->since_ns : 0;
}
