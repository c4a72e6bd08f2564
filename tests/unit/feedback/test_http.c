/* test_http.c - feedback/http.h, spoken to over its socket in one thread:
 * what the client writes waits in the kernel until http_run(). */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "feedback/http.h"

#define BODY_MAX 100

typedef struct Fixture {
    HttpServer *server;
    int calls;
    char *seen; /* what the handler was asked */
} Fixture;

static void echo(void *data, const HttpRequest *request, HttpAnswer *answer)
{
    Fixture *fixture = data;
    const char *agent = http_header(request, "user-agent");
    const char *list = http_query(request, "list");
    const GString *body = http_body(request);
    fixture->calls++;
    g_free(fixture->seen);
    fixture->seen = g_strdup_printf("%s %s list=%s agent=%s body=%zu:%s",
                                    http_method(request), http_path(request),
                                    list ? list : "-", agent ? agent : "-",
                                    body->len, body->str);
    if (strcmp(http_path(request), "/nothing") == 0)
        return;
    http_answer(answer, 200, "text/plain", fixture->seen,
                strlen(fixture->seen));
    assert_true(http_answer_header(answer, "X-Mine", "yes"));
    assert_false(http_answer_header(answer, "X-Evil", "a\r\nX-More: b"));
}

static int set_up(void **state)
{
    static const char *const hosts[] = {"localhost", "list.example:443", NULL};
    Fixture *fixture = g_new0(Fixture, 1);
    HttpOptions options = {
        .hosts = hosts,
        .body_max = BODY_MAX,
        .handle = echo,
        .data = fixture,
    };
    GError *error = NULL;
    fixture->server = http_open(&options, &error);
    assert_no_error(error);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    http_close(fixture->server);
    g_free(fixture->seen);
    g_free(fixture);
    return 0;
}

static int dial(const Fixture *fixture)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)http_port(fixture->server)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int file = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(file >= 0);
    assert_int_equal(connect(file, (struct sockaddr *)&address, sizeof address),
                     0);
    return file;
}

/* Everything that the server says until it closes or says no more. */
static char *ask(Fixture *fixture, const char *request)
{
    int file = dial(fixture);
    GString *answer = g_string_new(NULL);
    char bytes[4096];
    size_t length = strlen(request);
    assert_int_equal(send(file, request, length, MSG_NOSIGNAL), length);
    shutdown(file, SHUT_WR);
    for (int quiet = 0; quiet < 20; quiet++) {
        assert_true(http_run(fixture->server, 5, NULL));
        struct pollfd ready = {file, POLLIN, 0};
        if (poll(&ready, 1, 0) != 1)
            continue;
        ssize_t got = recv(file, bytes, sizeof bytes, 0);
        if (got <= 0)
            break;
        g_string_append_len(answer, bytes, got);
        quiet = 0;
    }
    close(file);
    return g_string_free(answer, FALSE);
}

static void assert_begins(const char *text, const char *start)
{
    if (!g_str_has_prefix(text, start))
        fail_msg("`%.200s` does not begin with `%s`", text, start);
}

