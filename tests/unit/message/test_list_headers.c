#include "test.h"

#include "mail/uri.h"
#include "message/list_headers.h"

static char from_text[] = "a@x.io";
static char url[] = "https://example.org/x";
static char http_url[] = "http://example.org/x";
static char address[] = "list+leave@example.org";

static const SenderConfig sender = {
    .from = {NULL, {from_text, from_text, from_text + 2}},
};

static char *write_fields(const ListConfig *list, const char *archived_at,
                          GError **error)
{
    ListHeaders source = {
        .sender = &sender,
        .list = list,
        .campaign = "c",
        .archived_at = archived_at,
    };
    GString *out = g_string_new(NULL);
    bool good = list_headers_begin(out, &source, error) &&
                list_headers_finish(out, &source, error);
    return g_string_free(out, !good);
}

static void what_is_not_configured_is_left_out(void **state)
{
    (void)state;
    ListConfig list = {0};
    g_autofree char *fields = write_fields(&list, NULL, NULL);
    assert_string_equal(fields, "List-Post: NO\r\n"
                                "Precedence: list\r\n"
                                "X-Auto-Response-Suppress: OOF, AutoReply\r\n"
                                "Feedback-ID: c::mirmail:xiomirmail\r\n");
}

static void the_ways_to_leave_are_one_field(void **state)
{
    (void)state;
    ListConfig web = {.unsubscribe_url = url};
    ListConfig mail = {.unsubscribe_mail = address};
    ListConfig both = {.unsubscribe_url = url, .unsubscribe_mail = address};
    g_autofree char *one = write_fields(&web, NULL, NULL);
    g_autofree char *two = write_fields(&mail, NULL, NULL);
    g_autofree char *three = write_fields(&both, NULL, NULL);
    assert_true(g_str_has_prefix(
        one, "List-Unsubscribe: <https://example.org/x>\r\nList-Post"));
    assert_true(g_str_has_prefix(
        two, "List-Unsubscribe: "
             "<mailto:list+leave@example.org?subject=unsubscribe>\r\n"));
    assert_true(g_str_has_prefix(
        three, "List-Unsubscribe: <https://example.org/x>,\r\n"
               " <mailto:list+leave@example.org?subject=unsubscribe>\r\n"));
    assert_null(strstr(three, "List-Unsubscribe-Post"));
}

static char *write_ways(const char *web, const char *mailto, bool one_click)
{
    OwnWays ways;
    own_ways_init(&ways);
    g_string_assign(ways.web, web);
    g_string_assign(ways.mailto, mailto);
    GString *out = g_string_new(NULL);
    list_headers_append_ways(out, &ways, one_click);
    own_ways_clear(&ways);
    return g_string_free(out, FALSE);
}

