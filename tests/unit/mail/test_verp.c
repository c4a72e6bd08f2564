#include "test.h"

#include "mail/verp.h"

#define TOKEN "alg75u3hha4xr72jdv63yirnxzmhxvc42"

static Verp parse(const char *text)
{
    GError *error = NULL;
    Verp verp = {0};
    bool ok = verp_parse(text, &verp, &error);
    assert_no_error(error);
    assert_true(ok);
    return verp;
}

static void a_token_makes_an_address_of_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *setting;
        const char *plain;
        const char *made;
    } cases[] = {
        {"bounce+{token}@News.Example.org", "bounce@news.example.org",
         "bounce+" TOKEN "@news.example.org"},
        {"b-{token}@example.org", "b@example.org", "b-" TOKEN "@example.org"},
        {"Bounce.News={token}@example.org", "Bounce.News@example.org",
         "Bounce.News=" TOKEN "@example.org"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Verp verp = parse(cases[i].setting);
        g_autoptr(GString) made = g_string_new(NULL);
        verp_append(&verp, TOKEN, made);
        assert_string_equal(made->str, cases[i].made);
        assert_string_equal(verp.plain.text, cases[i].plain);
        char token[KEYRING_TOKEN_LENGTH + 1];
        assert_true(verp_find(&verp, made->str, token));
        assert_string_equal(token, TOKEN);
        verp_clear(&verp);
    }
}

static void without_a_token_it_is_a_plain_address(void **state)
{
    (void)state;
    Verp verp = parse("Bounce@Example.org");
    char token[KEYRING_TOKEN_LENGTH + 1];
    assert_null(verp.before);
    assert_string_equal(verp.plain.text, "Bounce@example.org");
    assert_false(verp_find(&verp, "bounce@example.org", token));
    verp_clear(&verp);
}

static void what_is_no_such_address_is_refused_with_the_way_out(void **state)
{
    (void)state;
    g_autofree char *long_name = g_strnfill(31, 'a');
    g_autofree char *too_long = g_strconcat(long_name, "+{token}@a.example",
                                            NULL);
    const struct {
        const char *setting;
        const char *part;
    } cases[] = {
        {"{token}@a.example", "as in bounce+{token}@"},
        {"bounce{token}@a.example", "as in bounce+{token}@"},
        {"+{token}@a.example", "as in bounce+{token}@"},
        {"b+{token}x@a.example", "as in bounce+{token}@"},
        {"b+{token}{token}@a.example", "as in bounce+{token}@"},
        {"b+@{token}.example", "as in bounce+{token}@"},
        {"b+{token}@", "domain is empty"},
        {"b+{token}@a b", "blank"},
        {too_long, "at most 31 letters"},
        {"nobody", "no `@`"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        Verp verp = {0};
        assert_false(verp_parse(cases[i].setting, &verp, &error));
        assert_error(&error, ERROR_INPUT, cases[i].part);
        assert_null(verp.plain.text);
    }
}

static void an_address_is_told_from_others(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool found;
    } cases[] = {
        {"bounce+" TOKEN "@news.example.org", true},
        {"BOUNCE+ALG75U3HHA4XR72JDV63YIRNXZMHXVC42@NEWS.EXAMPLE.ORG", true},
        {"bounce+" TOKEN "@news.example.com", false},
        {"bounce+" TOKEN "@x.news.example.org", false},
        {"bounce+" TOKEN "x@news.example.org", false},
        {"bounce+x@news.example.org", false},
        {"bounce-" TOKEN "@news.example.org", false},
        {"leave+" TOKEN "@news.example.org", false},
        {"bounce@news.example.org", false},
        {"bounce+" TOKEN, false},
        {"", false},
    };
    Verp verp = parse("bounce+{token}@news.example.org");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char token[KEYRING_TOKEN_LENGTH + 1];
        assert_int_equal(verp_find(&verp, cases[i].address, token),
                         cases[i].found);
        if (cases[i].found)
            assert_string_equal(token, TOKEN);
    }
    verp_clear(&verp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_makes_an_address_of_its_own),
        cmocka_unit_test(without_a_token_it_is_a_plain_address),
        cmocka_unit_test(what_is_no_such_address_is_refused_with_the_way_out),
        cmocka_unit_test(an_address_is_told_from_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