static void a_request_reaches_the_handler_whole(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *answer = ask(
        fixture, "POST /leave/a%20b?list=news%26more HTTP/1.1\r\n"
                 "Host: list.example:443\r\nUser-Agent: test\r\n"
                 "Content-Length: 26\r\nConnection: close\r\n\r\n"
                 "List-Unsubscribe=One-Click");
    assert_begins(answer, "HTTP/1.1 200 ");
    assert_string_equal(fixture->seen,
                        "POST /leave/a b list=news&more agent=test "
                        "body=26:List-Unsubscribe=One-Click");
    static const char *const fields[] = {
        "\r\nCache-Control: no-store\r\n",
        "\r\nX-Content-Type-Options: nosniff\r\n",
        "\r\nReferrer-Policy: no-referrer\r\n",
        "\r\nCross-Origin-Resource-Policy: same-origin\r\n",
        "\r\nX-Mine: yes\r\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        assert_non_null(strstr(answer, fields[i]));
    assert_null(strstr(answer, "X-More"));
    assert_null(strstr(answer, "X-Evil"));
}

static void what_the_handler_leaves_is_404(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *answer = ask(fixture, "GET /nothing HTTP/1.1\r\n"
                                           "Host: list.example:443\r\n\r\n");
    assert_begins(answer, "HTTP/1.1 404 ");
}

static void only_its_own_names_are_answered(void **state)
{
    Fixture *fixture = *state;
    int port = http_port(fixture->server);
    g_autofree char *own = g_strdup_printf("Host: LocalHost:%d\r\n", port);
    g_autofree char *twice = g_strdup_printf("%sHost: evil.example\r\n", own);
    g_autofree char *longer = g_strdup_printf("Host: localhost:%d.evil\r\n",
                                              port);
    const struct {
        const char *hosts;
        bool served;
    } cases[] = {
        {own, true},
        {"Host: list.example:443\r\n", true},
        {"Host: evil.example\r\n", false},
        {"Host: localhost\r\n", false},
        {"Host: localhost:1\r\n", false},
        {"Host: list.example\r\n", false},
        {longer, false},
        {"Host:\r\n", false},
        {twice, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        fixture->calls = 0;
        g_autofree char *request = g_strdup_printf("GET / HTTP/1.1\r\n%s\r\n",
                                                   cases[i].hosts);
        g_autofree char *answer = ask(fixture, request);
        assert_int_equal(fixture->calls, cases[i].served);
        if (!cases[i].served && g_str_has_prefix(answer, "HTTP/1.1 2"))
            fail_msg("answered: %s", cases[i].hosts);
    }
    g_autofree char *none = ask(fixture, "GET / HTTP/1.0\r\n\r\n");
    assert_begins(none, "HTTP/1.1 421 ");
}

static void too_much_is_refused(void **state)
{
    Fixture *fixture = *state;
    static const char head[] = "POST / HTTP/1.1\r\nHost: list.example:443\r\n";
    g_autofree char *body = g_strnfill(BODY_MAX + 1, 'x');
    g_autofree char *over = g_strdup_printf("%sContent-Length: %d\r\n\r\n%s",
                                            head, BODY_MAX + 1, body);
    g_autofree char *answer = ask(fixture, over);
    assert_begins(answer, "HTTP/1.1 413 ");
    g_autofree char *chunked = g_strdup_printf(
        "%sTransfer-Encoding: chunked\r\n\r\n65\r\n%s\r\n0\r\n\r\n", head,
        body);
    g_autofree char *other = ask(fixture, chunked);
    assert_begins(other, "HTTP/1.1 413 ");
    assert_int_equal(fixture->calls, 0);

    g_autofree char *exact = g_strdup_printf("%sContent-Length: %d\r\n\r\n%s",
                                             head, BODY_MAX, body + 1);
    g_autofree char *fits = ask(fixture, exact);
    assert_begins(fits, "HTTP/1.1 200 ");

    g_autofree char *long_field = g_strnfill(HTTP_HEADER_MAX, 'y');
    g_autofree char *header = g_strdup_printf("%sX: %s\r\n\r\n", head,
                                              long_field);
    fixture->calls = 0;
    g_autofree char *refused = ask(fixture, header);
    assert_int_equal(fixture->calls, 0);
}

static void what_is_no_http_harms_nobody(void **state)
{
    Fixture *fixture = *state;
    static const char *const requests[] = {
        "\r\n\r\n",
        "GET\r\n\r\n",
        "\x16\x03\x01\x02",
        "GET / HTTP/1.1\r\nHost: list.example:443\r\nContent-Length: "
        "-1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: list.example:443\r\n"
        "Content-Length: 50\r\n\r\nshort",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
        g_autofree char *answer = ask(fixture, requests[i]);
        assert_false(g_str_has_prefix(answer, "HTTP/1.1 200"));
    }
    assert_int_equal(fixture->calls, 0);
    g_autofree char *answer = ask(fixture, "GET / HTTP/1.1\r\n"
                                           "Host: list.example:443\r\n\r\n");
    assert_begins(answer, "HTTP/1.1 200 ");
}

static void a_port_that_is_taken_says_so(void **state)
{
    Fixture *fixture = *state;
    GError *error = NULL;
    HttpOptions options = {.port = http_port(fixture->server), .handle = echo};
    assert_null(http_open(&options, &error));
    assert_error(&error, ERROR_RETRY, "taken by another program");
}

#define IN(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN(a_request_reaches_the_handler_whole),
        IN(what_the_handler_leaves_is_404),
        IN(only_its_own_names_are_answered),
        IN(too_much_is_refused),
        IN(what_is_no_http_harms_nobody),
        IN(a_port_that_is_taken_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
