#include "test.h"

#include "doctor/dmarc.h"
#include "doctor/spf.h"
#include "zone.h"

/* Whole zones are in tests/e2e/test_doctor.py; here is what has edges. */

static char *const addresses[] = {(char *)(uintptr_t) "192.0.2.77",
                                  (char *)(uintptr_t) "2001:db8:0:1::5", NULL};

static SpfResult read_record(const char *record)
{
    const ZoneRecord records[] = {
        {"a.example", DNS_TXT, record},
        {"a.example", DNS_A, "192.0.2.70"},
        {"a.example", DNS_AAAA, "2001:db8:0:1::1"},
        {"spf.relay.example", DNS_TXT, "v=spf1 ip4:198.51.100.0/24 -all"},
        {"no.relay.example", DNS_TXT, "v=spf1 -ip4:192.0.2.77 ?all"},
        {"bad.example", DNS_TXT, NULL},
        {"mx.example", DNS_MX, "10 bad.example"},
        {NULL, DNS_TXT, NULL},
    };
    Zone zone = {.records = records};
    Resolver resolver = zone_resolver(&zone);
    SpfQuestion question = {"a.example", addresses, "spf.relay.example"};
    SpfResult result;
    spf_read(&resolver, &question, &result);
    return result;
}

static void a_network_covers_its_addresses_and_no_others(void **state)
{
    (void)state;
    static const struct {
        const char *record;
        bool expected;
    } cases[] = {
        {"v=spf1 ip4:192.0.2.77 -all", true},
        {"v=spf1 ip4:192.0.2.76 -all", false},
        {"v=spf1 ip4:192.0.2.76/31 -all", true},
        {"v=spf1 ip4:192.0.2.78/31 -all", false},
        {"v=spf1 ip4:192.0.2.64/27 -all", true},
        {"v=spf1 ip4:192.0.2.64/29 -all", false},
        {"v=spf1 ip4:0.0.0.0/0 -all", true},
        {"v=spf1 ip6:2001:db8:0:1::/64 -all", true},
        {"v=spf1 ip6:2001:db8::/64 -all", false},
        {"v=spf1 ip6:2001:db8:0:1::4/127 -all", true},
        {"v=spf1 a -all", false},
        {"v=spf1 a/28 -all", true},
        {"v=spf1 a//64 -all", true},
        {"v=spf1 a/32//64 -all", true},
        {"V=SPF1 IP4:192.0.2.77 -ALL", true},
        /* what matches without passing */
        {"v=spf1 -ip4:192.0.2.77 -all", false},
        {"v=spf1 ~ip4:192.0.2.77 ?a/28 -all", false},
        {"v=spf1 ?include:spf.relay.example -all", false},
        {"v=spf1 include:no.relay.example -all", false},
        {"v=spf1 ~ip4:192.0.2.0/24 ip4:192.0.2.77 -all", true},
        /* behind `all` nobody looks (RFC 7208 5.1) */
        {"v=spf1 -all ip4:192.0.2.77", false},
        {"v=spf1 -all include:spf.relay.example +all", false},
        {"v=spf1 ip4:192.0.2.77 -all a:n1.example a:n2.example a:n3.example "
         "include:no.example",
         true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        SpfResult result = read_record(cases[i].record);
        if (result.status != SPF_FINE ||
            result.has_sender != cases[i].expected || result.all != '-')
            fail_msg("%s: %d %s", cases[i].record, result.has_sender,
                     result.problem ? result.problem : "");
        spf_result_clear(&result);
    }
}

static void a_record_that_cannot_be_read_is_broken(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "v=spf1 ip4:192.0.2.0/33",
        "v=spf1 ip6:2001:db8::/129",
        "v=spf1 a/24/64",
        "v=spf1 a:",
        "v=spf1 include:",
        "v=spf1 :x",
        "v=spf1 ip4:2001:db8::1",
        "v=spf1 redirect=a.b redirect=c.d",
        "v=spf1 include:no.example",
        "v=spf1 include",
        "v=spf1 exists -all",
        "v=spf1 all:a.example",
        "v=spf1 -all/8",
        "v=spf1 -all ip5:192.0.2.1",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        SpfResult result = read_record(texts[i]);
        if (result.status != SPF_BROKEN)
            fail_msg("%s: %d", texts[i], (int)result.status);
        assert_non_null(result.problem);
        spf_result_clear(&result);
    }
    SpfResult result = read_record("v=spf1 include:bad.example -all");
    assert_int_equal(result.status, SPF_UNAVAILABLE);
    spf_result_clear(&result);
}

static void a_host_that_cannot_be_looked_up_is_unknown(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "v=spf1 mx:mx.example -all",
        "v=spf1 a:bad.example -all",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        SpfResult result = read_record(texts[i]);
        if (result.status != SPF_UNAVAILABLE)
            fail_msg("%s: %d", texts[i], (int)result.status);
        spf_result_clear(&result);
    }
}

static void the_relays_own_include_is_enough(void **state)
{
    (void)state;
    SpfResult result = read_record("v=spf1 include:SPF.relay.example -all");
    assert_true(result.has_sender);
    spf_result_clear(&result);
}

static void the_organisation_is_found_by_the_records_alone(void **state)
{
    (void)state;
    static const ZoneRecord records[] = {
        {"_dmarc.example.org", DNS_TXT, "v=DMARC1; p=reject; sp=none"},
        {"_dmarc.co.uk", DNS_TXT, "v=DMARC1; psd=y"},
        {"_dmarc.big.example", DNS_TXT, "v=DMARC1; p=none; psd=n"},
        {"_dmarc.example", DNS_TXT, "v=DMARC1; p=reject"},
        {NULL, DNS_TXT, NULL},
    };
    static const struct {
        const char *domain;
        const char *organisation;
        const char *policy; /* NULL: none */
    } cases[] = {
        {"example.org", "example.org", "reject"},
        {"a.b.example.org", "example.org", "none"},
        {"news.club.co.uk", "club.co.uk", "none"},
        {"co.uk", "co.uk", "none"},
        {"x.big.example", "big.example", "none"},
        {"x.other.test", "x.other.test", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Zone zone = {.records = records};
        Resolver resolver = zone_resolver(&zone);
        DmarcWalk walk;
        dmarc_walk(&resolver, cases[i].domain, &walk);
        assert_string_equal(walk.organisation, cases[i].organisation);
        assert_int_equal(walk.status,
                         cases[i].policy ? DMARC_FOUND : DMARC_NONE);
        if (cases[i].policy != NULL)
            assert_string_equal(walk.policy, cases[i].policy);
        dmarc_walk_clear(&walk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_covers_its_addresses_and_no_others),
        cmocka_unit_test(a_record_that_cannot_be_read_is_broken),
        cmocka_unit_test(a_host_that_cannot_be_looked_up_is_unknown),
        cmocka_unit_test(the_relays_own_include_is_enough),
        cmocka_unit_test(the_organisation_is_found_by_the_records_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
