/* test_leave_link.c - feedback/leave_link.h. */
#include "test.h"

#include "feedback/leave_link.h"

#define T "alg75u3hha4xr72jdv63yirnxzmhxvc42"

static void an_address_needs_one_token(void **state)
{
    static const char *const right[] = {
        "https://news.example.org/u/{token}",
        "HTTPS://news.example.org/{token}",
        "https://example.org/leave?t={token}",
        "https://example.org/leave?list=1&t={token}&x",
        "https://example.org/u/{token}.html",
    };
    static const char *const wrong[] = {
        "",
        "https://news.example.org/leave",
        "https://{token}.example.org/u",
        "https://{token}.example.org/{token}",
        "https://example.org?t={token}",
        "http://example.org/{token}",
        "https://example.org/#{token}",
        "https://example.org/u#/{token}",
        "https://example.org/{token}/{token}",
        "mailto:leave+{token}@example.org",
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(right); i++)
        if (!leave_link_is_right(right[i]))
            fail_msg("%s", right[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        if (leave_link_is_right(wrong[i]))
            fail_msg("%s", wrong[i]);
}

static void a_token_stands_where_the_address_has_it(void **state)
{
    static const char path[] = "https://example.org/list/u/{token}";
    static const char file[] = "https://example.org/u/{token}.html?x=1";
    static const char part[] = "https://example.org/leave-{token}";
    static const char query[] = "https://example.org/leave?list=1&t={token}";
    static const char comma[] = "https://example.org/a,b/{token}?c,d=1";
    static const char field[] = "https://example.org/leave?a,b={token}";
    static const struct {
        const char *url;
        const char *target;
        bool found;
    } rows[] = {
        {path, "/list/u/" T, true},
        {path, "/u/" T, true},
        {path, "/" T, true},
        {path, "/list/u/" T "?utm_source=mail", true},
        {path, "/list/u/" T "/", false},
        {path, "/other/u/" T, false},
        {path, "/lists/list/u/" T, false},
        {path, "//" T, false},
        {path, "/list/u/../u/" T, false},
        {path, "t/u/" T, false},
        {path, T, false},
        {path, "", false},
        {path, "/", false},
        {path, "/list/u/", false},
        {path, "/list/u/{token}", false},
        {path, "/?t=" T, false},
        {file, "/u/" T ".html", true},
        {file, "/u/" T ".html?x=1", true},
        {file, "/u/" T, false},
        {file, ".html", false},
        {part, "/leave-" T, true},
        {part, "-" T, false},
        {query, "/leave?list=1&t=" T, true},
        {query, "/leave?t=" T "&list=1", true},
        {query, "/cgi-bin/leave.cgi?t=" T, true},
        {query, "?t=" T, true},
        {query, "/leave?last=" T, false},
        {query, "/leave?t=", false},
        {query, "/leave?t", false},
        {query, "/leave/t=" T, false},
        {query, "/leave?&&&t=" T, true},
        /* as ways.h writes it into the mail, and decoded by a web server */
        {comma, "/a%2Cb/" T "?c%2Cd=1", true},
        {comma, "/a,b/" T, true},
        {comma, "/a%2C/" T, false},
        {field, "/leave?a%2Cb=" T, true},
        {field, "/leave?a,b=" T, true},
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *token = leave_link_token(rows[i].url, rows[i].target);
        bool found = token != NULL && strcmp(token, T) == 0;
        if (found != rows[i].found)
            fail_msg("%s %s: %s", rows[i].url, rows[i].target,
                     token ? token : "NULL");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_needs_one_token),
        cmocka_unit_test(a_token_stands_where_the_address_has_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
