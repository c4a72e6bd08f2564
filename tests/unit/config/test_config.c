#include "test.h"

#include <glib/gstdio.h>

#include "config/config.h"

static Config *parse(const char *text, GError **error)
{
    return config_parse(text, strlen(text), "conf/mirmail.yaml", error);
}

static void a_whole_file_is_read_into_its_sections(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBF# who we are\n"
                               "sender:\n"
                               "  from: '\"Mirage, News\" <news@Example.ORG>'\n"
                               "  reply_to: team@example.org\n"
                               "  bounce: bounces@example.org\n"
                               "  organisation: The Mirage Project\n"
                               "  postal_address: |\n"
                               "    1 Some Street\n"
                               "    Cambridge\n"
                               "  url: https://mirage.io/\n"
                               "list:\n"
                               "  id: news.example.org\n"
                               "  name: Mirage News\n"
                               "  description: You joined this list.\n"
                               "  unsubscribe_url: https://example.org/leave\n"
                               "  unsubscribe_mail: leave@example.org\n"
                               "  help_url: https://example.org/help\n"
                               "  archive_url: https://example.org/archive\n"
                               "  subscribe_url: https://example.org/join\n"
                               "  owner: owner@example.org\n"
                               "  precedence: bulk\n"
                               "relay:\n"
                               "  host: smtp.example.org\n"
                               "  port: 2525\n"
                               "  tls: implicit\n"
                               "  allow_plaintext: yes\n"
                               "  ca_file: ca.pem\n"
                               "  auth: login\n"
                               "  user: news\n"
                               "  password_env: RELAY_PASSWORD\n"
                               "  hello: mail.example.org\n"
                               "  connect_timeout: 5s\n"
                               "  reply_timeout: 1min\n"
                               "  data_timeout: 2min\n"
                               "rate: [5/2min, 120/h, 1500/day]\n"
                               "connections: 4\n"
                               "messages_per_connection: 50\n"
                               "retry_for: 2h\n"
                               "text:\n"
                               "  width: 66\n"
                               "  links: inline\n"
                               "base_url: https://mirage.io/blog/\n"
                               "template: looks/mine\n"
                               "journal: /var/lib/mirmail/journal.db\n"
                               "lists: [a.csv, /b.yaml]\n";
    GError *error = NULL;
    g_autoptr(Config) config = parse(text, &error);
    assert_no_error(error);
    assert_string_equal(config->path, "conf/mirmail.yaml");
    assert_string_equal(config->sender.from.name, "Mirage, News");
    assert_string_equal(config->sender.from.address.text, "news@example.org");
    assert_string_equal(config->sender.reply_to.address.text,
                        "team@example.org");
    assert_string_equal(config->sender.bounce.plain.text,
                        "bounces@example.org");
    assert_string_equal(config->sender.organisation, "The Mirage Project");
    assert_string_equal(config->sender.postal_address,
                        "1 Some Street\nCambridge");
    assert_string_equal(config->sender.url, "https://mirage.io/");
    assert_string_equal(config->list.id, "news.example.org");
    assert_string_equal(config->list.name, "Mirage News");
    assert_string_equal(config->list.description, "You joined this list.");
    assert_string_equal(config->list.unsubscribe_url,
                        "https://example.org/leave");
    assert_string_equal(config->list.unsubscribe_mail, "leave@example.org");
    assert_string_equal(config->list.help_url, "https://example.org/help");
    assert_string_equal(config->list.archive_url,
                        "https://example.org/archive");
    assert_string_equal(config->list.subscribe_url, "https://example.org/join");
    assert_string_equal(config->list.owner, "owner@example.org");
    assert_string_equal(config->list.precedence, "bulk");
    assert_string_equal(config->relay.host, "smtp.example.org");
    assert_int_equal(config->relay.port, 2525);
    assert_int_equal(config->relay.tls, TLS_IMPLICIT);
    assert_true(config->relay.allow_plaintext);
    assert_string_equal(config->relay.ca_file, "conf/ca.pem");
    assert_int_equal(config->relay.auth, AUTH_LOGIN);
    assert_string_equal(config->relay.user, "news");
    assert_string_equal(config->relay.password_env, "RELAY_PASSWORD");
    assert_string_equal(config->relay.hello, "mail.example.org");
    assert_int_equal(config->relay.connect_timeout_ns, INT64_C(5000000000));
    assert_int_equal(config->relay.reply_timeout_ns, INT64_C(60000000000));
    assert_int_equal(config->relay.data_timeout_ns, INT64_C(120000000000));
    assert_int_equal(config->sending.limits.rate_count, 3);
    assert_int_equal(config->sending.limits.rates[0].count, 5);
    assert_int_equal(config->sending.limits.rates[2].count, 1500);
    assert_int_equal(config->sending.limits.connections, 4);
    assert_int_equal(config->sending.limits.messages_per_connection, 50);
    assert_int_equal(config->sending.retry_for_ns, INT64_C(7200000000000));
    assert_int_equal(config->text.width, 66);
    assert_string_equal(config->text.links, "inline");
    assert_string_equal(config->base_url, "https://mirage.io/blog/");
    assert_string_equal(config->template, "conf/looks/mine");
    assert_string_equal(config->journal, "/var/lib/mirmail/journal.db");
    assert_string_equal(config->lists[0], "conf/a.csv");
    assert_string_equal(config->lists[1], "/b.yaml");
    assert_null(config->lists[2]);
}