/* The token: tests/lint/test_vectors.py. */
static void ways_of_ones_own_are_one_field_and_the_post_field(void **state)
{
    (void)state;
    static const char own[] =
        "https://news.example.org/u/alg75u3hha4xr72jdv63yirnxzmhxvc42";
    static const char mailto[] =
        "mailto:leave+alg75u3hha4xr72jdv63yirnxzmhxvc42@news.example.org"
        "?subject=unsubscribe";
    g_autofree char *both = write_ways(own, mailto, true);
    g_autofree char *quiet = write_ways(own, mailto, false);
    g_autofree char *mail_only = write_ways("", mailto, false);
    g_autofree char *none = write_ways("", "", false);
    assert_string_equal(
        both,
        "List-Unsubscribe: "
        "<https://news.example.org/u/alg75u3hha4xr72jdv63yirnxzmhxvc42>,\r\n"
        " <mailto:leave+alg75u3hha4xr72jdv63yirnxzmhxvc42@news.example.org"
        "?subject=unsubscribe>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    assert_null(strstr(quiet, "Post"));
    assert_string_equal(
        mail_only,
        "List-Unsubscribe: "
        "<mailto:leave+alg75u3hha4xr72jdv63yirnxzmhxvc42@news.example.org"
        "?subject=unsubscribe>\r\n");
    assert_string_equal(none, "");
}

static void every_field_stands_once_and_in_order(void **state)
{
    (void)state;
    char id[] = "news.lists.example.org";
    char name[] = "Nouvelles d'été";
    char bulk[] = "bulk";
    ListConfig list = {
        .id = id,
        .name = name,
        .unsubscribe_url = url,
        .help_url = http_url,
        .owner = address,
        .archive_url = url,
        .subscribe_url = url,
        .precedence = bulk,
    };
    g_autofree char *fields = write_fields(
        &list, "https://example.org/été, 2026", NULL);
    assert_string_equal(
        fields, "List-Id: =?UTF-8?B?Tm91dmVsbGVzIGQnw6l0w6k=?= "
                "<news.lists.example.org>\r\n"
                "List-Unsubscribe: <https://example.org/x>\r\n"
                "List-Help: <http://example.org/x>\r\n"
                "List-Owner: <mailto:list+leave@example.org>\r\n"
                "List-Post: NO\r\n"
                "List-Archive: <https://example.org/x>\r\n"
                "List-Subscribe: <https://example.org/x>\r\n"
                "Archived-At: <https://example.org/%C3%A9t%C3%A9%2C%202026>\r\n"
                "Precedence: bulk\r\n"
                "X-Auto-Response-Suppress: OOF, AutoReply\r\n"
                "Feedback-ID: c:news:mirmail:xiomirmail\r\n");
}

static void the_ways_to_join_are_one_field(void **state)
{
    (void)state;
    Verp verp = {.plain = {address, address, address + 11}};
    ListConfig mail = {.subscribe_mail = verp};
    ListConfig both = {.subscribe_url = url, .subscribe_mail = verp};
    g_autofree char *one = write_fields(&mail, NULL, NULL);
    g_autofree char *two = write_fields(&both, NULL, NULL);
    assert_non_null(
        strstr(one, "\r\nList-Subscribe: "
                    "<mailto:list+leave@example.org?subject=subscribe>\r\n"));
    assert_non_null(
        strstr(two, "\r\nList-Subscribe: <https://example.org/x>,\r\n"
                    " <mailto:list+leave@example.org?subject=subscribe>\r\n"));
}

static void precedence_can_be_left_out(void **state)
{
    (void)state;
    char none[] = "none";
    ListConfig list = {.precedence = none};
    g_autofree char *fields = write_fields(&list, NULL, NULL);
    assert_null(strstr(fields, "Precedence"));
}

static void bad_settings_are_named(void **state)
{
    (void)state;
    char plain[] = "news";
    char spaced[] = "ne ws.example.org";
    char dots[] = "news..example.org";
    char edge[] = "news.example.";
    char idn[] = "news.bücher.example";
    char angle[] = "news.example.org>\r\nX: y";
    char break_name[] = "a\nb";
    char good_id[] = "news.example.org";
    char two[] = "a@b.org, c@d.org";
    char junk[] = "junk";
    char script[] = "javascript:alert(1)";
    g_autofree char *long_id = g_strnfill(300, 'a');
    long_id[3] = '.';
    const struct {
        ListConfig list;
        const char *key;
    } cases[] = {
        {{.id = plain}, "list.id"},
        {{.id = spaced}, "list.id"},
        {{.id = dots}, "list.id"},
        {{.id = edge}, "list.id"},
        {{.id = idn}, "list.id"},
        {{.id = angle}, "list.id"},
        {{.id = long_id}, "list.id"},
        {{.id = good_id, .name = break_name}, "list.name"},
        {{.unsubscribe_url = http_url}, "list.unsubscribe_url"},
        {{.unsubscribe_url = script}, "list.unsubscribe_url"},
        {{.unsubscribe_mail = two}, "list.unsubscribe_mail"},
        {{.help_url = script}, "list.help_url"},
        {{.archive_url = junk}, "list.archive_url"},
        {{.subscribe_url = junk}, "list.subscribe_url"},
        {{.owner = junk}, "list.owner"},
        {{.precedence = junk}, "list.precedence"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        assert_null(write_fields(&cases[i].list, NULL, &error));
        assert_error(&error, ERROR_CONFIG, cases[i].key);
    }
    GError *error = NULL;
    ListConfig list = {0};
    assert_null(write_fields(&list, "/relative", &error));
    assert_error(&error, ERROR_INPUT, "the post's address");
}

static void addresses_of_pages_become_ascii(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"https://example.org", "https://example.org"},
        {"HTTPS://Example.ORG/A?b=c&d#e", "https://example.org/A?b=c&d#e"},
        {"https://example.org:8443/x", "https://example.org:8443/x"},
        {"https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"},
        {"https://192.0.2.1/x", "https://192.0.2.1/x"},
        {"https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"},
        {"http://localhost:8080/x", "http://localhost:8080/x"},
        {"https://example.org/a b,c<d>\"e\"%20",
         "https://example.org/a%20b%2Cc%3Cd%3E%22e%22%20"},
    };
    static const char *const bad[] = {
        "",
        "example.org",
        "//example.org/",
        "https://",
        "https:///x",
        "https://a b/x",
        "https://user:secret@example.org/",
        "https://example.org:80x/",
        "https://ex_ample.org/",
        "https://[2001:db8::1\"]/x",
        "https://[2001:db8::1]>evil/x",
        "ftp://example.org/",
        "https://example.org/\r\nX: y",
        "https://example.org/\xff",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        g_autofree char *uri = uri_from_text(cases[i][0], URI_WEB, ERROR_CONFIG,
                                             "x", &error);
        assert_no_error(error);
        assert_string_equal(uri, cases[i][1]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;
        char *uri = uri_from_text(bad[i], URI_WEB, ERROR_CONFIG, "x", &error);
        if (uri != NULL)
            fail_msg("taken: %s", bad[i]);
        assert_error(&error, ERROR_CONFIG, "x: ");
    }
    g_autofree char *path = g_strnfill(2000, 'a');
    g_autofree char *long_uri = g_strconcat("https://example.org/", path, NULL);
    assert_null(uri_from_text(long_uri, URI_WEB, ERROR_CONFIG, "x", NULL));
    g_autofree char *mailto = uri_mailto("a%b?c&d@example.org", "a b");
    assert_string_equal(mailto,
                        "mailto:a%25b%3Fc%26d@example.org?subject=a%20b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_configured_is_left_out),
        cmocka_unit_test(the_ways_to_leave_are_one_field),
        cmocka_unit_test(ways_of_ones_own_are_one_field_and_the_post_field),
        cmocka_unit_test(every_field_stands_once_and_in_order),
        cmocka_unit_test(the_ways_to_join_are_one_field),
        cmocka_unit_test(precedence_can_be_left_out),
        cmocka_unit_test(bad_settings_are_named),
        cmocka_unit_test(addresses_of_pages_become_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
