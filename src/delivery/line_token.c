/*
 * line_token.c - the access token of OAuth, see line_private.h.
 *
 * A token lasts about an hour and a campaign may last days, so the command is
 * run for each connection; connections that are opened together share what it
 * said. A shared token that is refused may just have run out: it is dropped,
 * and the next connection gets a new one.
 */
#include "base/clock.h"
#include "base/error.h"
#include "delivery/line_private.h"

#define TOKEN_FRESH_NS (120 * UNITS_SECOND_NS)

static int64_t now_ns(void)
{
    const Clock *clock = clock_system();
    return clock->monotonic_ns(clock);
}

/* What has worked before may do so again. */
static bool set_command_error(LineContext *context, GError *cause,
                              GError **error)
{
    if (context->has_had_token && cause->code == ERROR_CONFIG)
        cause->code = ERROR_RETRY;
    g_propagate_error(error, cause);
    return false;
}

static bool refresh(LineContext *context, GError **error)
{
    GError *cause = NULL;
    config_password_free(g_steal_pointer(&context->token));
    if (!config_token(context->token_command, context->cancel_pipe[0],
                      &context->token, &cause))
        return set_command_error(context, cause, error);
    context->token_ns = now_ns();
    context->has_had_token = true;
    return true;
}

bool token_take(LineContext *context, char **token, bool *is_shared,
                GError **error)
{
    pthread_mutex_lock(&context->token_lock);
    *is_shared = context->token != NULL &&
                 now_ns() - context->token_ns < TOKEN_FRESH_NS;
    bool is_good = *is_shared || refresh(context, error);
    if (is_good)
        *token = g_strdup(context->token);
    pthread_mutex_unlock(&context->token_lock);
    return is_good;
}

void token_drop(LineContext *context, const char *token)
{
    pthread_mutex_lock(&context->token_lock);
    if (g_strcmp0(context->token, token) == 0)
        config_password_free(g_steal_pointer(&context->token));
    pthread_mutex_unlock(&context->token_lock);
}
