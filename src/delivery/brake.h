/*
 * brake.h - slower, when the relay asks for it; private to delivery/.
 *
 * An answer that means "too fast" pauses everything, for 30 seconds the first
 * time and twice as long each further time, up to ten minutes; then mail goes
 * on at half the rate it had. Every half minute in which messages are
 * accepted gives a tenth of that rate back (additive increase, multiplicative
 * decrease), and with the whole of it the brake is off.
 *
 * Answers to messages that were already on their way when the pause began
 * belong to the same event. The time is an argument; not locked.
 */
#ifndef DELIVERY_BRAKE_H
#define DELIVERY_BRAKE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Brake {
    int64_t paused_until_ns;
    int64_t pause_ns; /* how long the last pause was; 0: none lately */
    int64_t since_ns; /* the first of the pauses without any success */
    int64_t step_ns;  /* the last change of the rate */
    int64_t next_ns;  /* at the present rate, not before */
    double full_per_second;
    double per_second;   /* 0: the brake is off */
    bool is_fruitless;   /* nothing was accepted since since_ns */
    unsigned generation; /* counts the pauses */
} Brake;

/* True when this begins a pause; `per_second` is the rate until now. */
bool brake_throttle(Brake *brake, int64_t now_ns, double per_second);
void brake_accept(Brake *brake, int64_t now_ns);

/* The moment at or after `now_ns` when the next message may start; books it. */
int64_t brake_reserve(Brake *brake, int64_t now_ns);

/* How long the relay has been refusing everything, the pause that is on
 * included; 0 when it accepts. */
int64_t brake_fruitless_ns(const Brake *brake);

#endif
