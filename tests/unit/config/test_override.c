#include "test.h"

#include "config/config.h"

static Config *parse(const char *text)
{
    GError *error = NULL;
    Config *config = config_parse(text, strlen(text), "mirmail.yaml", &error);
    assert_no_error(error);
    return config;
}

static void loopback_is_this_machine_only(void **state)
{
    (void)state;
    static const char *const here[] = {"127.0.0.1", "127.255.0.9", "::1",
                                       "localhost", "LocalHost"};
    static const char *const elsewhere[] = {
        "128.0.0.1",   "10.0.0.1",          "::",       "localhost.example",
        "127.0.0.1.x", "127.0.0.1.example", "fe80::1",  "",
        "0.0.0.0",     "1270.0.0.1",        "localhos", "::2"};
    for (size_t i = 0; i < G_N_ELEMENTS(here); i++)
        assert_true(config_is_loopback(here[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(elsewhere); i++)
        assert_false(config_is_loopback(elsewhere[i]));
    assert_false(config_is_loopback(NULL));
}

static void a_relay_on_the_command_line_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *host;
        int port;
        TlsMode tls;
    } cases[] = {
        {"smtp://smtp.example.org", "smtp.example.org", 587, TLS_STARTTLS},
        {"smtp://SMTP.Example.org:25/", "smtp.example.org", 25, TLS_STARTTLS},
        {"smtps://smtp.example.org", "smtp.example.org", 465, TLS_IMPLICIT},
        {"SMTPS://smtp.example.org:4465", "smtp.example.org", 4465,
         TLS_IMPLICIT},
        {"smtp://localhost", "localhost", 25, TLS_NONE},
        {"smtp://127.0.0.1:2525", "127.0.0.1", 2525, TLS_NONE},
        {"smtp://[::1]:2525", "::1", 2525, TLS_NONE},
        {"smtp://[::1]", "::1", 25, TLS_NONE},
        {"smtps://[::1]", "::1", 465, TLS_IMPLICIT},
        {"smtp://[2001:db8::1]:25", "2001:db8::1", 25, TLS_STARTTLS},
        {"smtp://192.0.2.1", "192.0.2.1", 587, TLS_STARTTLS},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Config) config = parse("relay: {host: old.example.org}\n");
        GError *error = NULL;
        assert_true(config_set_relay(config, cases[i].url, &error));
        assert_no_error(error);
        assert_string_equal(config->relay.host, cases[i].host);
        assert_int_equal(config->relay.port, cases[i].port);
        assert_int_equal(config->relay.tls, cases[i].tls);
    }
}

static void what_is_no_relay_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *message;
    } cases[] = {
        {"localhost:25", "smtp://host:port"},
        {"http://localhost", "smtp://host:port"},
        {"smtp://", "no host"},
        {"smtp://:25", "no host"},
        {"smtp://::1", "brackets"},
        {"smtp://h:0", "no port"},
        {"smtp://h:65536", "no port"},
        {"smtp://h:25x", "no port"},
        {"smtp://h:", "no port"},
        {"smtp://h:25/path", "no port"},
        {"smtp://h/path", "--relay: "},
        {"smtp://[::1", "--relay: "},
        {"smtp://[127.0.0.1]", "--relay: "},
        {"smtp://a b", "--relay: "},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Config) config = parse("relay: {host: old.example.org}\n");
        GError *error = NULL;
        if (config_set_relay(config, cases[i].url, &error))
            fail_msg("accepted: %s", cases[i].url);
        assert_error(&error, ERROR_USAGE, cases[i].message);
        assert_string_equal(config->relay.host, "old.example.org");
    }
}

static void a_password_in_a_relays_address_is_not_repeated(void **state)
{
    (void)state;
    g_autoptr(Config) config = parse("");
    GError *error = NULL;
    assert_false(config_set_relay(config, "smtp://me:hunter2@h:25", &error));
    assert_null(strstr(error->message, "hunter2"));
    assert_error(&error, ERROR_USAGE, "no user and no password");
}

static void another_relay_does_not_get_the_password_of_the_first(void **state)
{
    (void)state;
    static const char text[] = "relay:\n  host: smtp.example.org\n"
                               "  user: me\n  password_command: pass show x\n"
                               "  client_certificate: c\n  client_key: k\n";
    g_autoptr(Config) same = parse(text);
    assert_true(config_set_relay(same, "smtp://smtp.example.org:25", NULL));
    assert_string_equal(same->relay.user, "me");
    assert_string_equal(same->relay.password_command, "pass show x");
    g_autoptr(Config) other = parse(text);
    assert_true(config_set_relay(other, "smtp://smtp.example.net", NULL));
    assert_null(other->relay.user);
    assert_null(other->relay.password_command);
    assert_null(other->relay.client_certificate);
    assert_null(other->relay.client_key);
    g_autoptr(Config) token = parse("relay: {host: h.example, user: me, "
                                    "token_command: echo x, auth: xoauth2}\n");
    assert_true(config_set_relay(token, "smtp://smtp.example.net", NULL));
    assert_null(token->relay.token_command);
    assert_int_equal(token->relay.auth, AUTH_AUTO);
}