static void what_is_not_written_has_its_default(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "", "# nothing yet\n",
        "sender:\nrelay:\n  host:\n  tls: ~\nlists: []\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autoptr(Config) config = parse(cases[i], &error);
        assert_no_error(error);
        assert_null(config->sender.from.address.text);
        assert_null(config->relay.host);
        assert_null(config->lists);
        assert_null(config->template);
        assert_int_equal(config->sending.limits.rate_count, 1);
        assert_int_equal(config->sending.limits.rates[0].count, 20);
        assert_int_equal(config->sending.limits.rates[0].window_ns,
                         INT64_C(60000000000));
        assert_int_equal(config->sending.limits.connections, 1);
        assert_int_equal(config->sending.limits.messages_per_connection, 100);
        assert_int_equal(config->sending.retry_for_ns, INT64_C(14400000000000));
        assert_int_equal(config->relay.tls, TLS_STARTTLS);
        assert_int_equal(config->relay.port, 587);
        assert_int_equal(config->relay.auth, AUTH_AUTO);
        assert_false(config->relay.allow_plaintext);
        assert_int_equal(config->relay.connect_timeout_ns,
                         INT64_C(30000000000));
        assert_int_equal(config->relay.reply_timeout_ns, INT64_C(300000000000));
        assert_int_equal(config->relay.data_timeout_ns, INT64_C(600000000000));
        assert_int_equal(config->text.width, 72);
        assert_string_equal(config->text.links, "end");
        assert_string_equal(config->list.precedence, "list");
        assert_string_equal(config->journal, "conf/.mirmail/journal.db");
    }
}

static void ports_and_tls_follow_each_other(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        TlsMode tls;
        int port;
    } cases[] = {
        {"relay: {port: 465}", TLS_IMPLICIT, 465},
        {"relay: {port: 465, tls: starttls}", TLS_STARTTLS, 465},
        {"relay: {port: 2525}", TLS_STARTTLS, 2525},
        {"relay: {tls: implicit}", TLS_IMPLICIT, 465},
        {"relay: {tls: none}", TLS_NONE, 25},
        {"relay: {tls: STARTTLS}", TLS_STARTTLS, 587},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Config) config = parse(cases[i].text, NULL);
        assert_non_null(config);
        assert_int_equal(config->relay.tls, cases[i].tls);
        assert_int_equal(config->relay.port, cases[i].port);
    }
}

