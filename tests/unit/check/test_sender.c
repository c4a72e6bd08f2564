/* test_sender.c - check/sender.h, check/front_matter.h, and what a send
 * needs of the configuration. */
#include "test.h"

#include "check/front_matter.h"
#include "check/sender.h"

/* All rules found, "sender postal". */
static char *rules_of(const Findings *findings)
{
    GString *rules = g_string_new(NULL);
    for (size_t i = 0; i < findings_stored(findings); i++)
        g_string_append_printf(rules, "%s%s", i > 0 ? " " : "",
                               findings_at(findings, i)->rule);
    return g_string_free(rules, FALSE);
}

static Config *configure(const char *yaml)
{
    g_autoptr(GError) error = NULL;
    Config *config = config_parse(yaml, strlen(yaml), "mirmail.yaml", &error);
    assert_no_error(error);
    return config;
}

static void a_name_with_a_foreign_address_is_warned_of(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *rules;
    } cases[] = {
        {"News <news@example.org>", ""},
        {"\"news@example.org\" <news@example.org>", ""},
        {"\"Ann @ work\" <news@example.org>", "sender"},
        {"\"ceo@bank.example\" <news@example.org>", "sender"},
        {"\"a@example.org.evil.example\" <a@example.org>", "sender"},
        {"\"a@example.organic\" <a@example.org>", "sender"},
        {"\"Ada (a@EXAMPLE.org)\" <a@example.org>", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *yaml = g_strdup_printf(
            "sender:\n  from: '%s'\n  postal_address: x\n", cases[i].from);
        g_autoptr(Config) config = configure(yaml);
        g_autoptr(Findings) findings = findings_new();
        check_sender(config, findings);
        g_autofree char *rules = rules_of(findings);
        assert_string_equal(rules, cases[i].rules);
    }
}

static void a_postal_address_is_missed(void **state)
{
    (void)state;
    g_autoptr(Config) config = configure("sender:\n  organisation: x\n");
    g_autoptr(Findings) findings = findings_new();
    check_sender(config, findings);
    g_autofree char *line = finding_to_line(findings_at(findings, 0));
    assert_non_null(strstr(line, "mirmail.yaml: warning: no "
                                 "`sender.postal_address`"));
    assert_int_equal(findings_stored(findings), 1);
}

static void all_that_a_send_needs_is_told_at_once(void **state)
{
    (void)state;
    g_autoptr(Config) config = configure("base_url: https://e.org/\n");
    g_autoptr(Findings) findings = findings_new();
    config_note_sending(config, findings);
    static const char *const keys[] = {"`sender.from`", "`sender.organisation`",
                                       "`list.id`", "`relay.host`",
                                       "`list.unsubscribe_url`"};
    assert_int_equal(findings_stored(findings), G_N_ELEMENTS(keys));
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        const Finding *finding = findings_at(findings, i);
        assert_int_equal(finding->severity, SEVERITY_WARNING);
        assert_string_equal(finding->rule, "needs");
        assert_non_null(strstr(finding->text, keys[i]));
    }
    /* The first of them is the one that stops a send. */
    g_autoptr(GError) error = NULL;
    assert_false(config_check_sending(config, &error));
    assert_error(&error, ERROR_CONFIG,
                 "mirmail.yaml: `sender.from` is not set");
}

static void a_whole_configuration_lacks_nothing(void **state)
{
    (void)state;
    g_autoptr(Config) config = configure(
        "sender:\n  from: News <news@example.org>\n  organisation: x\n"
        "list:\n  id: news.example.org\n  unsubscribe_mail: l@example.org\n"
        "relay:\n  host: smtp.example.org\n");
    g_autoptr(Findings) findings = findings_new();
    config_note_sending(config, findings);
    assert_int_equal(findings_stored(findings), 0);
}

/* L11 */
static void what_the_front_matter_leaves_open_is_noted(void **state)
{
    (void)state;
    static const struct {
        const char *post;
        const char *lines;
    } cases[] = {
        {"---\ntitle: T\ndescription: d\nurl: https://e.org/\n---\nx\n", ""},
        {"---\ntitle: T\ndescription:\nurl: https://e.org/\n---\nx\n",
         "post.md:3:"},
        {"---\ntitle: T\ndescription: d\n---\nx\n", "post.md: note: no `url`"},
        {"---\ntitle: T\n---\nx\n", "post.md: note: no `description`"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Findings) findings = findings_new();
        g_autoptr(GError) error = NULL;
        PostOptions options = {0};
        g_autoptr(Post)
            post = post_parse(cases[i].post, strlen(cases[i].post), "post.md",
                              &options, findings, &error);
        assert_no_error(error);
        check_front_matter(post, findings);
        assert_int_equal(findings_stored(findings) > 0,
                         *cases[i].lines != '\0');
        if (*cases[i].lines == '\0')
            continue;
        g_autofree char *line = finding_to_line(findings_at(findings, 0));
        if (!g_str_has_prefix(line, cases[i].lines))
            fail_msg("`%s` does not begin with `%s`", line, cases[i].lines);
    }
}

static void an_address_that_is_wrong_is_told_once(void **state)
{
    (void)state;
    const char *text = "---\ntitle: T\ndescription: d\nurl: /blog/x\n---\nx\n";
    g_autoptr(Findings) findings = findings_new();
    PostOptions options = {0};
    g_autoptr(Post) post = post_parse(text, strlen(text), "post.md", &options,
                                      findings, NULL);
    assert_non_null(post);
    check_front_matter(post, findings);
    g_autofree char *rules = rules_of(findings);
    assert_string_equal(rules, "url");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_with_a_foreign_address_is_warned_of),
        cmocka_unit_test(a_postal_address_is_missed),
        cmocka_unit_test(all_that_a_send_needs_is_told_at_once),
        cmocka_unit_test(a_whole_configuration_lacks_nothing),
        cmocka_unit_test(what_the_front_matter_leaves_open_is_noted),
        cmocka_unit_test(an_address_that_is_wrong_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
