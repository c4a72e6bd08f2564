#include "test.h"

#include "delivery/dsn.h"

static void failures_are_asked_for_where_the_relay_offers_it(void **state)
{
    (void)state;
    g_autofree char *local = g_strnfill(64, 'a');
    g_autofree char *long_one = g_strconcat(local, "@long.example.org", NULL);
    g_autofree char *bare = g_strconcat("RCPT TO:<", long_one,
                                        "> NOTIFY=FAILURE", NULL);
    const struct {
        const char *address;
        bool is_offered;
        const char *command;
    } cases[] = {
        {"ada@example.org", false, "RCPT TO:<ada@example.org>"},
        {"ada@example.org", true,
         "RCPT TO:<ada@example.org> NOTIFY=FAILURE "
         "ORCPT=rfc822;ada@example.org"},
        {"a+b=c@example.org", true,
         "RCPT TO:<a+b=c@example.org> NOTIFY=FAILURE "
         "ORCPT=rfc822;a+2Bb+3Dc@example.org"},
        {"\"a b\"@example.org", true,
         "RCPT TO:<\"a b\"@example.org> NOTIFY=FAILURE"},
        {long_one, true, bare},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *command = dsn_recipient_command(cases[i].address,
                                                         cases[i].is_offered);
        assert_string_equal(command, cases[i].command);
    }
}

static void only_what_fits_is_an_envelope_identifier(void **state)
{
    (void)state;
    g_autofree char *longest = g_strnfill(DSN_ENVID_MAX, 'x');
    g_autofree char *too_long = g_strnfill(DSN_ENVID_MAX + 1, 'x');
    assert_true(dsn_may_identify("summer-2026"));
    assert_true(dsn_may_identify(longest));
    assert_false(dsn_may_identify(too_long));
    assert_false(dsn_may_identify(""));
    assert_false(dsn_may_identify("a b"));
    assert_false(dsn_may_identify("a\r\nRSET"));
    assert_false(dsn_may_identify("\xc3\xa4"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_are_asked_for_where_the_relay_offers_it),
        cmocka_unit_test(only_what_fits_is_an_envelope_identifier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