static void mistakes_are_told_with_place_and_way_out(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"# x\n\nrelay:\n  hosst: a.example\n",
         "conf/mirmail.yaml:4:3: unknown key `relay.hosst`; did you mean "
         "`relay.host`?"},
        {"host: a.example\n",
         "conf/mirmail.yaml:1:1: unknown key `host`; did you mean "
         "`relay.host`?"},
        {"reply: {}\n", "conf/mirmail.yaml:1:1: unknown key `reply`"},
        {"sendr: {from: a@b.example}\n", "did you mean `sender`?"},
        {"relay.host: a.example\n", "written as two lines"},
        {"quite_another: 1\n", "mirmail.yaml(5) lists the settings"},
        {"rate: 1/s\nrate: 2/s\n", ":2:1: `rate` stands here a second time; "
                                   "the first is on line 1"},
        {"relay:\n  port: 25\n  port: 26\n",
         ":3:3: `relay.port` stands here a second time"},
        {"relay: {}\nlist: {}\nrelay: {}\n", ":3:1: `relay` stands here"},
        {"relay: smtp.example.org\n", ":1:8: `relay.preset` is one of gmail, "},
        {"- a\n", ":1:1: a configuration is lines"},
        {"relay: {port: 70000}\n",
         ":1:15: `relay.port` must be a whole number from 1 to 65535, not "
         "`70000`"},
        {"relay: {port: 1e3}\n", "not `1e3`"},
        {"relay: {port: [25]}\n", "`relay.port` must be a text, not a list"},
        {"relay: {tls: ssl}\n",
         "`relay.tls` must be one of starttls, implicit, none, not `ssl`"},
        {"relay: {allow_plaintext: perhaps}\n",
         "`relay.allow_plaintext` must be true or false"},
        {"relay: {host: smtp.example.org:25}\n", "`relay.host`: "},
        {"relay: {host: a b}\n", "`relay.host`: "},
        {"relay: {reply_timeout: 0s}\n",
         "`relay.reply_timeout` must be from 1 s to 1 h, not `0s`"},
        {"relay: {reply_timeout: soon}\n", "`relay.reply_timeout`: `soon`"},
        {"rate: fast\n", ":1:7: `rate`: `fast` is no rate"},
        {"rate: [1/s, {}]\n", ":1:13: `rate` must be a text, not a map"},
        {"rate: [1/s,1/s,1/s,1/s,1/s,1/s,1/s,1/s,1/s]\n", "more than 8 rates"},
        {"connections: 0\n", "from 1 to 64"},
        {"connections: 65\n", "from 1 to 64"},
        {"connections: -1\n", "not `-1`"},
        {"text: {width: 59}\n", "from 60 to 78"},
        {"text: {links: below}\n", "one of end, inline"},
        {"list: {precedence: junk}\n", "one of list, bulk, none"},
        {"list: {id: <news.example.org>}\n", "`list.id` must be letters"},
        {"list: {id: news}\n", "at least one dot"},
        {"list: {id: a..b}\n", "at least one dot"},
        {"list: {id: a.b.}\n", "at least one dot"},
        {"list: {unsubscribe_url: \"http://example.org/x\"}\n",
         "begins with https://"},
        {"list: {unsubscribe_url: \"http://example.org/{token}\"}\n",
         "begins with https://"},
        {"list: {unsubscribe_url: \"https://example.org/{tokn}\"}\n",
         "begins with https://"},
        {"list: {unsubscribe_url: \"https://e.org/{token}/{token}\"}\n",
         "`list.unsubscribe_url` may have {token} once"},
        {"list: {unsubscribe_url: \"https://{token}.example.org/\"}\n",
         "where no web server sees it"},
        {"list: {unsubscribe_url: \"https://example.org/#{token}\"}\n",
         "where no web server sees it"},
        {"list: {unsubscribe_mail: \"leave+{tokn}@example.org\"}\n",
         "`list.unsubscribe_mail` may have {token} once and nothing else"},
        {"list: {unsubscribe_mail: \"{leave}{token}@example.org\"}\n",
         "nothing else in braces"},
        {"list: {unsubscribe_mail: \"leave@{token}.example.org\"}\n",
         "`list.unsubscribe_mail`: "},
        {"list: {unsubscribe_mail: "
         "\"a-name-of-thirty-two-letters-xx+{token}@example.org\"}\n",
         "at most 31 letters may stand before {token}"},
        {"sender: {url: \"https://example.org/{{email}}\"}\n",
         "without blanks"},
        {"sender: {url: \"javascript:alert(1)\"}\n", "https:// or http://"},
        {"sender: {url: \"https://\"}\n", "https:// or http://"},
        {"sender: {from: nobody}\n", "`sender.from`: "},
        {"sender: {from: \"A <a@example.org>, B <b@example.org>\"}\n",
         "`sender.from`: "},
        {"sender: {bounce: \"A <a@example.org>\"}\n", "`sender.bounce`: "},
        {"sender: {bounce: \"b{token}@example.org\"}\n",
         "as in bounce+{token}@example.org"},
        {"sender: {organisation: \"a\\nb: c\"}\n",
         "`sender.organisation` must be one line"},
        {"sender: {organisation: \"a\\eb\"}\n",
         "`sender.organisation` holds a control character"},
        {"relay: {password_env: \"hunter 2\"}\n",
         "the name of an environment variable"},
        {"relay: {user: a, password_env: P, password_file: f}\n",
         "`password_file` and `password_env` both say"},
        {"relay: {user: a, token_command: t, auth: login}\n",
         "`auth` asks for a login with a password"},
        {"relay: {user: a, password_file: f, auth: xoauth2}\n",
         "`token_command` must say where it is"},
        {"relay: {client_key: k}\n", "`client_certificate`"},
        {"relay: {auth: cram-md5}\n", "scram-sha-256, xoauth2, oauthbearer"},
        {"relay: [\n", "conf/mirmail.yaml:"},
        {"sender: {from: \xE9@example.org}\n", "UTF-8"},
        {"lists: [a, [b]]\n", "`lists` must be a text, not a list"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autoptr(Config) config = parse(cases[i].text, &error);
        if (config != NULL)
            fail_msg("accepted: %s", cases[i].text);
        assert_error(&error, ERROR_CONFIG, cases[i].message);
    }
}

