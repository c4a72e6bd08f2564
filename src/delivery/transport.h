/*
 * transport.h - how a worker reaches the relay; private to delivery/.
 *
 * delivery_run() uses the mailer. Tests run the same delivery over one in
 * memory, which loses connections at the moments they choose and lets time
 * pass without waiting for it.
 */
#ifndef DELIVERY_TRANSPORT_H
#define DELIVERY_TRANSPORT_H

#include "delivery/delivery.h"
#include "delivery/mailer.h"

typedef struct DeliveryTransport {
    /* For each relay of the plan. */
    void *(*open)(const DeliveryPlan *plan, const DeliveryRelay *relay,
                  GError **error);
    /* As mailer_run(). Called from every worker's thread. */
    bool (*run)(void *state, int messages_max, const MailerCalls *calls,
                GError **error);
    void (*close)(void *state);
    void (*sleep)(int64_t duration_ns);
} DeliveryTransport;

bool delivery_run_over(const DeliveryTransport *transport,
                       const DeliveryPlan *plan, DeliveryEnd *end,
                       DeliveryProgress *progress, GError **error);

#endif
