/*
 * fuzz_config.c - any bytes as mirmail.yaml and as --relay and --rate: either
 * an error with words, or a configuration within its ranges.
 */
#include <stdint.h>
#include <string.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_error(const GError *error)
{
    g_assert(error->message[0] != '\0');
    for (const char *at = error->message; *at != '\0';
         at = g_utf8_next_char(at))
        g_assert(!g_unichar_iscntrl(g_utf8_get_char(at)));
}

static void check_config(const Config *config)
{
    g_assert(config->relay.port >= 1 && config->relay.port <= 65535);
    g_assert(config->sending.limits.connections >= 1 &&
             config->sending.limits.connections <= 64);
    g_assert(config->sending.limits.rate_count >= 0 &&
             config->sending.limits.rate_count <= CONFIG_RATES_MAX);
    g_assert(config->text.width >= 60 && config->text.width <= 78);
    g_assert(config->journal != NULL);
    if (config->sender.organisation != NULL)
        g_assert(strchr(config->sender.organisation, '\n') == NULL);
    g_autoptr(GError) error = NULL;
    if (!config_check_sending(config, &error))
        check_error(error);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = config_parse((const char *)bytes, size,
                                            "mirmail.yaml", &error);
    g_assert((config == NULL) == (error != NULL));
    if (config == NULL)
        check_error(error);
    else
        check_config(config);

    g_autofree char *text = g_strndup((const char *)bytes, size);
    g_autoptr(Config) other = config_parse("", 0, "mirmail.yaml", NULL);
    g_autoptr(GError) reason = NULL;
    if (!config_set_relay(other, text, &reason))
        check_error(reason);
    g_clear_error(&reason);
    if (!config_set_rate(other, text, &reason))
        check_error(reason);
    check_config(other);
    return 0;
}