static void rates_and_connections_on_the_command_line(void **state)
{
    (void)state;
    g_autoptr(Config) config = parse("rate: [1/s, 2/s]\n");
    assert_true(config_set_rate(config, "30/min", NULL));
    assert_int_equal(config->sending.limits.rate_count, 1);
    assert_int_equal(config->sending.limits.rates[0].count, 30);
    assert_true(config_set_rate(config, "5/2min, 120/h", NULL));
    assert_int_equal(config->sending.limits.rate_count, 2);
    assert_true(config_set_rate(config, "unlimited", NULL));
    assert_int_equal(config->sending.limits.rate_count, 0);
    GError *error = NULL;
    assert_false(config_set_rate(config, "fast", &error));
    assert_error(&error, ERROR_USAGE, "--rate: `fast` is no rate");
    assert_false(config_set_rate(config, "", &error));
    assert_error(&error, ERROR_USAGE, "--rate: ");
    assert_int_equal(config->sending.limits.rate_count, 0);

    assert_true(config_set_connections(config, "8", NULL));
    assert_int_equal(config->sending.limits.connections, 8);
    static const char *const wrong[] = {"0", "65", "-1", "x", "", "8 "};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        assert_false(config_set_connections(config, wrong[i], &error));
        assert_error(&error, ERROR_USAGE, "from 1 to 64");
    }
    assert_int_equal(config->sending.limits.connections, 8);
}

#define SENDER                                                                 \
    "sender: {from: a@example.org, organisation: A}\n"                         \
    "list: {id: a.example.org, unsubscribe_mail: b@example.org}\n"

static void a_send_says_what_the_configuration_lacks(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *key;
        const char *example;
    } cases[] = {
        {"", "mirmail.yaml: `sender.from`", "from: Example News <"},
        {"sender: {from: a@example.org}", "`sender.organisation`",
         "organisation: "},
        {"sender: {from: a@example.org, organisation: A}", "`list.id`",
         "id: news.example.org"},
        {"sender: {from: a@example.org, organisation: A}\n"
         "list: {id: a.example.org}",
         "`relay.host`", "host: smtp.example.org"},
        {"sender: {from: a@example.org, organisation: A}\n"
         "list: {id: a.example.org}\nrelay: {host: h.example}",
         "`list.unsubscribe_url`", "unsubscribe_mail: leave@example.org"},
        {SENDER "relay: postfix", "`relay.host`",
         "write `preset: postfix` and `host: "},
        {SENDER "relay: {host: h.example, tls: none}", "`relay.tls`",
         "allow_plaintext: true"},
        {SENDER "relay: {host: h.example, tls: none, allow_plaintext: true, "
                "user: u, password_env: P}",
         "`relay.tls`", "in the clear"},
        {SENDER "relay: {host: h.example, user: u}", "`relay.user`",
         "password_command: "},
        {SENDER "relay: {host: h.example, password_env: P}", "`relay.user`",
         "user: news@example.org"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Config) config = parse(cases[i].text);
        GError *error = NULL;
        if (config_check_sending(config, &error))
            fail_msg("accepted: %s", cases[i].text);
        assert_non_null(strstr(error->message, cases[i].example));
        assert_error(&error, ERROR_CONFIG, cases[i].key);
    }
}

static void a_send_may_go_when_all_is_there(void **state)
{
    (void)state;
    static const char *const cases[] = {
        SENDER "relay: {host: h.example}",
        SENDER "relay: {host: 127.0.0.1, tls: none}",
        SENDER "relay: {host: \"::1\", tls: none, user: u, password_env: P}",
        SENDER "relay: {host: h.example, tls: none, allow_plaintext: true}",
        SENDER "relay: {host: h.example, user: u, password_file: f}",
        SENDER "relay: {host: h.example, user: u, auth: none}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Config) config = parse(cases[i]);
        GError *error = NULL;
        assert_true(config_check_sending(config, &error));
        assert_no_error(error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loopback_is_this_machine_only),
        cmocka_unit_test(a_relay_on_the_command_line_is_read),
        cmocka_unit_test(what_is_no_relay_is_refused),
        cmocka_unit_test(a_password_in_a_relays_address_is_not_repeated),
        cmocka_unit_test(another_relay_does_not_get_the_password_of_the_first),
        cmocka_unit_test(rates_and_connections_on_the_command_line),
        cmocka_unit_test(a_send_says_what_the_configuration_lacks),
        cmocka_unit_test(a_send_may_go_when_all_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
