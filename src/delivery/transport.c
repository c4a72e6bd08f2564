/* transport.c - delivery_run() over the mailer; see transport.h. */
#include "delivery/transport.h"

static void *open_mailer(const DeliveryPlan *plan, const DeliveryRelay *relay,
                         GError **error)
{
    const char *hello = relay->config->hello;
    return mailer_new(relay->config, hello != NULL ? hello : plan->hello,
                      relay->password, error);
}

static bool run_mailer(void *state, int messages_max, const MailerCalls *calls,
                       GError **error)
{
    return mailer_run(state, messages_max, calls, error);
}

static void close_mailer(void *state)
{
    mailer_free(state);
}

bool delivery_run(const DeliveryPlan *plan, DeliveryEnd *end,
                  DeliveryProgress *progress, GError **error)
{
    static const DeliveryTransport over_mailer = {
        .open = open_mailer,
        .run = run_mailer,
        .close = close_mailer,
        .sleep = clock_sleep,
    };
    return delivery_run_over(&over_mailer, plan, end, progress, error);
}
