#include "test.h"

#include "config/config.h"
#include "config/presets.h"

static Config *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    Config *config = config_parse(text, strlen(text), "mirmail.yaml", &error);
    assert_no_error(error);
    return config;
}

static void a_preset_is_what_the_file_does_not_say(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *host;
        int port;
        int connections;
        int first_count; /* of the first rate */
    } cases[] = {
        {"relay: gmail\n", "smtp.gmail.com", 587, 1, 20},
        {"relay: {preset: exchange}\n", "smtp.office365.com", 587, 3, 30},
        {"relay: {preset: exchange}\nconnections: 1\n", "smtp.office365.com",
         587, 1, 30},
        {"relay: {preset: exchange}\nrate: 5/min\n", "smtp.office365.com", 587,
         3, 5},
        {"relay: {preset: workspace, host: other.example.org, port: 2525}\n",
         "other.example.org", 2525, 2, 60},
        {"relay: {preset: workspace, tls: implicit}\n", "smtp.gmail.com", 465,
         2, 60},
        {"relay: {preset: postfix, host: localhost}\n", "localhost", 25, 4, 0},
        {"relay: {host: smtp.example.org}\n", "smtp.example.org", 587, 1, 20},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Config) config = parse(cases[i].text);
        const RelayConfig *relay = config_relay_at(config, 0);
        assert_string_equal(relay->host, cases[i].host);
        assert_int_equal(relay->port, cases[i].port);
        assert_int_equal(relay->limits.connections, cases[i].connections);
        if (cases[i].first_count == 0)
            assert_int_equal(relay->limits.rate_count, 0);
        else
            assert_int_equal(relay->limits.rates[0].count,
                             cases[i].first_count);
    }
}

static void each_of_several_relays_may_have_its_preset(void **state)
{
    (void)state;
    g_autoptr(Config) config = parse("relays:\n"
                                     "  - preset: exchange\n"
                                     "    rate: 7/min\n"
                                     "  - preset: workspace\n"
                                     "  - host: smtp.example.org\n");
    assert_int_equal(config_relay_count(config), 3);
    assert_int_equal(config_relay_at(config, 0)->limits.rates[0].count, 7);
    assert_int_equal(config_relay_at(config, 0)->limits.connections, 3);
    assert_int_equal(config_relay_at(config, 1)->limits.rates[0].count, 60);
    assert_int_equal(config_relay_at(config, 2)->limits.rates[0].count, 20);
}

static void another_relay_on_the_command_line_has_not_its_limits(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = parse("relay: workspace\n");
    assert_true(config_set_relay(config, "smtp://localhost:2525", &error));
    const RelayConfig *relay = config_relay_at(config, 0);
    assert_null(relay->preset);
    assert_int_equal(relay->limits.connections, 1);
    assert_int_equal(relay->limits.rates[0].count, 20);
}

static void every_preset_can_be_written_and_read(void **state)
{
    (void)state;
    const Preset *preset = NULL;
    for (size_t i = 0; (preset = preset_at(i)) != NULL; i++) {
        g_autofree char *text = g_strdup_printf("relay: %s\n", preset->name);
        g_autoptr(Config) config = parse(text);
        assert_string_equal(config_relay_at(config, 0)->preset, preset->name);
        if (preset->rate != NULL && strcmp(preset->rate, "unlimited") != 0)
            assert_true(config_relay_at(config, 0)->limits.rate_count > 0);
        if (preset->host != NULL)
            assert_non_null(preset_for_host(preset->host));
    }
    assert_string_equal(
        preset_for_host("email-smtp.eu-central-1.amazonaws.com")->name, "ses");
    assert_null(preset_for_host("smtp.example.org"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_preset_is_what_the_file_does_not_say),
        cmocka_unit_test(each_of_several_relays_may_have_its_preset),
        cmocka_unit_test(another_relay_on_the_command_line_has_not_its_limits),
        cmocka_unit_test(every_preset_can_be_written_and_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