static void a_password_in_the_file_is_refused_and_not_repeated(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "relay: {password: hunter2}\n", "password: hunter2\n",
        "relay: {Password: hunter2}\n", "relay: {secret: hunter2}\n",
        "relay: {token: hunter2}\n",    "relay: {access_token: hunter2}\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        assert_null(parse(cases[i], &error));
        assert_null(strstr(error->message, "hunter2"));
        assert_non_null(strstr(error->message, "password_command: "));
        assert_non_null(strstr(error->message, "password_file: "));
        assert_error(&error, ERROR_CONFIG, "password_env: ");
    }
}

static void texts_become_nfc_and_lose_their_blanks(void **state)
{
    (void)state;
    g_autoptr(Config)
        config = parse("sender: {organisation: \"  Cafe\\u0301  \"}\n", NULL);
    assert_string_equal(config->sender.organisation, "Caf\xC3\xA9");
}

static void a_text_over_its_limit_is_refused(void **state)
{
    (void)state;
    g_autofree char *name = g_strnfill(1001, 'x');
    g_autofree char *text = g_strdup_printf("sender: {organisation: %s}\n",
                                            name);
    GError *error = NULL;
    assert_null(parse(text, &error));
    assert_error(&error, ERROR_CONFIG, "longer than 1000 characters");
}

static void the_bounce_address_is_froms_when_unset(void **state)
{
    (void)state;
    g_autoptr(Config) config = parse("sender: {from: A <a@b.example>}\n", NULL);
    assert_string_equal(config->sender.bounce.plain.text, "a@b.example");
}

static void a_file_in_the_working_directory_keeps_paths_short(void **state)
{
    (void)state;
    static const char text[] = "lists: news.csv\ntemplate: ~/t\n";
    g_autoptr(Config)
        config = config_parse(text, strlen(text), "mirmail.yaml", NULL);
    assert_string_equal(config->lists[0], "news.csv");
    assert_null(config->lists[1]);
    assert_string_equal(config->journal, ".mirmail/journal.db");
    g_autofree char *home = g_build_filename(g_get_home_dir(), "t", NULL);
    assert_string_equal(config->template, home);
}

static void a_file_is_found_upward_and_then_in_the_xdg_place(void **state)
{
    (void)state;
    g_autofree char *root = g_dir_make_tmp("mirmail-config-XXXXXX", NULL);
    g_autofree char *deep = g_build_filename(root, "a", "b", NULL);
    g_autofree char *xdg = g_build_filename(root, "xdg", "mirmail", NULL);
    g_autofree char *upper = g_build_filename(root, "mirmail.yaml", NULL);
    g_autofree char *home = g_build_filename(xdg, "mirmail.yaml", NULL);
    g_autofree char *xdg_base = g_path_get_dirname(xdg);
    g_autofree char *before = g_get_current_dir();
    assert_int_equal(g_mkdir_with_parents(deep, 0700), 0);
    assert_int_equal(g_mkdir_with_parents(xdg, 0700), 0);
    assert_true(g_file_set_contents(home, "connections: 3\n", -1, NULL));
    assert_true(g_setenv("XDG_CONFIG_HOME", xdg_base, TRUE));
    assert_int_equal(g_chdir(deep), 0);

    g_autoptr(Config) from_home = config_load(NULL, NULL);
    assert_int_equal(from_home->sending.limits.connections, 3);
    assert_string_equal(from_home->path, home);

    assert_true(g_file_set_contents(upper, "connections: 2\n", -1, NULL));
    g_autoptr(Config) from_above = config_load(NULL, NULL);
    assert_int_equal(from_above->sending.limits.connections, 2);
    g_autofree char *journal = g_build_filename(root, ".mirmail", "journal.db",
                                                NULL);
    assert_string_equal(from_above->journal, journal);

    assert_true(
        g_file_set_contents("mirmail.yaml", "connections: 1\n", -1, NULL));
    g_autoptr(Config) from_here = config_load(NULL, NULL);
    assert_string_equal(from_here->path, "mirmail.yaml");

    assert_int_equal(g_remove("mirmail.yaml"), 0);
    assert_int_equal(g_remove(upper), 0);
    assert_int_equal(g_remove(home), 0);
    g_autoptr(Config) from_nowhere = config_load(NULL, NULL);
    assert_null(from_nowhere->path);
    assert_int_equal(from_nowhere->relay.port, 587);
    assert_string_equal(from_nowhere->journal, ".mirmail/journal.db");

    GError *error = NULL;
    assert_null(config_load("not-there.yaml", &error));
    assert_error(&error, ERROR_MISSING, "not-there.yaml: ");
    assert_int_equal(g_chdir(before), 0);
    g_autofree char *parent = g_path_get_dirname(deep);
    const char *const directories[] = {deep, parent, xdg, xdg_base, root};
    for (size_t i = 0; i < G_N_ELEMENTS(directories); i++)
        assert_int_equal(g_rmdir(directories[i]), 0);
}

