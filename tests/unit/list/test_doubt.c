/* test_doubt.c - domains that were hardly meant. */
#include "test.h"

#include "list/doubt.h"

static void a_slip_in_a_large_provider_is_seen(void **state)
{
    (void)state;
    static const char *const slips[] = {
        "gmial.com",   "gmai.com",      "gmaill.com", "gmail.con",
        "gmail.co",    "hotmial.com",   "outlok.com", "yaho.com",
        "iclould.com", "protonmial.com"};
    for (size_t i = 0; i < G_N_ELEMENTS(slips); i++) {
        g_autofree char *doubt = doubt_domain(slips[i]);
        if (doubt == NULL)
            fail_msg("%s", slips[i]);
    }
    g_autofree char *first = doubt_domain(slips[0]);
    assert_string_equal(first, "is gmail.com meant?");
}

static void a_domain_of_its_own_is_not_doubted(void **state)
{
    (void)state;
    static const char *const domains[] = {
        "gmail.com",   "mail.com",           "ymail.com",
        "email.com",   "cloud.com",          "gmx.com",
        "yahoo.co.uk", "yahoo.fr",           "yahoo.ca",
        "hotmail.de",  "outlook.fr",         "proton.me",
        "orange.fr",   "inbox.com",          "rocketmail.com",
        "example.org", "mail.gmail.example", "xn--bcher-kva.example"};
    for (size_t i = 0; i < G_N_ELEMENTS(domains); i++) {
        g_autofree char *doubt = doubt_domain(domains[i]);
        if (doubt != NULL)
            fail_msg("%s", doubt);
    }
}

static void a_domain_without_a_dot_is_doubted(void **state)
{
    (void)state;
    g_autofree char *doubt = doubt_domain("exmaple");
    assert_non_null(doubt);
    assert_non_null(strstr(doubt, "without a dot"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_in_a_large_provider_is_seen),
        cmocka_unit_test(a_domain_of_its_own_is_not_doubted),
        cmocka_unit_test(a_domain_without_a_dot_is_doubted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