static void the_manual_names_every_setting_once(void **state)
{
    (void)state;
    static const char *const keys[] = {"rate",
                                       "connections",
                                       "messages_per_connection",
                                       "retry_for",
                                       "base_url",
                                       "template",
                                       "journal",
                                       "lists",
                                       "sender.from",
                                       "sender.url",
                                       "list.id",
                                       "list.unsubscribe_mail",
                                       "relay.host",
                                       "relay.password_command",
                                       "relay.data_timeout",
                                       "text.width",
                                       "text.links"};
    g_autofree char *manual = config_manual();
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *item = g_strdup_printf("\n.It Cm %s : ", keys[i]);
        const char *first = strstr(manual, item);
        if (first == NULL)
            fail_msg("no %s", keys[i]);
        assert_null(strstr(first + 1, item));
    }
    assert_non_null(strstr(manual, "From 60 to 78.\nDefault: 72.\n"));
    assert_non_null(strstr(manual, "Default: 20/min.\n"));
}

static void a_template_is_a_name_or_a_folder(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *template;
    } cases[] = {
        {"template: plain\n", "plain"},
        {"template: ./plain\n", "%s/./plain"},
        {"template: looks/mine\n", "%s/looks/mine"},
        {"template: mine\n", "%s/mine"}, /* there is such a folder */
    };
    g_autofree char *folder = g_dir_make_tmp("mirmail-XXXXXX", NULL);
    g_autofree char *mine = g_build_filename(folder, "mine", NULL);
    g_autofree char *path = g_build_filename(folder, "mirmail.yaml", NULL);
    assert_int_equal(g_mkdir(mine, 0700), 0);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        GString *expected = g_string_new(cases[i].template);
        g_string_replace(expected, "%s", folder, 0);
        g_autoptr(Config) config = config_parse(
            cases[i].text, strlen(cases[i].text), path, &error);
        assert_no_error(error);
        assert_string_equal(config->template, expected->str);
        g_string_free(expected, TRUE);
    }
    assert_int_equal(g_rmdir(mine), 0);
    assert_int_equal(g_rmdir(folder), 0);
}

static void tokens_may_stand_where_each_recipient_has_one(void **state)
{
    (void)state;
    GError *error = NULL;
    g_autoptr(Config) config = parse(
        "list:\n"
        "  unsubscribe_url: https://example.org/u?t={token}&x=1\n"
        "  unsubscribe_mail: "
        "a-name-of-thirty-one-letters-x+{token}@Example.org\n"
        "sender:\n"
        "  bounce: bounce+{token}@example.org\n",
        &error);
    assert_no_error(error);
    assert_string_equal(config->list.unsubscribe_url,
                        "https://example.org/u?t={token}&x=1");
    assert_string_equal(config->list.unsubscribe_mail,
                        "a-name-of-thirty-one-letters-x+{token}@example.org");
    assert_string_equal(config->sender.bounce.before, "bounce+");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_template_is_a_name_or_a_folder),
        cmocka_unit_test(a_whole_file_is_read_into_its_sections),
        cmocka_unit_test(what_is_not_written_has_its_default),
        cmocka_unit_test(ports_and_tls_follow_each_other),
        cmocka_unit_test(mistakes_are_told_with_place_and_way_out),
        cmocka_unit_test(a_password_in_the_file_is_refused_and_not_repeated),
        cmocka_unit_test(texts_become_nfc_and_lose_their_blanks),
        cmocka_unit_test(a_text_over_its_limit_is_refused),
        cmocka_unit_test(the_bounce_address_is_froms_when_unset),
        cmocka_unit_test(a_file_in_the_working_directory_keeps_paths_short),
        cmocka_unit_test(a_file_is_found_upward_and_then_in_the_xdg_place),
        cmocka_unit_test(the_manual_names_every_setting_once),
        cmocka_unit_test(tokens_may_stand_where_each_recipient_has_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
